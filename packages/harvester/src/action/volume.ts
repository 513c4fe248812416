import {
  ApiError,
  type ApiResponse,
  badRequest,
  notFound,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Stored,
  type VolumeSnapshot,
  virtualMachineImages,
  volumeSnapshots,
} from '@drover/api';
import { ownerReference } from '@drover/controller';
import { empty, json } from '../answer.js';
import { PROVISIONER } from '../bootstrap/storage.js';
import { Fields } from '../fields.js';
import { DEFAULT_SNAPSHOT_CLASS } from '../snapshot/classes.js';
import { lookAt } from '../view.js';
import { IMAGE_ID } from '../vm/names.js';
import type { ObjectRequest } from './paths.js';

const STORAGE_CLASS = 'harvesterhci.io/storageClassName';
const STORAGE_PROVISIONER = 'harvesterhci.io/storageProvisioner';
const SNAPSHOTS = 'snapshot.storage.k8s.io';

/** Takes a snapshot of a volume: a VolumeSnapshot that goes with it. @throws ApiError 403, 404, 409, 422 before it is bound */
export async function snapshotVolume(context: ObjectRequest): Promise<ApiResponse> {
  const { namespace, view, require, request } = context;
  require('get', '', 'persistentvolumeclaims');
  require('create', SNAPSHOTS, 'volumesnapshots', { at: { namespace } });
  const name = (await Fields.of(request)).text('name');
  const claim = await boundClaim(context);
  const { [IMAGE_ID]: imageId } = claim.metadata.annotations ?? {};
  await view.client.create(volumeSnapshots, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name,
      namespace,
      ownerReferences: [ownerReference(persistentVolumeClaims, claim, { controller: false })],
      annotations: {
        [STORAGE_CLASS]: claim.spec?.storageClassName ?? '',
        [STORAGE_PROVISIONER]: PROVISIONER,
        ...(imageId === undefined ? {} : { [IMAGE_ID]: imageId }),
      },
    },
    spec: {
      volumeSnapshotClassName: DEFAULT_SNAPSHOT_CLASS,
      source: { persistentVolumeClaimName: claim.metadata.name },
    },
  });
  return empty(204);
}

/** Copies a volume into a new claim. @throws ApiError 403, 404, 409, 422 before it is bound */
export async function cloneVolume(context: ObjectRequest): Promise<ApiResponse> {
  const { namespace, view, require, request } = context;
  require('get', '', 'persistentvolumeclaims');
  require('create', '', 'persistentvolumeclaims', { at: { namespace } });
  const name = (await Fields.of(request)).text('name');
  const claim = await boundClaim(context);
  const source = { kind: 'PersistentVolumeClaim', name: claim.metadata.name };
  const size = claim.status?.capacity?.['storage'] ?? claim.spec?.resources?.requests?.['storage'] ?? '';
  await view.client.create(persistentVolumeClaims, copyOf(claim, { name, namespace }, source, String(size)));
  return empty(204);
}

/** Makes an image of a volume, whole. @throws ApiError 403, 404, 422 before it is bound */
export async function exportVolume(context: ObjectRequest): Promise<ApiResponse> {
  const { namespace, name, view, require, request } = context;
  require('get', '', 'persistentvolumeclaims');
  const fields = await Fields.of(request);
  const into = fields.optionalText('namespace') ?? namespace;
  require('create', 'harvesterhci.io', 'virtualmachineimages', { at: { namespace: into } });
  await boundClaim(context);
  const storageClass = fields.optionalText('storageClassName');
  const image = await view.client.create(virtualMachineImages, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: {
      generateName: 'image-',
      namespace: into,
      ...(storageClass === undefined ? {} : { annotations: { [STORAGE_CLASS]: storageClass } }),
    },
    spec: {
      displayName: fields.text('displayName'),
      sourceType: 'export-from-volume',
      pvcName: name,
      pvcNamespace: namespace,
    },
  });
  return json(200, image);
}

/** Makes a claim of a snapshot of a volume. @throws ApiError 403, 404, 409, 422 before the snapshot is ready */
export async function restoreSnapshot({
  namespace,
  name,
  view,
  require,
  request,
}: ObjectRequest): Promise<ApiResponse> {
  require('get', SNAPSHOTS, 'volumesnapshots');
  require('create', '', 'persistentvolumeclaims', { at: { namespace } });
  const fields = await Fields.of(request);
  const snapshot = await lookAt(view.client, volumeSnapshots, { namespace, name });
  if (snapshot === undefined) throw notFound(volumeSnapshots, name);
  if (snapshot.status?.readyToUse !== true) throw new ApiError('Invalid', `snapshot "${name}" is not ready to use`);
  await view.client.create(persistentVolumeClaims, restoredClaim(snapshot, fields));
  return empty(204);
}

function restoredClaim(snapshot: Stored<VolumeSnapshot>, fields: Fields): PersistentVolumeClaim {
  const { namespace = '', name, annotations = {} } = snapshot.metadata;
  const imageId = annotations[IMAGE_ID];
  // A snapshot of what lies on an image goes back onto that image.
  const own = annotations[STORAGE_CLASS];
  const asked = fields.optionalText('storageClassName');
  if (imageId !== undefined && asked !== undefined && asked !== own)
    throw badRequest(`storageClassName: a snapshot of a volume made from an image keeps the class "${own}"`);
  const storageClassName = asked ?? own;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: fields.text('name'),
      namespace,
      ...(imageId === undefined ? {} : { annotations: { [IMAGE_ID]: imageId } }),
    },
    spec: {
      accessModes: ['ReadWriteMany'],
      volumeMode: 'Block',
      ...(storageClassName ? { storageClassName } : {}),
      resources: { requests: { storage: String(snapshot.status?.restoreSize ?? '') } },
      dataSource: { apiGroup: SNAPSHOTS, kind: 'VolumeSnapshot', name },
    },
  };
}

/** A claim with what another one asks for, as a copy of `dataSource`. */
export function copyOf(
  claim: Pick<PersistentVolumeClaim, 'metadata' | 'spec'>,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  dataSource: NonNullable<NonNullable<PersistentVolumeClaim['spec']>['dataSource']>,
  storage: string,
): PersistentVolumeClaim {
  const { [IMAGE_ID]: imageId } = claim.metadata.annotations ?? {};
  const { accessModes, volumeMode, storageClassName } = claim.spec ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, ...(imageId === undefined ? {} : { annotations: { [IMAGE_ID]: imageId } }) },
    spec: {
      ...(accessModes === undefined ? {} : { accessModes }),
      ...(volumeMode === undefined ? {} : { volumeMode }),
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage } },
      dataSource,
    },
  };
}

async function boundClaim({ namespace, name, view }: ObjectRequest): Promise<Stored<PersistentVolumeClaim>> {
  const claim = await lookAt(view.client, persistentVolumeClaims, { namespace, name });
  if (claim === undefined) throw notFound(persistentVolumeClaims, name);
  if (claim.status?.phase === 'Bound') return claim;
  throw new ApiError('Invalid', `volume "${name}" is not bound yet`);
}
