import { type AdmissionPlugin, forbidden, type Pod, type ServiceAccount } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';
import { reviewedName } from '../registry/admission.js';

const ACCOUNTS = { group: '', plural: 'serviceaccounts' };
/** Each namespace has it, but for a moment after it was made. */
const DEFAULT_ACCOUNT = 'default';

/**
 * Refuses pods of service accounts that are not there, and gives pods their account and its pull secrets (kube-apiserver's plugin
 * ServiceAccount). Tokens come with the volumes that a pod itself asks for.
 */
export function podAccount(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    resources: ['/pods'],
    admit: (review) => {
      const { operation, object, subresource, namespace = '' } = review;
      if (operation !== 'CREATE' || object === undefined || subresource !== undefined) return undefined;
      const pod = object as Pod;
      if (!pod.spec) return undefined;
      const { serviceAccountName: account = DEFAULT_ACCOUNT, imagePullSecrets: own = [] } = pod.spec;
      const found = objects.get(ACCOUNTS, { namespace, name: account }) as ServiceAccount | undefined;
      if (found === undefined && account !== DEFAULT_ACCOUNT) {
        const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
        throw forbidden({ group: '', plural: 'pods' }, reviewedName(review), why);
      }
      const secrets = own.length > 0 ? own : [...(found?.imagePullSecrets ?? [])];
      const named = { serviceAccountName: account, serviceAccount: account };
      return { ...pod, spec: { ...pod.spec, ...named, ...(secrets.length > 0 ? { imagePullSecrets: secrets } : {}) } };
    },
  };
}
