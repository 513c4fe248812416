import {
  hasReason,
  type ObjectRef,
  type PersistentVolumeClaim,
  type Stored,
  type VolumeSnapshot,
  type VolumeSnapshotClass,
  volumeSnapshotClasses,
  volumeSnapshotContents,
  volumeSnapshots,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  addFinalizer,
  again,
  type Controller,
  createController,
  createIfAbsent,
  deleteIfPresent,
  done,
  getIfPresent,
  hasFinalizer,
  type Result,
  removeFinalizer,
  rfc3339,
  updateStatus,
  watches,
} from '@drover/controller';
import { type Clock, formatBytes, type Log, type RandomBytes } from '@drover/kit';
import { PROVISIONER } from '../bootstrap/storage.js';
import { VolumeLost, type Volumes, volumeNameOf } from '../claim/volumes.js';
import type { Recorder } from '../event/recorder.js';
import { DEFAULT_SNAPSHOT_CLASS } from './classes.js';
import { backupOf, momentOf } from './moment.js';

/** The external snapshotter's own finalizer: the snapshot inside the volume goes before its object does. */
const PROTECTION = 'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection';

/** What failed is tried again this often. */
const AGAIN_MS = 10_000;

/** What the controller of volume snapshots needs. */
export interface SnapshotControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly snapshots: Informer<VolumeSnapshot>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Volumes;
}

/**
 * Takes a snapshot inside the volume of each VolumeSnapshot's claim, at once and also while a machine writes to it, and removes
 * it with its object. A snapshot is part of its volume: it goes with that.
 */
export function snapshotController(options: SnapshotControllerOptions): Controller {
  const { clock, random, log, snapshots, claims } = options;
  return createController({
    name: 'volume-snapshot',
    reconcile: ({ namespace, name }) => reconcileSnapshot(snapshots.get(namespace, name), options),
    sources: [
      watches(snapshots),
      watches(claims, {
        map: ({ metadata }) =>
          snapshots
            .list(metadata.namespace)
            .filter(({ spec }) => spec.source.persistentVolumeClaimName === metadata.name)
            .map((snapshot): ObjectRef => snapshot.metadata)
            .map(({ namespace, name }) => ({ namespace, name })),
      }),
    ],
    concurrency: 4,
    clock,
    random,
    log,
  });
}

async function reconcileSnapshot(
  snapshot: Stored<VolumeSnapshot> | undefined,
  options: SnapshotControllerOptions,
): Promise<Result> {
  if (snapshot === undefined) return done;
  const { client, claims } = options;
  const { namespace, name } = snapshot.metadata;
  const claim = claims.get(namespace, snapshot.spec.source.persistentVolumeClaimName ?? '');
  if (snapshot.metadata.deletionTimestamp !== undefined) return remove(snapshot, claim, options);
  const className = snapshot.spec.volumeSnapshotClassName ?? DEFAULT_SNAPSHOT_CLASS;
  const snapshotClass = await getIfPresent(client, volumeSnapshotClasses, { name: className });
  if (snapshotClass !== undefined && snapshotClass.driver !== PROVISIONER) return done;
  const refused = refusal(snapshot, className, snapshotClass);
  if (refused !== undefined) return fail(snapshot, refused, options);
  if (snapshot.status?.readyToUse === true) {
    const lost = claim === undefined || volumeOf(snapshot) !== volumeNameOf(claim);
    return lost ? fail(snapshot, 'the volume is gone, and the snapshot with it', options) : done;
  }
  if (claim === undefined) return fail(snapshot, `claim ${namespace}/${claimName(snapshot)} is not there`, options);
  if (claim.status?.phase !== 'Bound')
    return fail(snapshot, `claim ${namespace}/${claimName(snapshot)} has no volume yet`, options);
  if (!hasFinalizer(snapshot, PROTECTION)) {
    await addFinalizer(client, volumeSnapshots, { namespace, name }, PROTECTION);
    return done;
  }
  try {
    return await take(snapshot, claim, snapshotClass, options);
  } catch (error) {
    await fail(snapshot, error instanceof Error ? error.message : String(error), options);
    return error instanceof VolumeLost ? done : again(AGAIN_MS);
  }
}

const claimName = ({ spec }: VolumeSnapshot): string => spec.source.persistentVolumeClaimName ?? '';

/** The volume that a snapshot is bound to, by its content's name for it. */
const volumeOf = ({ metadata }: Stored<VolumeSnapshot>): string | undefined => metadata.annotations?.[VOLUME];

/** Which volume a snapshot was taken of: a claim of the same name may come later. */
const VOLUME = 'snapshot.storage.kubernetes.io/volume-handle';

function refusal(
  { spec }: VolumeSnapshot,
  className: string,
  snapshotClass: Stored<VolumeSnapshotClass> | undefined,
): string | undefined {
  if (snapshotClass === undefined) return `volume snapshot class "${className}" not found`;
  if (snapshotClass.parameters?.['type'] === 'bak')
    return `volume snapshot class "${className}" makes backups on a remote target, which this cluster does not; use ${DEFAULT_SNAPSHOT_CLASS}`;
  if (spec.source.volumeSnapshotContentName !== undefined)
    return 'source.volumeSnapshotContentName is not supported by this cluster; use source.persistentVolumeClaimName';
  return undefined;
}

async function take(
  snapshot: Stored<VolumeSnapshot>,
  claim: Stored<PersistentVolumeClaim>,
  snapshotClass: Stored<VolumeSnapshotClass> | undefined,
  { client, clock, volumes, recorder }: SnapshotControllerOptions,
): Promise<Result> {
  const { namespace, name } = snapshot.metadata;
  const moment = momentOf(snapshot);
  if (!(await volumes.snapshots(claim)).includes(moment)) {
    if (backupOf(snapshot) !== undefined) return done;
    await volumes.snapshot(claim, moment);
  }
  const now = clock.now();
  const bytes = await volumes.virtualSize(claim);
  const contentName = contentNameOf(snapshot);
  await createIfAbsent(client, volumeSnapshotContents, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: contentName },
    spec: {
      deletionPolicy: snapshotClass?.deletionPolicy ?? 'Delete',
      driver: PROVISIONER,
      source: { volumeHandle: volumeNameOf(claim) },
      sourceVolumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      volumeSnapshotClassName: snapshotClass?.metadata.name ?? DEFAULT_SNAPSHOT_CLASS,
      volumeSnapshotRef: {
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshot',
        name,
        namespace: namespace ?? '',
        uid: snapshot.metadata.uid,
      },
    },
  });
  await updateStatus(client, volumeSnapshotContents, { name: contentName }, (object) => {
    object.status ??= {
      // Longhorn's own form of it; times here are nanoseconds.
      snapshotHandle: `snap://${volumeNameOf(claim)}/${moment}`,
      creationTime: now * 1_000_000,
      readyToUse: true,
      restoreSize: bytes,
    };
  });
  await client.patch(
    volumeSnapshots,
    { namespace, name },
    { type: 'merge', patch: { metadata: { annotations: { [VOLUME]: volumeNameOf(claim) } } } },
  );
  await updateStatus(client, volumeSnapshots, { namespace, name }, (object) => {
    object.status = {
      boundVolumeSnapshotContentName: contentName,
      creationTime: object.status?.creationTime ?? rfc3339(now),
      readyToUse: true,
      restoreSize: formatBytes(BigInt(bytes)),
    };
  });
  recorder.normal(snapshot, 'SnapshotReady', `Snapshot ${namespace}/${name} is ready to use.`);
  return done;
}

const contentNameOf = ({ metadata }: Stored<VolumeSnapshot>): string => `snapcontent-${metadata.uid}`;

async function fail(
  snapshot: Stored<VolumeSnapshot>,
  message: string,
  { client, clock, recorder }: SnapshotControllerOptions,
): Promise<Result> {
  if (snapshot.status?.error?.message === message && snapshot.status.readyToUse === false) return done;
  recorder.warning(snapshot, 'SnapshotContentCreationFailed', message);
  const { namespace, name } = snapshot.metadata;
  await updateStatus(client, volumeSnapshots, { namespace, name }, (object) => {
    object.status = { ...object.status, readyToUse: false, error: { message, time: rfc3339(clock.now()) } };
  });
  return done;
}

async function remove(
  snapshot: Stored<VolumeSnapshot>,
  claim: Stored<PersistentVolumeClaim> | undefined,
  { client, volumes }: SnapshotControllerOptions,
): Promise<Result> {
  if (!hasFinalizer(snapshot, PROTECTION)) return done;
  const { namespace, name } = snapshot.metadata;
  if (claim !== undefined) {
    await volumes.deleteSnapshot(claim, momentOf(snapshot)).catch((error: unknown) => {
      if (!(error instanceof VolumeLost)) throw error;
    });
  }
  await deleteIfPresent(client, volumeSnapshotContents, { name: contentNameOf(snapshot) });
  await removeFinalizer(client, volumeSnapshots, { namespace, name }, PROTECTION).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
  return done;
}
