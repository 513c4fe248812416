import type { PersistentVolumeClaim, Secret, Stored, VirtualMachineInstance } from '@drover/api';
import type { Informer } from '@drover/client';
import { type Controller, createController, events, watches } from '@drover/controller';
import { type InstanceControllerOptions, InstanceReconciler } from './reconciler.js';

/** The controller of instances: each has a QEMU process while it should, and says what became of it. */
export function instanceController(options: InstanceControllerOptions): Controller & Disposable {
  const { clock, random, log, instances, claims, secrets, machines } = options;
  const reconciler = new InstanceReconciler(options, (uid) => {
    for (const { metadata } of instances.by('uid', uid))
      controller.enqueue({ namespace: metadata.namespace, name: metadata.name });
  });
  const controller = createController({
    name: 'virtual-machine-instance',
    reconcile: ({ namespace, name }) => reconciler.reconcile(instances.get(namespace, name)),
    sources: [
      watches(instances),
      events((enqueue) =>
        machines.watch((uid) => {
          for (const { metadata } of instances.by('uid', uid))
            enqueue({ namespace: metadata.namespace, name: metadata.name });
          if (machines.get(uid) !== undefined) return;
          // What ended made room.
          reconciler.release(uid);
          for (const waiting of unplaced(instances)) enqueue(waiting);
        }),
      ),
      // An instance that was taken away without our finalizer leaves a machine that nobody can reach any more.
      events(() =>
        instances.subscribe((event) => {
          if (event.type === 'deleted') reconciler.gone(event.object);
        }),
      ),
      watches(claims, {
        map: (claim) => mentioning(instances, claim, ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName),
      }),
      watches(secrets, {
        map: (secret) =>
          mentioning(instances, secret, ({ cloudInitNoCloud, secret: own, sysprep }) =>
            [
              cloudInitNoCloud?.secretRef?.name,
              cloudInitNoCloud?.networkDataSecretRef?.name,
              own?.secretName,
              sysprep?.secret?.name,
            ].find((name) => name === secret.metadata.name),
          ),
      }),
    ],
    concurrency: 8,
    clock,
    random,
    log,
  });
  return Object.assign(controller, { [Symbol.dispose]: () => reconciler[Symbol.dispose]() });
}

type Ref = { namespace: string | undefined; name: string };
type VolumeOf = NonNullable<VirtualMachineInstance['spec']['volumes']>[number];

const isPlaced = ({ status }: VirtualMachineInstance): boolean =>
  ['Running', 'Succeeded', 'Failed'].includes(status?.phase ?? '');

function unplaced(instances: Informer<VirtualMachineInstance>): Ref[] {
  return instances
    .list()
    .filter((one) => !isPlaced(one))
    .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name }));
}

const isOver = ({ status }: VirtualMachineInstance): boolean => ['Succeeded', 'Failed'].includes(status?.phase ?? '');

/** Instances that wait to be started, or run and may be given it, and have a volume of the object's name. */
function mentioning(
  instances: Informer<VirtualMachineInstance>,
  { metadata }: Stored<PersistentVolumeClaim | Secret>,
  nameIn: (volume: VolumeOf) => string | undefined,
): Ref[] {
  return instances
    .list(metadata.namespace)
    .filter((one) => !isOver(one) && (one.spec.volumes ?? []).some((volume) => nameIn(volume) === metadata.name))
    .map((one) => ({ namespace: one.metadata.namespace, name: one.metadata.name }));
}
