import {
  clusterRoleBindings,
  clusterRoles,
  hasReason,
  type KubeObject,
  limitRanges,
  namespaces,
  resourceQuotas,
  roleBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '@drover/api';
import type { Client } from '@drover/client';
import { deleteIfPresent } from '@drover/controller';
import { quotaSelector } from '../quotas/quota-objects.js';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import { RIGHTS_LABEL } from '../rbac/derived-set.js';
import { removeLabelled } from '../rbac/remove-labelled.js';
import { IMPERSONATION_NAMESPACE, IMPERSONATOR } from './impersonation.js';

/**
 * Removes from a cluster what this server put there: roles, bindings, impersonation accounts and quotas by their labels, and the
 * projects of `cluster` from its namespaces. Nothing of `cattle-system`: what runs there is the cluster administrator's.
 */
export async function removeOurTraces(
  client: Client,
  { cluster, installation }: { readonly cluster: string; readonly installation: string },
  signal: AbortSignal,
): Promise<void> {
  const derived = `${RIGHTS_LABEL}=${installation}`;
  // A cluster may have none, and no such kind.
  for (const kind of [validatingAdmissionPolicyBindings, validatingAdmissionPolicies])
    await removeLabelled<KubeObject>(client, kind, derived, { signal }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  await removeLabelled(client, roleBindings, derived, { signal });
  for (const label of [derived, IMPERSONATOR]) await removeLabelled(client, clusterRoleBindings, label, { signal });
  for (const label of [derived, IMPERSONATOR]) await removeLabelled(client, clusterRoles, label, { signal });
  await removeLabelled(client, resourceQuotas, quotaSelector(installation), { signal });
  await removeLabelled(client, limitRanges, quotaSelector(installation), { signal });
  await deleteIfPresent(client, namespaces, { name: IMPERSONATION_NAMESPACE }, { signal });
  const { items } = await client.list(namespaces, { signal });
  for (const { metadata } of items) {
    if (!metadata.annotations?.[PROJECT_ID]?.startsWith(`${cluster}:`)) continue;
    const patch = { metadata: { annotations: { [PROJECT_ID]: null }, labels: { [PROJECT_ID]: null } } };
    await client.patch(namespaces, { name: metadata.name }, { type: 'merge', patch }, { signal });
  }
}
