import type { AdmissionPlugin } from '@drover/api';
import { CLAIM_PROTECTION, VOLUME_PROTECTION } from '../controllers/storage-protection.js';

const PROTECTIONS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: CLAIM_PROTECTION,
  PersistentVolume: VOLUME_PROTECTION,
};

/** Has new claims and volumes stay until nobody uses them any more (kube-apiserver's plugin StorageObjectInUseProtection). */
export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: ['/persistentvolumeclaims', '/persistentvolumes'],
  admit: ({ operation, object }) => {
    const finalizer = PROTECTIONS[object?.kind ?? ''];
    if (operation !== 'CREATE' || object === undefined || finalizer === undefined) return undefined;
    const { finalizers = [] } = object.metadata;
    if (finalizers.includes(finalizer)) return undefined;
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  },
};
