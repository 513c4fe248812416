import {
  configMaps,
  hasReason,
  type PersistentVolumeClaim,
  type StorageClass,
  type Stored,
  secrets,
  type VirtualMachineImage,
  type VirtualMachineInstance,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import type { Layer } from '@drover/qemu';
import type { VolumeFiles } from '../claim/files.js';
import { volumeLayer } from '../claim/volumes.js';
import type { ImageFiles } from '../image/files.js';
import { CannotRun, type VolumeSources } from './describe.js';
import type { Documents } from './seed.js';
import { seedOf } from './seed.js';
import type { SeedFiles } from './seed-files.js';

/** Where the bytes of an instance's volumes are found. */
export interface VolumeOptions {
  readonly client: Client;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly storageClasses: Informer<StorageClass>;
  readonly images: Informer<VirtualMachineImage>;
  readonly imageFiles: ImageFiles;
  readonly volumeFiles: VolumeFiles;
  readonly seedFiles: SeedFiles;
}

/** A claim of an instance is not there, or has no volume yet: its machine waits. */
export class ClaimNotReady extends Error {
  override readonly name = 'ClaimNotReady';

  constructor(
    readonly reason: 'FailedPvcNotFound' | 'ClaimPending',
    message: string,
  ) {
    super(message);
  }
}

/**
 * The file of each of an instance's volumes. Images that are made of documents are written anew: what they were made of may have
 * changed since the last start.
 *
 * @throws ClaimNotReady, MissingDocument when something is still to come; CannotRun, VolumeLost when it never will.
 */
export async function resolveVolumes(
  instance: Stored<VirtualMachineInstance>,
  options: VolumeOptions,
): Promise<VolumeSources> {
  const { uid, namespace } = instance.metadata;
  const sources = new Map<string, Layer>();
  for (const [index, volume] of (instance.spec.volumes ?? []).entries()) {
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName !== undefined) {
      sources.set(volume.name, await claimLayer(namespace, claimName, options));
      continue;
    }
    const seed = await seedOf(volume, instance, documents(namespace, options.client));
    if (seed === undefined) throw new CannotRun(`volume "${volume.name}" is of a kind this host does not have`);
    sources.set(volume.name, { path: await options.seedFiles.write(uid, index, seed), format: 'raw' });
  }
  return sources;
}

/** The file of a claim, with what lies below it. @throws ClaimNotReady, VolumeLost */
export async function claimLayer(namespace: string | undefined, name: string, options: VolumeOptions): Promise<Layer> {
  const { claims, storageClasses, imageFiles, volumeFiles } = options;
  const claim = claims.get(namespace, name);
  if (claim === undefined)
    throw new ClaimNotReady('FailedPvcNotFound', `PVC ${namespace}/${name} does not exist, waiting for it to appear`);
  if (claim.metadata.deletionTimestamp !== undefined)
    throw new ClaimNotReady('FailedPvcNotFound', `PVC ${namespace}/${name} is being deleted`);
  if (claim.status?.phase !== 'Bound')
    throw new ClaimNotReady('ClaimPending', `PVC ${namespace}/${name} has no volume yet`);
  return volumeLayer(claim, { storageClasses, imageFiles, volumeFiles });
}

function documents(namespace: string | undefined, client: Client): Documents {
  const absent = (error: unknown): undefined => {
    if (!hasReason(error, 'NotFound')) throw error;
    return undefined;
  };
  const encoded = (
    data: Readonly<Record<string, string>> | undefined,
    encoding: 'base64' | 'utf8',
  ): [string, Buffer][] => Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]);
  return {
    async secret(name) {
      const object = await client.get(secrets, { namespace, name }).catch(absent);
      return object && new Map(encoded(object.data, 'base64'));
    },
    async configMap(name) {
      const object = await client.get(configMaps, { namespace, name }).catch(absent);
      return object && new Map([...encoded(object.data, 'utf8'), ...encoded(object.binaryData, 'base64')]);
    },
  };
}
