import {
  clusterRoleTemplateBindings,
  type GlobalRole,
  globalRoleBindings,
  globalRoles,
  type Identity,
  type PolicyRule,
  projectRoleTemplateBindings,
  roleTemplates,
  ruleInWords,
  uncovered,
  userAttributes,
} from '@drover/api';
import { getIfPresent } from '@drover/controller';
import { groupsIn } from '../identity/directory.js';
import { excess, givenBy, type Holdings, heldBy, together } from '../rbac/holdings.js';
import { membershipRules, type Scope } from '../rbac/membership-rules.js';
import { closureOf, type FindTemplate, promotedRules } from '../rbac/role-rules.js';
import type { BindingSubject } from '../rbac/subject.js';
import { holdingsIn, holdsEverything, isAbout, type LocalApi, mayOnRole, notHeldLocally } from './caller-holdings.js';

/** What a role template gives that the caller does not have there, in words; `undefined` when it has all. */
async function excessOfTemplate(
  local: LocalApi,
  caller: Identity,
  scope: Scope,
  template: string,
): Promise<string | undefined> {
  const { items } = await local.list(roleTemplates);
  const byName = new Map(items.map((each) => [each.metadata.name, each]));
  const find = (each: string) => byName.get(each);
  return beyond(given(template, find, scope), await holdingsIn(local, caller, scope, find), scope);
}

/** What keeps the caller from giving somebody a role template there, in words; `undefined` when nothing does. */
export async function missingToGive(
  local: LocalApi,
  caller: Identity,
  scope: Scope,
  template: string,
): Promise<string | undefined> {
  if (await holdsEverything(local, caller)) return undefined;
  if (await mayOnRole(local, caller, 'bind', 'roletemplates', template)) return undefined;
  return excessOfTemplate(local, caller, scope, template);
}

/**
 * What a change of a role template gives to those who have it already, and neither they nor the caller have there, in words;
 * `undefined` when that is nothing. `before` and `after` find templates as they are, and as they would be.
 */
export async function excessOfChange(
  local: LocalApi,
  caller: Identity,
  changed: string,
  before: FindTemplate,
  after: FindTemplate,
): Promise<string | undefined> {
  const [inClusters, inProjects] = await Promise.all([
    local.list(clusterRoleTemplateBindings),
    local.list(projectRoleTemplateBindings),
  ]);
  const uses = new Map<string, readonly [Scope, string]>();
  for (const { metadata, roleTemplateName } of inClusters.items) {
    const cluster = metadata.namespace ?? '';
    uses.set(`${cluster} ${roleTemplateName}`, [{ cluster }, roleTemplateName]);
  }
  for (const { metadata, projectName, roleTemplateName } of inProjects.items) {
    const [cluster = '', name = ''] = projectName.split(':');
    const project = { name, namespace: metadata.namespace ?? '' };
    uses.set(`${projectName} ${project.namespace} ${roleTemplateName}`, [{ cluster, project }, roleTemplateName]);
  }
  for (const [scope, template] of uses.values()) {
    if (template !== changed && !closureOf(template, after).has(changed)) continue;
    const had = given(template, before, scope);
    const own = await holdingsIn(local, caller, scope, before);
    const either = {
      held: together(own.held, had.here),
      everywhere: together(own.everywhere, had.everywhere),
    };
    const missing = beyond(given(template, after, scope), either, scope);
    if (missing !== undefined) return `${missing} in the ${scope.project ? 'project' : 'cluster'} "${nameOf(scope)}"`;
  }
  // In clusters that are still to come too.
  for (const role of (await local.list(globalRoles)).items) {
    const missing = await excessInEveryCluster(local, caller, role, before, after);
    if (missing !== undefined) return `the global role "${role.metadata.name}"${missing}`;
  }
  return undefined;
}

const nameOf = ({ cluster, project }: Scope): string =>
  project === undefined ? cluster : `${cluster}:${project.name}`;

/** What a template gives to whoever is bound to it: there, and of that in the whole cluster what has no namespace. */
function given(template: string, find: FindTemplate, scope: Scope): { here: Holdings; everywhere: Holdings } {
  const { rules, unknown } = givenBy([template], find);
  const here = { rules: [...rules, ...membershipRules(template, find, scope)], unknown };
  return { here, everywhere: scope.project ? { rules: promotedRules(rules), unknown: new Set() } : here };
}

const beyond = (
  { here, everywhere }: ReturnType<typeof given>,
  held: Awaited<ReturnType<typeof holdingsIn>>,
  { project }: Scope,
): string | undefined => excess(here, held.held) ?? (project && excess(everywhere, held.everywhere));

/** The same of a global role: it begins with where, if that is a namespace. */
export async function excessOfGlobalRole(
  local: LocalApi,
  caller: Identity,
  role: GlobalRole,
): Promise<string | undefined> {
  const { items } = await local.list(roleTemplates);
  const byName = new Map(items.map((each) => [each.metadata.name, each]));
  const find = (each: string) => byName.get(each);
  const inherited = await excessInEveryCluster(local, caller, role, find, find);
  if (inherited !== undefined) return inherited;
  const parts: (readonly [string | undefined, readonly PolicyRule[]])[] = [
    [undefined, role.rules ?? []],
    ...Object.entries(role.namespacedRules ?? {}),
  ];
  for (const [namespace, rules] of parts) {
    const missing = await notHeldLocally(local, caller, rules, namespace);
    if (missing === undefined) continue;
    const where = namespace === undefined ? '' : ` in the namespace "${namespace}"`;
    return `${where}: ${ruleInWords(missing)}`;
  }
  return undefined;
}

/**
 * What a global role gives in every cluster that the caller does not have there by global roles of its own; `undefined` when that is nothing.
 * `now` and `then` find templates as they are, and as they would be: what the role gives now already does not count.
 */
async function excessInEveryCluster(
  local: LocalApi,
  caller: Identity,
  role: GlobalRole,
  now: FindTemplate,
  then: FindTemplate,
): Promise<string | undefined> {
  const { inheritedClusterRoles = [], inheritedNamespacedRules = {} } = role;
  if (inheritedClusterRoles.length === 0 && Object.keys(inheritedNamespacedRules).length === 0) return undefined;
  const own = await globalRolesOf(local, caller);
  const had = now === then ? [] : inheritedClusterRoles;
  const held = everywhereBy([...own.flatMap((each) => each.inheritedClusterRoles ?? []), ...had], heldBy, now);
  const missing = excess(everywhereBy(inheritedClusterRoles, givenBy, then), held);
  if (missing !== undefined) return ` in every cluster: ${missing}`;
  for (const [namespace, rules] of Object.entries(inheritedNamespacedRules)) {
    const there = [...held.rules, ...own.flatMap((each) => each.inheritedNamespacedRules?.[namespace] ?? [])];
    const [first] = uncovered(there, rules);
    if (first !== undefined) return ` in the namespace "${namespace}" of every cluster: ${ruleInWords(first)}`;
  }
  return undefined;
}

/** What role templates come to in any cluster, being a member included. */
function everywhereBy(templates: readonly string[], by: typeof heldBy, find: FindTemplate): Holdings {
  const { rules, unknown } = by(templates, find);
  // The same name on both sides: whichever cluster it is.
  const member = templates.flatMap((each) => membershipRules(each, find, { cluster: '*' }));
  return { rules: [...rules, ...member], unknown };
}

/** The global roles that somebody has by the bindings there are now. */
async function globalRolesOf(local: LocalApi, caller: Identity): Promise<readonly GlobalRole[]> {
  const [bindings, { items }] = await Promise.all([local.list(globalRoleBindings), local.list(globalRoles)]);
  const names = new Set(
    bindings.items.filter((each) => isAbout(each, caller)).map(({ globalRoleName }) => globalRoleName),
  );
  return items.filter(({ metadata }) => names.has(metadata.name));
}

/**
 * What a user has that the caller does not, in words; `undefined` when it is nothing, so that the caller gains nothing by acting as
 * that user. What every new user has does not count.
 */
export async function excessOfUser(local: LocalApi, caller: Identity, user: string): Promise<string | undefined> {
  if (caller.name === user || (await holdsEverything(local, caller))) return undefined;
  const groups = new Set(groupsIn(await getIfPresent(local, userAttributes, { name: user })));
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
