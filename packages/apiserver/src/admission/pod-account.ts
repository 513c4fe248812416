import { type AdmissionPlugin, forbidden, type Pod, type ServiceAccount } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';

const ACCOUNTS = { group: '', plural: 'serviceaccounts' };
/** Each namespace has it, but for a moment after it was made. */
const DEFAULT_ACCOUNT = 'default';

/**
 * Refuses pods of service accounts that are not there, and gives pods the pull secrets of their account (kube-apiserver's plugin
 * ServiceAccount). Tokens come with the volumes that a pod itself asks for.
 */
export function podAccount(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    resources: ['/pods'],
    admit: ({ operation, object, namespace = '', name }) => {
      if (operation !== 'CREATE' || object === undefined) return undefined;
      const pod = object as Pod;
      const { serviceAccountName: account = DEFAULT_ACCOUNT, imagePullSecrets = [] } = pod.spec ?? { containers: [] };
      const found = objects.get(ACCOUNTS, { namespace, name: account }) as ServiceAccount | undefined;
      if (found === undefined && account !== DEFAULT_ACCOUNT) {
        const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
        throw forbidden({ group: '', plural: 'pods' }, name, why);
      }
      const secrets = found?.imagePullSecrets ?? [];
      if (pod.spec === undefined || imagePullSecrets.length > 0 || secrets.length === 0) return undefined;
      return { ...pod, spec: { ...pod.spec, imagePullSecrets: [...secrets] } };
    },
  };
}
