import type { KubeObject, ObjectRef, PersistentVolume, Pod, Stored } from '@drover/api';
import type { Controller, ControllerContext, GroupResource, ObjectEvent } from './controller.js';
import { ReconcileLoop } from './reconcile-loop.js';

const CLAIMS = { group: '', plural: 'persistentvolumeclaims' };
const VOLUMES = { group: '', plural: 'persistentvolumes' };
const PODS = { group: '', plural: 'pods' };

/** Holds a claim that a pod uses. */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
/** Holds a volume that a claim is bound to. */
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/** Lets claims that are deleted go when no pod uses them (kube-controller-manager's pvc-protection-controller). */
export const claimProtection: Controller = (context) =>
  protection(context, {
    name: 'pvc-protection',
    resource: CLAIMS,
    finalizer: CLAIM_PROTECTION,
    isUsed: ({ metadata }) =>
      context.objects.list(PODS, metadata.namespace).some((pod) => claimsOf(pod).includes(metadata.name)),
    onUsers: (look, signal) =>
      context.objects.watch(
        PODS,
        (events) => {
          for (const event of events) {
            const { namespace } = event.object.metadata;
            for (const name of leftBy(event)) look({ namespace, name });
          }
        },
        signal,
      ),
  });

/** Lets volumes that are deleted go when no claim is bound to them (pv-protection-controller). */
export const volumeProtection: Controller = (context) =>
  protection(context, {
    name: 'pv-protection',
    resource: VOLUMES,
    finalizer: VOLUME_PROTECTION,
    isUsed: (object) => (object as PersistentVolume).status?.phase === 'Bound',
    onUsers: () => {},
  });

interface Protection {
  readonly name: string;
  readonly resource: GroupResource;
  readonly finalizer: string;
  isUsed(object: Stored<KubeObject>): boolean;
  /** Has `look` called with what somebody does not use any more. */
  onUsers(look: (ref: ObjectRef) => void, signal: AbortSignal): void;
}

function protection(
  context: ControllerContext,
  { name, resource, finalizer, isUsed, onUsers }: Protection,
): AsyncDisposable {
  const { objects } = context;
  const stop = new AbortController();
  const isHeld = ({ metadata }: KubeObject): boolean =>
    metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
  const release = async (key: string): Promise<void> => {
    const ref = refOf(key);
    const found = objects.get(resource, ref);
    if (found === undefined || !isHeld(found) || isUsed(found)) return;
    await objects.update(resource, ref, (object) => {
      if (!isHeld(object)) return undefined;
      const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
      return { ...object, metadata: { ...object.metadata, finalizers } };
    });
  };
  const loop = new ReconcileLoop({ ...context, name, reconcile: release });
  const look = (ref: ObjectRef): void => loop.add(keyOf(ref));
  objects.watch(
    resource,
    (events) => {
      for (const { type, object } of events) if (type !== 'DELETED' && isHeld(object)) look(object.metadata);
    },
    stop.signal,
  );
  onUsers(look, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
}

/** Neither a namespace nor a name has a slash. */
const keyOf = ({ namespace = '', name }: ObjectRef): string => `${namespace}/${name}`;

function refOf(key: string): ObjectRef {
  const [namespace = '', name = ''] = key.split('/');
  return namespace === '' ? { name } : { namespace, name };
}

/** The claims that a pod does not use any more. */
function leftBy(event: ObjectEvent): string[] {
  if (event.type === 'DELETED') return claimsOf(event.object);
  if (event.type === 'ADDED') return [];
  const used = claimsOf(event.object);
  return claimsOf(event.previous).filter((name) => !used.includes(name));
}

/** The claims that a pod has on its node; before it has one, it is not started with a claim that is deleted. */
function claimsOf(object: Stored<KubeObject>): string[] {
  const { metadata, spec, status } = object as Stored<Pod>;
  if ((spec?.nodeName ?? '') === '') return [];
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return (spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral && !isOver ? [`${metadata.name}-${volume.name}`] : [];
  });
}
