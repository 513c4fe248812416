import { type AdmissionPlugin, forbidden, invalid, type StorageClass } from '@drover/api';
import type { Late, View } from '../view.js';
import { KEPT } from './namespaces.js';

const CLASSES = { group: 'storage.k8s.io', plural: 'storageclasses', kind: 'StorageClass' };
const NETWORKS = { group: 'network.harvesterhci.io', plural: 'clusternetworks', kind: 'ClusterNetwork' };
const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' };
const RESERVED = 'harvesterhci.io/is-reserved-storageclass';
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** Keeps what a Harvester cluster always has, and one default storage class at most. */
export function builtInAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'BuiltIn',
    resources: ['storage.k8s.io/storageclasses', 'network.harvesterhci.io/clusternetworks', '/namespaces'],
    admit({ operation, resource, name, object, old }) {
      if (resource === 'namespaces') {
        if (operation === 'DELETE' && KEPT.includes(name))
          throw forbidden(NAMESPACES, name, 'this namespace may not be deleted: the cluster itself lives in it');
        return undefined;
      }
      if (resource === 'clusternetworks') {
        if (operation === 'DELETE' && name === 'mgmt')
          throw forbidden(NETWORKS, name, 'the management network cannot be deleted');
        return undefined;
      }
      if (operation === 'DELETE') {
        if (old?.metadata.annotations?.[RESERVED] === 'true')
          throw forbidden(CLASSES, name, 'it is reserved by the cluster');
        return undefined;
      }
      // The server has validated the object against the schema of the kind.
      if (!isDefault(object as StorageClass)) return undefined;
      const other = late.value?.storageClasses.list().find((one) => one.metadata.name !== name && isDefault(one));
      if (other === undefined) return undefined;
      const message = `default storage class ${other.metadata.name} already exists, please reset it first`;
      throw invalid(CLASSES, name, [
        { reason: 'FieldValueInvalid', field: `metadata.annotations[${IS_DEFAULT}]`, message },
      ]);
    },
  };
}

const isDefault = ({ metadata }: StorageClass): boolean => metadata.annotations?.[IS_DEFAULT] === 'true';
