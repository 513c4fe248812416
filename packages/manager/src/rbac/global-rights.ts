import type { GlobalRole, GlobalRoleBinding, Stored } from '@drover/api';
import { safeConcat } from '../clusters/cluster-id.js';
import { clusterRole, DerivedSet, ownerLabel } from './derived-set.js';
import { type FindUserByPrincipal, subjectOf } from './subject.js';

/** The value of the rights label of what follows from global roles. */
export const GLOBAL_SOURCE = 'global-roles';
/** The label of roles that follow from a global role; its value names it. */
export const GLOBAL_ROLE_OWNER = 'authz.management.cattle.io/gr-owner';

/**
 * The roles and bindings by which the local cluster's RBAC decides what global roles give, under Rancher's names (reference
 * `rancher.md`, 5.6): in the whole cluster, and in those namespaces that are there.
 */
export function deriveGlobal(facts: {
  readonly globalRoles: readonly Stored<GlobalRole>[];
  readonly globalRoleBindings: readonly Stored<GlobalRoleBinding>[];
  readonly hasNamespace: (name: string) => boolean;
  readonly userOf: FindUserByPrincipal;
}): DerivedSet {
  const set = new DerivedSet(GLOBAL_SOURCE);
  const namespacesOf = new Map<string, readonly string[]>();
  for (const { metadata, rules = [], namespacedRules = {} } of facts.globalRoles) {
    const labels = {
      'authz.management.cattle.io/globalrole': 'true',
      [GLOBAL_ROLE_OWNER]: safeConcat(metadata.name),
    };
    set.clusterRole(clusterRoleName(metadata.name), rules, labels);
    const namespaces = Object.keys(namespacedRules).filter(facts.hasNamespace);
    for (const namespace of namespaces)
      set.role(namespace, safeConcat(metadata.name, namespace), namespacedRules[namespace] ?? []);
    namespacesOf.set(metadata.name, namespaces);
  }
  for (const { metadata, globalRoleName, ...binding } of facts.globalRoleBindings) {
    const subject = subjectOf(binding, facts.userOf);
    const namespaces = namespacesOf.get(globalRoleName);
    if (subject === undefined || namespaces === undefined) continue;
    const owner = ownerLabel('grb', metadata.name);
    const bindingName = safeConcat(BINDING_PREFIX, metadata.name);
    set.grant({ role: clusterRole(clusterRoleName(globalRoleName)), subject, owner, bindingName });
    for (const namespace of namespaces) {
      const role = { kind: 'Role', name: safeConcat(globalRoleName, namespace) } as const;
      set.grant({ namespace, role, subject, owner, bindingName: safeConcat(metadata.name, namespace) });
    }
  }
  return set;
}

const ROLE_PREFIX = 'cattle-globalrole';
const BINDING_PREFIX = 'cattle-globalrolebinding';
/** Names up to here are whole in the names of what follows from them: of cut ones, two could become one. */
export const MAX_GLOBAL_ROLE_NAME = 63 - `${ROLE_PREFIX}-`.length;
export const MAX_GLOBAL_BINDING_NAME = 63 - `${BINDING_PREFIX}-`.length;

const clusterRoleName = (globalRole: string): string => safeConcat(ROLE_PREFIX, globalRole);
