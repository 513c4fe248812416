import { clusterRoleBindings, clusterRoles, hasReason, type Kind, type KubeObject, namespaces } from '@drover/api';
import type { Client } from '@drover/client';
import { IMPERSONATION_NAMESPACE, IMPERSONATOR } from './impersonation.js';

/** The label of bindings that follow from a binding here; its value names it. */
export const BINDING_OWNER = 'authz.cluster.cattle.io/rtb-owner-updated';
/** The label of roles that follow from a role template here. */
export const ROLE_OWNER = 'authz.cluster.cattle.io/clusterrole-owner';
/** The label of the bindings of this server's administrators. */
export const GLOBAL_ADMIN = 'authz.management.cattle.io/globaladmin';
/** The annotation by which a namespace belongs to a project. */
const PROJECT_ID = 'field.cattle.io/projectId';

/**
 * Removes from a cluster what this server put there: roles, bindings and impersonation accounts by their labels, and the
 * projects of `cluster` from its namespaces. Nothing of `cattle-system`: what runs there is the cluster administrator's.
 */
export async function removeOurTraces(client: Client, cluster: string, signal: AbortSignal): Promise<void> {
  for (const label of [BINDING_OWNER, GLOBAL_ADMIN, IMPERSONATOR])
    await removeLabelled(client, clusterRoleBindings, label, signal);
  for (const label of [ROLE_OWNER, IMPERSONATOR]) await removeLabelled(client, clusterRoles, label, signal);
  await client.delete(namespaces, { name: IMPERSONATION_NAMESPACE }, { signal }).catch(ignoreAbsent);
  const { items } = await client.list(namespaces, { signal });
  for (const { metadata } of items) {
    if (!metadata.annotations?.[PROJECT_ID]?.startsWith(`${cluster}:`)) continue;
    const patch = { metadata: { annotations: { [PROJECT_ID]: null }, labels: { [PROJECT_ID]: null } } };
    await client.patch(namespaces, { name: metadata.name }, { type: 'merge', patch }, { signal });
  }
}

async function removeLabelled<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  label: string,
  signal: AbortSignal,
): Promise<void> {
  const { items } = await client.list(kind, { labelSelector: label, signal });
  for (const { metadata } of items) await client.delete(kind, { name: metadata.name }, { signal }).catch(ignoreAbsent);
}

function ignoreAbsent(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}
