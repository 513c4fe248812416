import type { ClusterRoleBinding, Stored, User } from '@drover/api';

/** Who a binding is about, in RBAC's form. */
export type Subject = NonNullable<ClusterRoleBinding['subjects']>[number];

/** The fields by which Rancher's bindings say who they are about. */
export interface BindingSubject {
  readonly userName?: string;
  readonly userPrincipalName?: string;
  readonly groupName?: string;
  readonly groupPrincipalName?: string;
  /** `namespace:name`, of the cluster the binding is for. */
  readonly serviceAccount?: string;
}

/** Finds the user who is known to an identity provider as this principal. */
export type FindUserByPrincipal = (principal: string) => Stored<User> | undefined;

const RBAC = 'rbac.authorization.k8s.io';

/**
 * The subject of one of Rancher's bindings; `undefined` when it names nobody, a principal whose user does not exist (yet), or
 * one of Kubernetes' own users or groups, which are not for these bindings to give rights to.
 */
export function subjectOf(binding: BindingSubject, userOf: FindUserByPrincipal): Subject | undefined {
  const { userName, userPrincipalName, groupName, groupPrincipalName, serviceAccount } = binding;
  const user = userName || (userPrincipalName ? userOfPrincipal(userPrincipalName, userOf) : undefined);
  if (user) return ours('User', user);
  if (userPrincipalName) return undefined;
  const group = groupPrincipalName || groupName;
  if (group) return ours('Group', group);
  const [namespace, name, ...more] = (serviceAccount ?? '').split(':');
  return namespace && name && more.length === 0 ? { kind: 'ServiceAccount', namespace, name } : undefined;
}

/** A principal of our own names the user; who has one of a provider is found out. */
const userOfPrincipal = (principal: string, userOf: FindUserByPrincipal): string | undefined =>
  localUser(principal) ?? userOf(principal)?.metadata.name;

/** The user that a principal of our own names (`local://u-abcde`). */
export const localUser = (principal: string): string | undefined => /^local:\/\/(.+)$/.exec(principal)?.[1];

const ours = (kind: 'User' | 'Group', name: string): Subject | undefined =>
  name.startsWith('system:') ? undefined : { kind, name, apiGroup: RBAC };
