import {
  type AdmissionReview,
  forbidden,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoles,
  type RoleTemplate,
  roleTemplates,
  ruleInWords,
  type StatusCause,
  type Stored,
} from '@drover/api';
import { getIfPresent } from '@drover/controller';
import { MAX_GLOBAL_BINDING_NAME, MAX_GLOBAL_ROLE_NAME } from '../rbac/global-rights.js';
import { givenBy } from '../rbac/holdings.js';
import { closureOf } from '../rbac/role-rules.js';
import { isTakenRoleName, MAX_TEMPLATE_NAME } from '../rbac/taken-role-name.js';
import { holdsEverything, isTrusted, type LocalApi, mayOnRole, notHeldLocally } from './caller-holdings.js';
import { excessOfChange, excessOfGlobalRole } from './excess.js';
import { cause, differ, lengthFault, nameToBe, refuse, validated } from './fields.js';

/** What of a built-in global role an administrator decides. */
const DECIDED_OF_GLOBAL_ROLES = new Set(['metadata', 'newUserDefault', 'status']);
/** What of a built-in role template an administrator decides. */
const DECIDED_OF_TEMPLATES = new Set(['metadata', 'clusterCreatorDefault', 'projectCreatorDefault', 'locked']);

/**
 * Which role templates there may be: built-in ones stay as they are, none inherits itself, and nobody writes rules beyond what
 * they hold. Reference `rancher.md`, 5.11.
 *
 * @throws ApiError Invalid, Forbidden.
 */
export async function admitRoleTemplate(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  const { identity, operation, name, group, resource } = review;
  const template = validated<RoleTemplate>(review.object);
  const old = validated<RoleTemplate>(review.old);
  if (isTrusted(identity)) return;
  const kind = { group, plural: resource };
  const api = local();
  const { items } = await api.list(roleTemplates);
  if (operation === 'DELETE') {
    if (old?.builtin === true) throw forbidden(kind, name, 'it is built in');
    const heir = items.find(({ roleTemplateNames = [] }) => roleTemplateNames.includes(name));
    if (heir !== undefined) throw forbidden(kind, name, `the role template "${heir.metadata.name}" inherits it`);
    const giver = (await api.list(globalRoles)).items.find(({ inheritedClusterRoles = [] }) =>
      inheritedClusterRoles.includes(name),
    );
    if (giver !== undefined)
      throw forbidden(kind, name, `the global role "${giver.metadata.name}" gives it in every cluster`);
    return;
  }
  if (template === undefined) return;
  if (old?.builtin === true) refuse(review, 'RoleTemplate', keptFields(old, template, DECIDED_OF_TEMPLATES));
  refuse(review, 'RoleTemplate', templateFaults(template, old, items));
  // Whoever makes a project or cluster gets the roles for its creator from the server, which asks nobody.
  const givesMore =
    differ(old, template, 'rules', 'roleTemplateNames', 'external', 'externalRules') ||
    turnedOn(old, template, 'projectCreatorDefault') ||
    turnedOn(old, template, 'clusterCreatorDefault');
  if (!givesMore || (await holdsEverything(api, identity))) return;
  if (await mayOnRole(api, identity, 'escalate', 'roletemplates', name)) return;
  const byName = new Map<string, RoleTemplate>(items.map((each) => [each.metadata.name, each]));
  byName.set(name, template);
  const given = givenBy([name], (each) => byName.get(each));
  const [unknown] = given.unknown;
  const missing = unknown === undefined ? await notHeldLocally(api, identity, given.rules) : undefined;
  if (unknown !== undefined)
    throw forbidden(kind, name, `it gives the role "${unknown}", whose rules are not known here`);
  if (missing !== undefined) throw forbidden(kind, name, `it gives more than you have: ${ruleInWords(missing)}`);
  const stored = new Map<string, RoleTemplate>(items.map((each) => [each.metadata.name, each]));
  const find = (each: string) => stored.get(each);
  const gained = await excessOfChange(api, identity, name, find, (each) => byName.get(each));
  if (gained !== undefined) throw forbidden(kind, name, `members who have it would gain more than you have: ${gained}`);
  return;
}

/** The same for global roles. */
export async function admitGlobalRole(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  const { identity, operation, name, group, resource } = review;
  const role = validated<GlobalRole>(review.object);
  const old = validated<GlobalRole>(review.old);
  if (isTrusted(identity)) return;
  const kind = { group, plural: resource };
  if (operation === 'DELETE') {
    if (old?.builtin === true) throw forbidden(kind, name, 'it is built in');
    return;
  }
  if (role === undefined) return;
  if (old?.builtin === true) refuse(review, 'GlobalRole', keptFields(old, role, DECIDED_OF_GLOBAL_ROLES));
  refuse(review, 'GlobalRole', [
    ...(old === undefined ? lengthFault(role, MAX_GLOBAL_ROLE_NAME) : []),
    ...(old === undefined && role.builtin === true ? [cause('builtin', 'only the server makes built-in roles')] : []),
    ...unsupported(role),
  ]);
  const api = local();
  refuse(review, 'GlobalRole', inheritanceFaults(role, (await api.list(roleTemplates)).items));
  const givesMore =
    differ(old, role, 'rules', 'namespacedRules', 'inheritedClusterRoles', 'inheritedNamespacedRules') ||
    turnedOn(old, role, 'newUserDefault');
  if (!givesMore || (await mayOnRole(api, identity, 'escalate', 'globalroles', name))) return;
  await demandGlobalRole(review, api, role);
  return;
}

/** Who may be given a global role: one subject, for good, and only by who has everything that the role gives. */
export async function admitGlobalRoleBinding(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  const { identity, operation, group, resource, name } = review;
  const binding = validated<GlobalRoleBinding>(review.object);
  const old = validated<GlobalRoleBinding>(review.old);
  if (operation === 'DELETE' || binding === undefined) return;
  const { userName, userPrincipalName, groupPrincipalName, globalRoleName } = binding;
  const named = [userName || userPrincipalName, groupPrincipalName].filter(Boolean).length;
  refuse(review, 'GlobalRoleBinding', [
    ...(old === undefined && !isTrusted(identity) ? lengthFault(binding, MAX_GLOBAL_BINDING_NAME) : []),
    ...(named === 1 ? [] : [cause('userName', 'exactly one user or group must be named')]),
    ...(['globalRoleName', 'groupPrincipalName', 'userName', 'userPrincipalName'] as const)
      .filter((field) => old !== undefined && (old[field] ?? '') !== '' && differ(old, binding, field))
      .map((field) => cause(field, 'cannot be changed: make another binding and delete this one')),
  ]);
  // A user name beside a principal may name somebody else than the principal does: that is like a new binding.
  const sameSubject = old !== undefined && !differ(old, binding, 'userName', 'userPrincipalName', 'groupPrincipalName');
  if (sameSubject || isTrusted(identity)) return;
  const api = local();
  const role = globalRoleName && (await getIfPresent(api, globalRoles, { name: globalRoleName }));
  if (!role) {
    refuse(review, 'GlobalRoleBinding', [cause('globalRoleName', `there is no global role "${globalRoleName}"`)]);
    return;
  }
  if (await mayOnRole(api, identity, 'bind', 'globalroles', globalRoleName)) return;
  await demandGlobalRole({ identity, group, resource, name }, api, role);
  return;
}

async function demandGlobalRole(
  { identity, group, resource, name }: Pick<AdmissionReview, 'identity' | 'group' | 'resource' | 'name'>,
  api: LocalApi,
  role: GlobalRole,
): Promise<void> {
  if (await holdsEverything(api, identity)) return;
  const missing = await excessOfGlobalRole(api, identity, role);
  if (missing !== undefined)
    throw forbidden({ group, plural: resource }, name, `the global role gives more than you have${missing}`);
}

/** Rules in Fleet's workspaces: there is no Fleet here. */
const unsupported = (role: GlobalRole): StatusCause[] =>
  JSON.stringify(role.inheritedFleetWorkspacePermissions ?? {}).length > 2
    ? [cause('inheritedFleetWorkspacePermissions', 'is not implemented: there is no Fleet here')]
    : [];

function inheritanceFaults(role: GlobalRole, templates: readonly Stored<RoleTemplate>[]): StatusCause[] {
  return (role.inheritedClusterRoles ?? []).flatMap((name) => {
    const template = templates.find(({ metadata }) => metadata.name === name);
    if (template?.context === 'cluster' && template.locked !== true) return [];
    return [cause('inheritedClusterRoles', `"${name}" is no role template for clusters that may be given`)];
  });
}

function templateFaults(
  template: RoleTemplate,
  old: RoleTemplate | undefined,
  all: readonly Stored<RoleTemplate>[],
): StatusCause[] {
  const { context, administrative, projectCreatorDefault, clusterCreatorDefault, roleTemplateNames = [] } = template;
  const name = template.metadata.name ?? '';
  const byName = new Map<string, RoleTemplate>(all.map((each) => [each.metadata.name, each]));
  byName.set(name, template);
  const circle = roleTemplateNames.some((each) => closureOf(each, (of) => byName.get(of)).has(name));
  return [
    ...(old === undefined && isTakenRoleName(nameToBe(template))
      ? [
          cause(
            'metadata.name',
            'is what the server calls the roles it makes of projects and templates: choose another',
          ),
        ]
      : []),
    ...(old === undefined ? lengthFault(template, MAX_TEMPLATE_NAME) : []),
    ...(old === undefined && template.builtin === true
      ? [cause('builtin', 'only the server makes built-in roles')]
      : []),
    ...(administrative === true && context !== 'cluster'
      ? [cause('administrative', 'is only for roles in clusters')]
      : []),
    ...(projectCreatorDefault === true && context !== 'project'
      ? [cause('projectCreatorDefault', 'is only for roles in projects')]
      : []),
    ...(clusterCreatorDefault === true && context !== 'cluster'
      ? [cause('clusterCreatorDefault', 'is only for roles in clusters')]
      : []),
    ...(circle ? [cause('roleTemplateNames', 'a role cannot inherit itself')] : []),
    ...roleTemplateNames
      .filter((each) => !byName.has(each))
      .map((each) => cause('roleTemplateNames', `there is no role template "${each}"`)),
  ];
}

function keptFields<T extends GlobalRole | RoleTemplate>(old: T, now: T, decided: ReadonlySet<string>): StatusCause[] {
  const fields = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...fields]
    .filter(
      (field) =>
        !decided.has(field) && differ<GlobalRole | RoleTemplate>(old, now, field as keyof (GlobalRole | RoleTemplate)),
    )
    .map((field) => cause(field, 'cannot be changed: the role is built in'));
}

/** Whether a role that nobody got by itself is to be given by the server from now on. */
const turnedOn = <T extends GlobalRole | RoleTemplate>(old: T | undefined, now: T, field: keyof T): boolean =>
  now[field] === true && old?.[field] !== true;
