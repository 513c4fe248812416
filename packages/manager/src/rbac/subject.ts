import type { ClusterRoleBinding } from '@drover/api';

/** Who a binding is about, in RBAC's form. */
export type Subject = NonNullable<ClusterRoleBinding['subjects']>[number];

const RBAC = 'rbac.authorization.k8s.io';

/**
 * The subject of one of Rancher's bindings; `undefined` when it names nobody, or one of Kubernetes' own users or groups,
 * which are not for these bindings to give rights to.
 */
export function subjectOf(binding: {
  readonly userName?: string;
  readonly groupPrincipalName?: string;
  readonly groupName?: string;
}): Subject | undefined {
  const { userName, groupPrincipalName, groupName } = binding;
  const [kind, name] = userName ? ['User', userName] : ['Group', groupPrincipalName || groupName];
  if (!name || name.startsWith('system:')) return undefined;
  return { kind: kind as 'User' | 'Group', name, apiGroup: RBAC };
}

/** A reference to a cluster role. */
export const clusterRoleRef = (name: string): ClusterRoleBinding['roleRef'] => ({
  apiGroup: RBAC,
  kind: 'ClusterRole',
  name,
});
