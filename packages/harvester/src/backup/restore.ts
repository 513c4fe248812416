import {
  hasReason,
  type PersistentVolumeClaim,
  type Stored,
  type VirtualMachine,
  type VirtualMachineBackup,
  type VirtualMachineRestore,
  virtualMachineBackups,
  virtualMachineRestores,
  virtualMachines,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  again,
  type Controller,
  createController,
  done,
  getIfPresent,
  type Observation,
  type Result,
  rfc3339,
  setRancherCondition,
  updateWithRetry,
  watches,
} from '@drover/controller';
import { type Clock, formatBytes, type Log, type RandomBytes } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';
import { claimNames, disown } from '../vm/claims.js';
import { type CopiedClaim, copyMachine } from '../vm/copy.js';
import { copySecret } from '../vm/secrets.js';
import { keptSecret } from './controller.js';

/** Which restore a machine is being made by: clients show it as restoring. */
const RESTORE_NAME = 'restore.harvesterhci.io/name';

/** What failed is tried again this often. */
const AGAIN_MS = 10_000;

/** What the controller of restores needs. */
export interface RestoreControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly restores: Informer<VirtualMachineRestore>;
  readonly claims: Informer<PersistentVolumeClaim>;
}

/**
 * Makes a machine, a new one or the one there is, what it was when a snapshot of it was taken: on volumes of its own, copied
 * from those snapshots. The volumes it had stay, and belong to nobody.
 *
 *   restore               | what happens
 *   ----------------------|---------------------------------------------------------------
 *   new                   | Secrets; the machine, halted, with claims that name snapshots
 *   its claims are bound  | complete; switched on again unless `haltAfterRestore`
 */
export function restoreController(options: RestoreControllerOptions): Controller {
  const { clock, random, log, restores, claims } = options;
  return createController({
    name: 'virtual-machine-restore',
    reconcile: ({ namespace, name }) => reconcileRestore(restores.get(namespace, name), options),
    sources: [
      watches(restores),
      watches(claims, {
        map: ({ metadata }) =>
          restores
            .list(metadata.namespace)
            .filter(({ status }) => status?.complete !== true)
            .map((restore) => ({ namespace: restore.metadata.namespace, name: restore.metadata.name })),
      }),
    ],
    concurrency: 2,
    clock,
    random,
    log,
  });
}

async function reconcileRestore(
  restore: Stored<VirtualMachineRestore> | undefined,
  options: RestoreControllerOptions,
): Promise<Result> {
  if (restore === undefined || restore.metadata.deletionTimestamp !== undefined) return done;
  if (restore.status?.complete === true) return done;
  const { client, claims } = options;
  const { namespace = '' } = restore.metadata;
  const ref = { namespace, name: restore.spec.virtualMachineBackupName };
  const backup = await getIfPresent(client, virtualMachineBackups, ref);
  if (backup?.status?.readyToUse !== true)
    return fail(restore, `snapshot ${namespace}/${ref.name} is not there, or not ready`, options);
  try {
    const copies = copiedClaims(restore, backup);
    const vm = await makeMachine(restore, backup, copies, options);
    const bound = [...copies.values()].filter(({ name }) => claims.get(namespace, name)?.status?.phase === 'Bound');
    if (bound.length < copies.size) {
      await write(
        restore,
        options,
        (object) => {
          const progress = Math.floor((100 * bound.length) / copies.size);
          object.status = { ...object.status, complete: false, progress, restores: parts(copies, backup) };
        },
        IN_PROGRESS,
      );
      return done;
    }
    await complete(restore, backup, copies, vm, options);
    return done;
  } catch (error) {
    await fail(restore, error instanceof Error ? error.message : String(error), options);
    return again(AGAIN_MS);
  }
}

/** The claims of the restored machine, by those of the machine that was kept. */
function copiedClaims(
  { metadata }: Stored<VirtualMachineRestore>,
  { status }: Stored<VirtualMachineBackup>,
): ReadonlyMap<string, CopiedClaim> {
  return new Map(
    (status?.volumeBackups ?? []).map(({ name = '', volumeName, persistentVolumeClaim, volumeSize = 0 }) => {
      const claim: CopiedClaim = {
        // The restore's own uid keeps its claims from being taken for those of another one.
        name: `restore-${metadata.name}-${metadata.uid.slice(0, 8)}-${volumeName}`.slice(0, 253),
        original: { metadata: persistentVolumeClaim.metadata ?? {}, spec: persistentVolumeClaim.spec ?? {} },
        dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name },
        storage: formatBytes(BigInt(volumeSize)),
      };
      return [persistentVolumeClaim.metadata?.name ?? '', claim] as const;
    }),
  );
}

type Restores = NonNullable<NonNullable<VirtualMachineRestore['status']>['restores']>;

function parts(copies: ReadonlyMap<string, CopiedClaim>, { status }: Stored<VirtualMachineBackup>): Restores {
  return (status?.volumeBackups ?? []).map(({ name = '', volumeName, volumeSize = 0, persistentVolumeClaim }) => {
    const copy = copies.get(persistentVolumeClaim.metadata?.name ?? '');
    return {
      volumeName,
      volumeBackupName: name,
      volumeSize,
      ...(copy === undefined ? {} : { persistentVolumeClaimSpec: { metadata: { name: copy.name }, spec: {} } }),
    };
  });
}

/** The machine as it was, halted until its volumes are there. */
async function makeMachine(
  restore: Stored<VirtualMachineRestore>,
  backup: Stored<VirtualMachineBackup>,
  claims: ReadonlyMap<string, CopiedClaim>,
  { client }: RestoreControllerOptions,
): Promise<Stored<VirtualMachine>> {
  const { namespace = '', name: restoreName } = restore.metadata;
  const { target, newVM = false, keepMacAddress = false } = restore.spec;
  const existing = await getIfPresent(client, virtualMachines, { namespace, name: target.name });
  if (existing?.metadata.annotations?.[RESTORE_NAME] === restoreName) return existing;
  const secrets = new Map<string, string>();
  for (const { name } of backup.status?.secretBackups ?? []) {
    const to = newVM ? `${target.name}-${name}`.slice(0, 253) : name;
    await copySecret(client, namespace, { from: keptSecret(backup.metadata.name, name), to });
    secrets.set(name, to);
  }
  const source = backup.status?.source;
  if (source?.spec === undefined) throw new Error(`snapshot ${backup.metadata.name} does not say what its machine was`);
  const kept = { metadata: { ...source.metadata }, spec: source.spec as VirtualMachine['spec'] };
  const copying = {
    name: target.name,
    namespace,
    claims,
    secrets,
    isSame: !newVM,
    keepMacAddress,
    runStrategy: 'Halted',
  };
  const copy = copyMachine(kept, copying);
  copy.metadata.annotations = { ...copy.metadata.annotations, [RESTORE_NAME]: restoreName };
  if (newVM) return client.create(virtualMachines, copy);
  if (existing === undefined) throw new Error(`virtual machine ${namespace}/${target.name} is not there`);
  const restored = await updateWithRetry(client, virtualMachines, { namespace, name: target.name }, (object) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...copy.metadata.annotations } },
    spec: copy.spec,
  }));
  for (const name of claimNames(existing)) {
    await disown(client, { namespace, name }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  }
  return restored;
}

const IN_PROGRESS: readonly Observation[] = [
  { type: 'InProgress', status: 'True', reason: 'Creating new PVCs' },
  { type: 'Ready', status: 'False', reason: 'Waiting for new PVCs' },
];
const COMPLETE: readonly Observation[] = [
  { type: 'InProgress', status: 'False', reason: 'Operation complete' },
  { type: 'Ready', status: 'True', reason: 'Operation complete' },
];

async function complete(
  restore: Stored<VirtualMachineRestore>,
  backup: Stored<VirtualMachineBackup>,
  copies: ReadonlyMap<string, CopiedClaim>,
  vm: Stored<VirtualMachine>,
  options: RestoreControllerOptions,
): Promise<void> {
  const { client, clock, recorder } = options;
  const { namespace, name } = vm.metadata;
  const before = backup.status?.source?.spec?.runStrategy;
  if (restore.spec.haltAfterRestore !== true) {
    const runStrategy = before === undefined || before === 'Halted' ? 'RerunOnFailure' : before;
    await client.patch(virtualMachines, { namespace, name }, { type: 'merge', patch: { spec: { runStrategy } } });
  }
  await write(
    restore,
    options,
    (object) => {
      object.status = {
        ...object.status,
        complete: true,
        progress: 100,
        restoreTime: rfc3339(clock.now()),
        targetUID: vm.metadata.uid,
        restores: parts(copies, backup),
      };
    },
    COMPLETE,
  );
  recorder.normal(restore, 'VirtualMachineRestoreComplete', `Virtual machine ${namespace}/${name} was restored.`);
}

async function fail(
  restore: Stored<VirtualMachineRestore>,
  message: string,
  options: RestoreControllerOptions,
): Promise<Result> {
  const told = restore.status?.conditions?.some((condition) => condition.message === message) === true;
  if (told) return done;
  options.recorder.warning(restore, 'VirtualMachineRestoreError', message);
  await write(restore, options, () => {}, [{ type: 'Ready', status: 'False', reason: 'Error', message }]);
  return done;
}

async function write(
  restore: Stored<VirtualMachineRestore>,
  { client, clock }: RestoreControllerOptions,
  change: (object: VirtualMachineRestore) => void,
  observed: readonly Observation[],
): Promise<void> {
  const { namespace, name, uid } = restore.metadata;
  await updateWithRetry(client, virtualMachineRestores, { namespace, name }, (object) => {
    if (object.metadata.uid !== uid) return undefined;
    const changed = structuredClone(object);
    change(changed);
    let conditions = changed.status?.conditions;
    for (const one of observed) conditions = setRancherCondition(conditions, one, clock.now());
    changed.status = { ...changed.status, ...(conditions === undefined ? {} : { conditions }) };
    return changed;
  }).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
}
