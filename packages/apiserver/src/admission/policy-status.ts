import type { KubeObject } from '@drover/api';
import type { ValidatingAdmissionPolicy } from '@drover/api/types/admissionregistration-v1';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Controller } from '../controllers/controller.js';
import { ReconcileLoop } from '../controllers/reconcile-loop.js';
import { expressionWarnings } from './type-checking.js';

const POLICIES = { group: 'admissionregistration.k8s.io', plural: 'validatingadmissionpolicies' };

/** Says in the status of each policy what its expressions ask in vain of the kinds it names. */
export function policyStatus(catalog: ResourceCatalog): Controller {
  return (context) => {
    const { objects, signal } = context;
    const reconcile = async (name: string): Promise<void> => {
      await objects.update(POLICIES, { name }, (current) => checked(current, catalog), { subresource: 'status' });
    };
    const loop = new ReconcileLoop({ ...context, name: 'policy-status', reconcile });
    const onPolicies: Parameters<typeof objects.watch>[1] = (events) => {
      for (const { type, object } of events) if (type !== 'DELETED') loop.add(object.metadata.name);
    };
    objects.watch(POLICIES, onPolicies, signal);
    return loop;
  };
}

/** The policy with a status of its present generation; `undefined` when it has that. */
function checked(object: KubeObject, catalog: ResourceCatalog): KubeObject | undefined {
  const policy = object as ValidatingAdmissionPolicy;
  const { generation = 1 } = policy.metadata;
  if (policy.status?.observedGeneration === generation) return undefined;
  const warnings = expressionWarnings(policy.spec ?? {}, catalog);
  const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: [...warnings] };
  const changed: ValidatingAdmissionPolicy = {
    ...policy,
    status: { ...policy.status, observedGeneration: generation, typeChecking },
  };
  return changed;
}
