import type { StorageClass } from '@drover/api';

/** Who claims say makes their volumes. The name is Longhorn's, because clients look for it; the volumes are qcow2 files. */
export const PROVISIONER = 'driver.longhorn.io';

/** The class of blank volumes, with the parameters Harvester's own has. */
export function defaultStorageClass(): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'harvester-longhorn',
      annotations: {
        'storageclass.kubernetes.io/is-default-class': 'true',
        'harvesterhci.io/is-reserved-storageclass': 'true',
      },
    },
    provisioner: PROVISIONER,
    parameters: { numberOfReplicas: '3', staleReplicaTimeout: '30', migratable: 'true', fromBackup: '', baseImage: '' },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    allowVolumeExpansion: true,
  };
}
