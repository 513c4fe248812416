import type { AdmissionPlugin, KubeObject, PersistentVolumeClaim } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';

const CLASSES = { group: 'storage.k8s.io', plural: 'storageclasses' };
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** Gives new claims that name no class the default one, of several the newest (kube-apiserver's plugin DefaultStorageClass). */
export function defaultStorageClass(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    resources: ['/persistentvolumeclaims'],
    admit: ({ operation, object }) => {
      if (operation !== 'CREATE' || object === undefined) return undefined;
      const claim = object as PersistentVolumeClaim;
      if (claim.spec?.storageClassName !== undefined) return undefined;
      const [newest] = objects
        .list(CLASSES)
        .filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true')
        .sort(byAge);
      return newest && { ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } };
    },
  };
}

const byAge = (a: KubeObject, b: KubeObject): number =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '');
