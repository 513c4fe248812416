import type { PersistentVolume, PersistentVolumeClaim } from '../../generated/types/core-v1.js';
import type { StorageClass, VolumeAttachment } from '../../generated/types/storage-v1.js';
import { AGE, type Column, NAME, text, wide } from '../column.js';

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const modes = (accessModes: readonly string[] = []): string =>
  Object.keys(SHORT_MODES)
    .filter((mode) => accessModes.includes(mode))
    .map((mode) => SHORT_MODES[mode])
    .join(',');

/** What a table shows of a PersistentVolumeClaim. */
export const claimColumns: Column<PersistentVolumeClaim>[] = [
  NAME,
  text('Status', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  text('Volume', ({ spec }) => spec?.volumeName ?? ''),
  text('Capacity', ({ spec, status }) => (spec?.volumeName ? String(status?.capacity?.['storage'] ?? '') : '')),
  text('Access Modes', ({ spec, status }) => (spec?.volumeName ? modes(status?.accessModes) : '')),
  text('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
  text('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  AGE,
  wide(text('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>')),
];

/** What a table shows of a PersistentVolume. */
export const volumeColumns: Column<PersistentVolume>[] = [
  NAME,
  text('Capacity', ({ spec }) => String(spec?.capacity?.['storage'] ?? '')),
  text('Access Modes', ({ spec }) => modes(spec?.accessModes)),
  text('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
  text('Status', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  text('Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '')),
  text('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
  text('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  text('Reason', ({ status }) => status?.reason ?? ''),
  AGE,
  wide(text('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>')),
];

/** What a table shows of a StorageClass. */
export const storageClassColumns: Column<StorageClass>[] = [
  {
    ...NAME,
    cell: ({ metadata }) => {
      const isDefault = DEFAULT_CLASS.some((annotation) => metadata.annotations?.[annotation] === 'true');
      return `${metadata.name}${isDefault ? ' (default)' : ''}`;
    },
  },
  text('Provisioner', ({ provisioner }) => provisioner),
  text('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  text('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  text('AllowVolumeExpansion', ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false)),
  AGE,
];

/** What a table shows of a VolumeAttachment. */
export const volumeAttachmentColumns: Column<VolumeAttachment>[] = [
  NAME,
  text('Attacher', ({ spec }) => spec.attacher),
  text('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  text('Node', ({ spec }) => spec.nodeName),
  text('Attached', ({ status }) => String(status?.attached ?? false)),
  AGE,
];
