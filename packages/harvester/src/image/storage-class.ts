import type { StorageClass, Stored, VirtualMachineImage } from '@drover/api';
import { PROVISIONER } from '../bootstrap/storage.js';

/** The name of an image's storage class: claims of that class begin as the image. */
export const imageStorageClassName = (uid: string): string => `lh-${uid}`;

/** The name by which its parameters call an image: Longhorn's backing image. */
const backingImage = (uid: string): string => `vmi-${uid}`;

/** The storage class of an image. */
export function imageStorageClass(image: Stored<VirtualMachineImage>): StorageClass {
  const { uid, namespace, name } = image.metadata;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: imageStorageClassName(uid),
      annotations: { 'harvesterhci.io/imageId': `${namespace}/${name}` },
    },
    provisioner: PROVISIONER,
    parameters: {
      backingImage: backingImage(uid),
      numberOfReplicas: '3',
      staleReplicaTimeout: '30',
      migratable: 'true',
      ...image.spec.storageClassParameters,
    },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    allowVolumeExpansion: true,
  };
}

/** The uid of the image that volumes of a class begin as, or `undefined` for blank volumes. */
export function imageUidOf({ parameters }: Pick<StorageClass, 'parameters'>): string | undefined {
  const name = parameters?.['backingImage'];
  return name?.startsWith('vmi-') === true ? name.slice('vmi-'.length) : undefined;
}
