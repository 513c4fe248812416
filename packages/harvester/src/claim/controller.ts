import {
  hasReason,
  type ObjectRef,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type StorageClass,
  type Stored,
  type VirtualMachineImage,
  type VirtualMachineInstance,
  type VolumeSnapshot,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  addFinalizer,
  again,
  type Controller,
  createController,
  createIfAbsent,
  done,
  type Result,
  removeFinalizer,
  updateStatus,
  updateWithRetry,
  watches,
} from '@drover/controller';
import { type Clock, formatBytes, type Log, parseUnits, type RandomBytes } from '@drover/kit';
import { PROVISIONER } from '../bootstrap/storage.js';
import type { Recorder } from '../event/recorder.js';
import { isImported } from '../image/conditions.js';
import type { ImageFiles } from '../image/files.js';
import { imageUidOf } from '../image/storage-class.js';
import { copySource, type Refusal, sourceOf } from './copy-source.js';
import type { VolumeFiles } from './files.js';
import { claimsOf, VolumeLost, type Volumes, type VolumeTools, volumeNameOf } from './volumes.js';

/** A volume that could not be made larger is tried again this often. */
const RESIZE_AGAIN_MS = 10_000;

/** Kubernetes' own finalizer: a claim in use is not taken away. */
const PROTECTION = 'kubernetes.io/pvc-protection';

/** What the claim controller needs. */
export interface ClaimControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly storageClasses: Informer<StorageClass>;
  readonly images: Informer<VirtualMachineImage>;
  readonly instances: Informer<VirtualMachineInstance>;
  readonly imageFiles: ImageFiles;
  readonly volumeFiles: VolumeFiles;
  readonly tools: VolumeTools;
  readonly volumes: Volumes;
  readonly snapshots: Informer<VolumeSnapshot>;
}

/** Gives every claim of our classes a volume: a qcow2 file, blank or an overlay of an image; and takes it away with the claim. */
export function claimController(options: ClaimControllerOptions): Controller {
  const { clock, random, log, claims, images, instances, storageClasses, snapshots } = options;
  const requests = (
    list: readonly Stored<PersistentVolumeClaim>[],
  ): { namespace: string | undefined; name: string }[] =>
    list.map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name }));
  const unbound = (className: string | undefined): Stored<PersistentVolumeClaim>[] =>
    claims.list().filter(({ spec, status }) => spec?.storageClassName === className && status?.phase !== 'Bound');
  const copiesOf = (kind: string, { namespace, name }: ObjectRef): Stored<PersistentVolumeClaim>[] =>
    claims.list(namespace).filter((claim) => {
      const source = claim.status?.phase === 'Bound' ? undefined : sourceOf(claim);
      return source?.kind === kind && source.name === name;
    });
  return createController({
    name: 'claim',
    reconcile: ({ namespace, name }) => reconcileClaim(claims.get(namespace, name), options),
    sources: [
      watches(claims),
      // What a claim is a copy of is there now, or is ready.
      watches(claims, {
        map: (source) => requests(copiesOf('PersistentVolumeClaim', source.metadata)),
      }),
      watches(snapshots, { map: (source) => requests(copiesOf('VolumeSnapshot', source.metadata)) }),
      watches(storageClasses, { map: ({ metadata }) => requests(unbound(metadata.name)) }),
      watches(images, { map: ({ status }) => requests(unbound(status?.storageClassName)) }),
      watches(instances, {
        when: ({ type }) => type !== 'added',
        map: (instance) => {
          const used = claimsOf(instance);
          return requests(
            claims
              .list(instance.metadata.namespace)
              // What was plugged out a moment ago is in its spec no more.
              .filter(({ metadata }) => metadata.deletionTimestamp !== undefined || used.includes(metadata.name)),
          );
        },
      }),
    ],
    concurrency: 4,
    clock,
    random,
    log,
  });
}

/** Whether a machine's process has, or may soon have, the claim's file open. */
function isInUse({ metadata }: Stored<PersistentVolumeClaim>, instances: Informer<VirtualMachineInstance>): boolean {
  return instances
    .list(metadata.namespace)
    .some(
      (instance) =>
        !['Succeeded', 'Failed'].includes(instance.status?.phase ?? '') && claimsOf(instance).includes(metadata.name),
    );
}

async function reconcileClaim(
  claim: Stored<PersistentVolumeClaim> | undefined,
  options: ClaimControllerOptions,
): Promise<Result> {
  if (claim === undefined) return done;
  const { client, storageClasses, volumeFiles, recorder } = options;
  const { namespace, name } = claim.metadata;
  if (claim.metadata.deletionTimestamp !== undefined) return remove(claim, options);
  const storageClass = storageClasses.get(undefined, claim.spec?.storageClassName ?? '');
  if (storageClass === undefined || storageClass.provisioner !== PROVISIONER) return done;
  if (claim.metadata.finalizers?.includes(PROTECTION) !== true) {
    await addFinalizer(client, persistentVolumeClaims, { namespace, name }, PROTECTION);
    return done;
  }
  if (claim.status?.phase === 'Bound') return grow(claim, options);
  const volumeName = volumeNameOf(claim);
  const wanted = requested(claim);
  if (!(await volumeFiles.exists(volumeName))) {
    const refused = await provision(claim, wanted, storageClass, options);
    if (refused !== undefined) {
      recorder.warning(
        claim,
        'ProvisioningFailed',
        `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${refused.why}`,
      );
      return refused.retry ? again(10_000) : done;
    }
  }
  // A copy is as large as its source was; an attempt that was cut off may have left it so.
  if (sourceOf(claim) !== undefined)
    await options.tools.truncate({ path: volumeFiles.path(volumeName), format: 'qcow2' }, Number(wanted));
  await createIfAbsent(client, persistentVolumes, volumeOf(claim, volumeName, wanted, storageClass));
  await updateStatus(client, persistentVolumes, { name: volumeName }, (object) => {
    object.status = { phase: 'Bound' };
  });
  await updateWithRetry(client, persistentVolumeClaims, { namespace, name }, (object) =>
    object.spec?.volumeName === volumeName
      ? undefined
      : {
          ...object,
          metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...BOUND } },
          spec: { ...object.spec, volumeName },
        },
  );
  await setBound(client, claim, wanted);
  recorder.normal(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`);
  return done;
}

const BOUND = {
  'pv.kubernetes.io/bind-completed': 'yes',
  'pv.kubernetes.io/bound-by-controller': 'yes',
  'volume.kubernetes.io/storage-provisioner': PROVISIONER,
};

const requested = ({ spec }: PersistentVolumeClaim): bigint =>
  parseUnits(String(spec?.resources?.requests?.['storage'] ?? '0'));

async function setBound(client: Client, { metadata }: Stored<PersistentVolumeClaim>, bytes: bigint): Promise<void> {
  await updateStatus(
    client,
    persistentVolumeClaims,
    { namespace: metadata.namespace, name: metadata.name },
    (object) => {
      object.status = {
        ...object.status,
        phase: 'Bound',
        capacity: { storage: formatBytes(bytes) },
        ...(object.spec?.accessModes === undefined ? {} : { accessModes: object.spec.accessModes }),
      };
    },
  );
}

/** Makes the file. @returns why it cannot be made now, and whether trying again without a change may help. */
async function provision(
  claim: Stored<PersistentVolumeClaim>,
  bytes: bigint,
  storageClass: StorageClass,
  options: ClaimControllerOptions,
): Promise<Refusal | undefined> {
  const { images, imageFiles, volumeFiles, tools } = options;
  await volumeFiles.prepare();
  const path = volumeFiles.path(volumeNameOf(claim));
  const imageUid = imageUidOf(storageClass);
  try {
    if (claim.spec?.dataSource !== undefined || claim.spec?.dataSourceRef !== undefined)
      return await copySource(claim, path, bytes, imageUid, options);
    if (imageUid === undefined) {
      await tools.createBlank(path, Number(bytes));
      return undefined;
    }
    const image = images.list().find(({ metadata }) => metadata.uid === imageUid);
    if (image === undefined) return { why: 'its image is gone', retry: false };
    const base = isImported(image) ? await imageFiles.find(imageUid) : undefined;
    if (base === undefined)
      return { why: `image ${image.metadata.namespace}/${image.metadata.name} is not ready`, retry: false };
    const { virtualSize = 0 } = image.status ?? {};
    if (BigInt(virtualSize) > bytes) {
      return {
        why: `the image needs ${formatBytes(BigInt(virtualSize))}, the claim asks for ${formatBytes(bytes)}`,
        retry: false,
      };
    }
    await tools.createOverlay(path, base, Number(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof VolumeLost) return { why: error.message, retry: false };
    return { why: error instanceof Error ? error.message : String(error), retry: true };
  }
}

function volumeOf(
  claim: Stored<PersistentVolumeClaim>,
  name: string,
  bytes: bigint,
  storageClass: StorageClass,
): PersistentVolume {
  const { uid, namespace, name: claimName, resourceVersion } = claim.metadata;
  const { accessModes, volumeMode, storageClassName } = claim.spec ?? {};
  const { backingImage } = storageClass.parameters ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
    spec: {
      ...(accessModes === undefined ? {} : { accessModes }),
      capacity: { storage: formatBytes(bytes) },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: claimName,
        uid,
        resourceVersion,
        ...(namespace === undefined ? {} : { namespace }),
      },
      csi: {
        driver: PROVISIONER,
        volumeHandle: name,
        ...(backingImage === undefined ? {} : { volumeAttributes: { backingImage } }),
      },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName === undefined ? {} : { storageClassName }),
      volumeMode: volumeMode ?? 'Filesystem',
    },
  };
}

/** A larger request grows the file; a guest that has it sees the new size at once. */
async function grow(claim: Stored<PersistentVolumeClaim>, options: ClaimControllerOptions): Promise<Result> {
  const { client, volumes, recorder } = options;
  const wanted = requested(claim);
  if (wanted <= parseUnits(String(claim.status?.capacity?.['storage'] ?? '0'))) return done;
  const volumeName = volumeNameOf(claim);
  try {
    await volumes.grow(claim, Number(wanted));
  } catch (error) {
    recorder.warning(claim, 'VolumeResizeFailed', error instanceof Error ? error.message : String(error));
    return again(RESIZE_AGAIN_MS);
  }
  await updateWithRetry(client, persistentVolumes, { name: volumeName }, (volume) => ({
    ...volume,
    spec: { ...volume.spec, capacity: { storage: formatBytes(wanted) } },
  }));
  await setBound(client, claim, wanted);
  recorder.normal(claim, 'VolumeResizeSuccessful', `Resized the volume to ${formatBytes(wanted)}`);
  return done;
}

async function remove(
  claim: Stored<PersistentVolumeClaim>,
  { client, volumeFiles, instances }: ClaimControllerOptions,
): Promise<Result> {
  const { namespace, name, finalizers } = claim.metadata;
  if (finalizers?.includes(PROTECTION) !== true || isInUse(claim, instances)) return done;
  const volumeName = volumeNameOf(claim);
  await volumeFiles.remove(volumeName);
  await client.delete(persistentVolumes, { name: volumeName }).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
  await removeFinalizer(client, persistentVolumeClaims, { namespace, name }, PROTECTION);
  return done;
}
