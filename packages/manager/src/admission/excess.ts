import {
  clusterRoleTemplateBindings,
  type GlobalRole,
  globalRoleBindings,
  globalRoles,
  hasReason,
  type Identity,
  type PolicyRule,
  projectRoleTemplateBindings,
  roleTemplates,
  userAttributes,
} from '@drover/api';
import { groupsIn } from '../identity/directory.js';
import { excess, givenBy, type Holdings, inWords } from '../rbac/holdings.js';
import { promotedRules } from '../rbac/role-rules.js';
import type { BindingSubject } from '../rbac/subject.js';
import { holdingsIn, holdsEverything, type LocalApi, notHeldLocally, type Scope } from './caller-holdings.js';

/** What a role template gives that the caller does not have there, in words; `undefined` when it has all. */
export async function excessOfTemplate(
  local: LocalApi,
  caller: Identity,
  scope: Scope,
  template: string,
): Promise<string | undefined> {
  const { items } = await local.list(roleTemplates);
  const byName = new Map(items.map((each) => [each.metadata.name, each]));
  const find = (each: string) => byName.get(each);
  const { held, everywhere } = await holdingsIn(local, caller, scope, find);
  const given = givenBy([template], find);
  // A role in a project holds in the whole cluster where it is about what has no namespace.
  const promoted: Holdings = { rules: promotedRules(given.rules), unknown: new Set() };
  return excess(given, held) ?? (scope.project && excess(promoted, everywhere));
}

/** The same of a global role: it begins with where, if that is a namespace. */
export async function excessOfGlobalRole(
  local: LocalApi,
  caller: Identity,
  role: GlobalRole,
): Promise<string | undefined> {
  const [inherited] = role.inheritedClusterRoles ?? [];
  if (inherited !== undefined) return `: the role "${inherited}" in every cluster`;
  const parts: (readonly [string | undefined, readonly PolicyRule[]])[] = [
    [undefined, role.rules ?? []],
    ...Object.entries(role.namespacedRules ?? {}),
  ];
  for (const [namespace, rules] of parts) {
    const missing = await notHeldLocally(local, caller, rules, namespace);
    if (missing === undefined) continue;
    const where = namespace === undefined ? '' : ` in the namespace "${namespace}"`;
    return `${where}: ${inWords(missing)}`;
  }
  return undefined;
}

/**
 * What a user has that the caller does not, in words; `undefined` when it is nothing, so that the caller gains nothing by acting as
 * that user. What every new user has does not count.
 */
export async function excessOfUser(local: LocalApi, caller: Identity, user: string): Promise<string | undefined> {
  if (caller.name === user || (await holdsEverything(local, caller))) return undefined;
  const groups = await groupsOf(local, user);
  const them = { name: user, groups: [...groups, 'system:authenticated', 'system:cattle:authenticated'], extra: {} };
  if (await holdsEverything(local, them)) return 'every right on this server';
  const isTheirs = ({ userName, userPrincipalName, groupName, groupPrincipalName }: BindingSubject): boolean =>
    userName
      ? userName === user
      : userPrincipalName === `local://${user}` || groups.has(groupPrincipalName || groupName || '');
  const [global, inClusters, inProjects, roles] = await Promise.all([
    local.list(globalRoleBindings),
    local.list(clusterRoleTemplateBindings),
    local.list(projectRoleTemplateBindings),
    local.list(globalRoles),
  ]);
  for (const { globalRoleName } of global.items.filter(isTheirs)) {
    const role = roles.items.find(({ metadata }) => metadata.name === globalRoleName);
    if (role === undefined || role.newUserDefault === true) continue;
    const missing = await excessOfGlobalRole(local, caller, role);
    if (missing !== undefined) return `the global role "${globalRoleName}"`;
  }
  for (const { clusterName, roleTemplateName } of inClusters.items.filter(isTheirs)) {
    if ((await excessOfTemplate(local, caller, { cluster: clusterName }, roleTemplateName)) !== undefined)
      return `the role "${roleTemplateName}" in the cluster "${clusterName}"`;
  }
  for (const { projectName, roleTemplateName, metadata } of inProjects.items.filter(isTheirs)) {
    const [cluster = '', name = ''] = projectName.split(':');
    const scope = { cluster, project: { name, namespace: metadata.namespace ?? '' } };
    if ((await excessOfTemplate(local, caller, scope, roleTemplateName)) !== undefined)
      return `the role "${roleTemplateName}" in the project "${projectName}"`;
  }
  return undefined;
}

async function groupsOf(local: LocalApi, user: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(groupsIn(await local.get(userAttributes, { name: user })));
  } catch (error) {
    if (hasReason(error, 'NotFound')) return new Set();
    throw error;
  }
}
