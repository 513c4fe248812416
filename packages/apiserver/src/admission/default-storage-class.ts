import type { AdmissionPlugin, KubeObject, PersistentVolumeClaim } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';

const CLASSES = { group: 'storage.k8s.io', plural: 'storageclasses' };
/** Either says of a class that it is the default. */
const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
/** How claims named their class before there was a field for it. */
const CLASS = 'volume.beta.kubernetes.io/storage-class';

/** Gives new claims that name no class the default one, of several the newest (kube-apiserver's plugin DefaultStorageClass). */
export function defaultStorageClass(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    resources: ['/persistentvolumeclaims'],
    admit: ({ operation, object }) => {
      if (operation !== 'CREATE' || object === undefined) return undefined;
      const claim = object as PersistentVolumeClaim;
      if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[CLASS] !== undefined)
        return undefined;
      const [newest] = objects
        .list(CLASSES)
        .filter(({ metadata }) => IS_DEFAULT.some((name) => metadata.annotations?.[name] === 'true'))
        .sort(byAge);
      return newest && { ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } };
    },
  };
}

const byAge = (a: KubeObject, b: KubeObject): number =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
  (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');
