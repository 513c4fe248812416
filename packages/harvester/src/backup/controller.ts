import {
  type PersistentVolumeClaim,
  type Stored,
  type VirtualMachineBackup,
  type VirtualMachineInstance,
  type VolumeSnapshot,
  virtualMachineBackups,
  virtualMachines,
  volumeSnapshots,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  again,
  type Controller,
  createController,
  createIfAbsent,
  done,
  getIfPresent,
  isConditionTrue,
  type Observation,
  ownerReference,
  type Result,
  rfc3339,
  setRancherCondition,
  updateWithRetry,
  watches,
} from '@drover/controller';
import { type Clock, type Log, parseUnits, type RandomBytes } from '@drover/kit';
import { PROVISIONER } from '../bootstrap/storage.js';
import { VolumeLost, type Volumes, volumeNameOf } from '../claim/volumes.js';
import type { Recorder } from '../event/recorder.js';
import type { Machines } from '../machine/machines.js';
import { DEFAULT_SNAPSHOT_CLASS } from '../snapshot/classes.js';
import { backupMoment } from '../snapshot/moment.js';
import { claimNames } from '../vm/claims.js';
import { secretNames } from '../vm/copy.js';
import { OWNED_BY } from '../vm/names.js';
import { copySecret } from '../vm/secrets.js';

/** What failed is tried again this often. */
const AGAIN_MS = 10_000;

/** What the controller of machine snapshots needs. */
export interface BackupControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly backups: Informer<VirtualMachineBackup>;
  readonly snapshots: Informer<VolumeSnapshot>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly instances: Informer<VirtualMachineInstance>;
  readonly machines: Pick<Machines, 'get'>;
  readonly volumes: Volumes;
}

/**
 * Keeps what a machine is at one moment: its spec, the Secrets its disks are made of, and a snapshot inside each of its volumes.
 * The disks of a running machine are taken in one transaction, with the guest's file systems at rest where its agent does that.
 */
export function backupController(options: BackupControllerOptions): Controller {
  const { clock, random, log, backups, snapshots } = options;
  return createController({
    name: 'virtual-machine-backup',
    reconcile: ({ namespace, name }) => reconcileBackup(backups.get(namespace, name), options),
    sources: [
      watches(backups),
      watches(snapshots, {
        map: ({ metadata }) =>
          (metadata.ownerReferences ?? [])
            .filter(({ kind }) => kind === virtualMachineBackups.kind)
            .map(({ name }) => ({ namespace: metadata.namespace, name })),
      }),
    ],
    concurrency: 2,
    clock,
    random,
    log,
  });
}

type VolumeBackup = NonNullable<NonNullable<VirtualMachineBackup['status']>['volumeBackups']>[number];

async function reconcileBackup(
  backup: Stored<VirtualMachineBackup> | undefined,
  options: BackupControllerOptions,
): Promise<Result> {
  if (backup === undefined || backup.metadata.deletionTimestamp !== undefined) return done;
  if (backup.spec.type !== 'snapshot' || backup.status?.readyToUse === true) return done;
  if (backup.status?.source === undefined) return begin(backup, options);
  try {
    await take(backup, options);
    return await finish(backup, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await fail(backup, message, options);
    return error instanceof VolumeLost ? done : again(AGAIN_MS);
  }
}

/** Writes down what the machine is, before anything is taken: later changes of it belong to a later moment. */
async function begin(backup: Stored<VirtualMachineBackup>, options: BackupControllerOptions): Promise<Result> {
  const { client, claims, clock } = options;
  const { namespace = '', name } = backup.metadata;
  const vm = await getIfPresent(client, virtualMachines, { namespace, name: backup.spec.source.name });
  if (vm === undefined)
    return fail(backup, `virtual machine ${namespace}/${backup.spec.source.name} is not there`, options);
  const volumeBackups = claimNames(vm).map((claimName): VolumeBackup => {
    const claim = claims.get(namespace, claimName);
    return {
      name: `${name}-volume-${claimName}`,
      volumeName:
        vm.spec.template.spec?.volumes?.find((one) => one.persistentVolumeClaim?.claimName === claimName)?.name ??
        claimName,
      csiDriverName: PROVISIONER,
      persistentVolumeClaim: claim === undefined ? { metadata: { name: claimName }, spec: {} } : frozenClaim(claim),
      volumeSize: claim === undefined ? 0 : Number(parseUnits(String(claim.status?.capacity?.['storage'] ?? '0'))),
      readyToUse: false,
      progress: 0,
    };
  });
  const secretBackups: { name: string }[] = [];
  for (const secret of secretNames(vm)) {
    // What they hold is kept in Secrets, not in the backup: who may read backups need not read Secrets.
    const kept = await copySecret(client, namespace, { from: secret, to: keptSecret(name, secret) }, owner(backup));
    if (kept) secretBackups.push({ name: secret });
  }
  const { labels, annotations } = vm.metadata;
  await write(
    backup,
    options,
    (object) => {
      object.status = {
        ...object.status,
        sourceUID: vm.metadata.uid,
        creationTime: rfc3339(clock.now()),
        csiDriverVolumeSnapshotClassNames: { [PROVISIONER]: DEFAULT_SNAPSHOT_CLASS },
        source: {
          metadata: {
            name: vm.metadata.name,
            namespace,
            ...(labels ? { labels } : {}),
            ...(annotations ? { annotations } : {}),
          },
          spec: structuredClone(vm.spec),
        },
        volumeBackups,
        secretBackups,
        progress: 0,
        readyToUse: false,
      };
    },
    IN_PROGRESS,
  );
  return done;
}

/** The name of the Secret that keeps what a machine's Secret held. */
export const keptSecret = (backup: string, secret: string): string => `${backup}-${secret}`;

const owner = (backup: Stored<VirtualMachineBackup>) => ({
  ownerReferences: [ownerReference(virtualMachineBackups, backup)],
});

function frozenClaim({ metadata, spec }: Stored<PersistentVolumeClaim>): VolumeBackup['persistentVolumeClaim'] {
  const { name, namespace = '', labels, annotations = {} } = metadata;
  const { [OWNED_BY]: _, ...kept } = annotations;
  const { accessModes, resources, storageClassName, volumeMode, volumeName } = spec ?? {};
  return {
    metadata: { name, namespace, ...(labels ? { labels } : {}), annotations: kept },
    spec: JSON.parse(JSON.stringify({ accessModes, resources, storageClassName, volumeMode, volumeName })),
  };
}

const IN_PROGRESS: readonly Observation[] = [
  { type: 'InProgress', status: 'True', reason: 'Operation in progress' },
  { type: 'Ready', status: 'False', reason: 'Not Ready' },
];
const READY: readonly Observation[] = [
  { type: 'InProgress', status: 'False', reason: 'Operation complete' },
  { type: 'Ready', status: 'True', reason: 'Operation complete' },
];

/** Takes what is not taken: all volumes or none, since they are to be of one moment. */
async function take(backup: Stored<VirtualMachineBackup>, options: BackupControllerOptions): Promise<void> {
  const { client, claims, volumes, recorder } = options;
  const { namespace = '', name, uid } = backup.metadata;
  const moment = backupMoment(uid);
  const parts = (backup.status?.volumeBackups ?? []).map((part) => {
    const claimName = part.persistentVolumeClaim.metadata?.name ?? '';
    const claim = claims.get(namespace, claimName);
    if (claim?.status?.phase !== 'Bound') throw new VolumeLost(`volume ${namespace}/${claimName} is not there`);
    if (part.persistentVolumeClaim.spec?.volumeName !== volumeNameOf(claim))
      throw new VolumeLost(`volume ${namespace}/${claimName} is another one than when the snapshot began`);
    return { part, claim };
  });
  const has = await Promise.all(parts.map(async ({ claim }) => (await volumes.snapshots(claim)).includes(moment)));
  if (has.includes(false)) {
    for (const { claim } of parts) await volumes.deleteSnapshot(claim, moment);
    const rest = await atRest(backup, options);
    try {
      await volumes.snapshotAll(
        parts.map(({ claim }) => claim),
        moment,
      );
    } finally {
      await rest?.().catch((error: unknown) =>
        recorder.warning(backup, 'UnfreezeFailed', error instanceof Error ? error.message : String(error)),
      );
    }
  }
  for (const { part, claim } of parts) {
    await createIfAbsent(client, volumeSnapshots, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name: part.name ?? `${name}-${claim.metadata.name}`, namespace, ...owner(backup) },
      spec: {
        volumeSnapshotClassName: DEFAULT_SNAPSHOT_CLASS,
        source: { persistentVolumeClaimName: claim.metadata.name },
      },
    });
  }
}

/** Brings the guest's file systems to rest where its agent does that. @returns what lets them go on. */
async function atRest(
  backup: Stored<VirtualMachineBackup>,
  { instances, machines, recorder }: BackupControllerOptions,
): Promise<(() => Promise<unknown>) | undefined> {
  const instance = instances.get(backup.metadata.namespace, backup.spec.source.name);
  const machine = instance === undefined ? undefined : machines.get(instance.metadata.uid);
  if (machine?.agentConnected !== true || machine.state !== 'running') return undefined;
  const { agent } = machine;
  try {
    await agent.freeze();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    recorder.warning(backup, 'FreezeFailed', `the snapshot is as after a power cut: ${why}`);
  }
  return () => agent.thaw();
}

async function finish(backup: Stored<VirtualMachineBackup>, options: BackupControllerOptions): Promise<Result> {
  const { snapshots, recorder } = options;
  const { namespace = '', name } = backup.metadata;
  const parts = (backup.status?.volumeBackups ?? []).map((part): VolumeBackup => {
    const status = snapshots.get(namespace, part.name ?? '')?.status;
    const isReady = status?.readyToUse === true;
    return {
      ...part,
      readyToUse: isReady,
      progress: isReady ? 100 : 0,
      ...(status?.creationTime === undefined ? {} : { creationTime: status.creationTime }),
      ...(status?.error === undefined ? {} : { error: status.error }),
    };
  });
  const ready = parts.filter(({ readyToUse }) => readyToUse === true).length;
  const isReady = ready === parts.length;
  await write(
    backup,
    options,
    (object) => {
      const { error: _, ...status } = object.status ?? {};
      const progress = isReady ? 100 : Math.floor((100 * ready) / parts.length);
      object.status = { ...status, volumeBackups: parts, progress, readyToUse: isReady };
    },
    isReady ? READY : IN_PROGRESS,
  );
  if (isReady && !isConditionTrue(backup.status?.conditions, 'Ready'))
    recorder.normal(
      backup,
      'VirtualMachineBackupReady',
      `Snapshot ${namespace}/${name} of the virtual machine is ready.`,
    );
  return done;
}

async function fail(
  backup: Stored<VirtualMachineBackup>,
  message: string,
  options: BackupControllerOptions,
): Promise<Result> {
  const { clock, recorder } = options;
  if (backup.status?.error?.message === message) return done;
  recorder.warning(backup, 'VirtualMachineBackupError', message);
  await write(
    backup,
    options,
    (object) => {
      object.status = { ...object.status, readyToUse: false, error: { message, time: rfc3339(clock.now()) } };
    },
    [{ type: 'Ready', status: 'False', reason: 'Error', message }],
  );
  return done;
}

async function write(
  backup: Stored<VirtualMachineBackup>,
  { client, clock }: BackupControllerOptions,
  change: (object: VirtualMachineBackup) => void,
  observed: readonly Observation[],
): Promise<void> {
  const { namespace, name, uid } = backup.metadata;
  await updateWithRetry(client, virtualMachineBackups, { namespace, name }, (object) => {
    if (object.metadata.uid !== uid) return undefined;
    const changed = structuredClone(object);
    change(changed);
    let conditions = changed.status?.conditions;
    for (const one of observed) conditions = setRancherCondition(conditions, one, clock.now());
    changed.status = { ...changed.status, ...(conditions === undefined ? {} : { conditions }) };
    return changed;
  });
}
