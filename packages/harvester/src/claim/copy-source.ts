import type { PersistentVolumeClaim, StorageClass, Stored, VolumeSnapshot } from '@drover/api';
import type { Informer } from '@drover/client';
import { formatBytes, parseUnits } from '@drover/kit';
import type { ImageFiles } from '../image/files.js';
import { imageUidOf } from '../image/storage-class.js';
import { momentOf } from '../snapshot/moment.js';
import { type Volumes, volumeNameOf } from './volumes.js';

/** Why a volume cannot be made now, and whether trying again without a change may help. */
export interface Refusal {
  readonly why: string;
  readonly retry: boolean;
}

/** What copying needs. */
interface CopyOptions {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly snapshots: Informer<VolumeSnapshot>;
  readonly storageClasses: Informer<StorageClass>;
  readonly imageFiles: ImageFiles;
  readonly volumes: Volumes;
}

/** What a claim is to be a copy of. */
export function sourceOf({
  spec,
}: PersistentVolumeClaim): { readonly kind: string; readonly name: string } | undefined {
  return spec?.dataSource ?? spec?.dataSourceRef;
}

/**
 * Makes the file of a claim a copy of what its source names: another claim of its namespace, or a snapshot of one. It lies on
 * the same image where its class is of that; a blank class makes it whole.
 */
export async function copySource(
  claim: Stored<PersistentVolumeClaim>,
  path: string,
  bytes: bigint,
  imageUid: string | undefined,
  options: CopyOptions,
): Promise<Refusal | undefined> {
  const { claims, snapshots, storageClasses, imageFiles, volumes } = options;
  const { namespace, uid } = claim.metadata;
  if (claim.spec?.dataSourceRef?.namespace !== undefined && claim.spec.dataSourceRef.namespace !== namespace)
    return { why: 'sources in other namespaces are not supported by this cluster', retry: false };
  const { kind, name } = sourceOf(claim) ?? { kind: '', name: '' };
  let source: Stored<PersistentVolumeClaim> | undefined;
  let snapshot: string | undefined;
  let size: bigint;
  if (kind === 'PersistentVolumeClaim') {
    source = claims.get(namespace, name);
    if (source === undefined) return { why: `its source, claim ${namespace}/${name}, is not there`, retry: false };
    if (source.status?.phase !== 'Bound')
      return { why: `its source, claim ${namespace}/${name}, has no volume yet`, retry: false };
    size = BigInt(await volumes.virtualSize(source));
  } else if (kind === 'VolumeSnapshot') {
    const object = snapshots.get(namespace, name);
    if (object?.status?.readyToUse !== true)
      return { why: `its source, snapshot ${namespace}/${name}, is not ready`, retry: false };
    source = claims.list(namespace).find((one) => one.metadata.name === object.spec.source.persistentVolumeClaimName);
    if (source === undefined)
      return { why: `the volume of its source, snapshot ${namespace}/${name}, is gone`, retry: false };
    snapshot = momentOf(object);
    size = parseUnits(String(object.status.restoreSize ?? '0'));
  } else {
    return {
      why: `a source of kind ${kind} is not supported; use PersistentVolumeClaim or VolumeSnapshot`,
      retry: false,
    };
  }
  if (volumeNameOf(source) === volumeNameOf(claim)) return { why: 'a claim cannot be a copy of itself', retry: false };
  if (bytes < size)
    return { why: `its source has ${formatBytes(size)}, the claim asks for ${formatBytes(bytes)}`, retry: false };
  const sourceImage = imageUidOf(storageClasses.get(undefined, source.spec?.storageClassName ?? '') ?? {});
  if (imageUid !== undefined && imageUid !== sourceImage)
    return { why: 'its storage class is that of an image which its source does not lie on', retry: false };
  const base = imageUid === undefined ? undefined : await imageFiles.find(imageUid);
  const lies = base === undefined ? {} : { base };
  if (snapshot === undefined) await volumes.copy(source, uid, path, lies);
  else await volumes.copySnapshot(source, snapshot, path, lies);
  return undefined;
}
