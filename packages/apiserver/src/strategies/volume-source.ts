import { forbiddenField, required, type StatusCause } from '@drover/api';
import { type Fields, objectsIn } from './absent.js';

/** Where a pod's volume may come from, in the order Kubernetes looks (core validateVolumeSource). */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

/** Where a persistent volume may be (core ValidatePersistentVolumeSpec). */
const PERSISTENT_SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

/** How Kubernetes calls two of them when it refuses them. */
const TOLD: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/** What is wrong with where the volumes of a pod come from: each has one source. `field` is where the pod's spec is. */
export function volumeSourceCauses(spec: Fields | undefined, field: string): StatusCause[] {
  return objectsIn(spec?.['volumes']).flatMap((volume, index) =>
    furtherCauses(volume, SOURCES, `${field}.volumes[${index}]`),
  );
}

/** What is wrong with where a persistent volume is: it is in one place. */
export function persistentSourceCauses(spec: Fields | undefined, field: string): StatusCause[] {
  const isSomewhere = PERSISTENT_SOURCES.some((source) => isGiven(spec?.[source]));
  if (!isSomewhere) return [required(field, 'must specify a volume type')];
  return furtherCauses(spec ?? {}, PERSISTENT_SOURCES, field);
}

/** Each source after the first. */
function furtherCauses(volume: Fields, sources: readonly string[], field: string): StatusCause[] {
  const [, ...further] = sources.filter((source) => isGiven(volume[source]));
  return further.map((source) =>
    forbiddenField(`${field}.${TOLD[source] ?? source}`, 'may not specify more than 1 volume type'),
  );
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
