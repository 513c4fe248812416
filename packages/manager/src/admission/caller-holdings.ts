import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  combinations,
  type Identity,
  type PolicyRule,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  uncovered,
} from '@drover/api';
import { type AccessQuestion, type Client, isAllowed } from '@drover/client';
import { type Holdings, heldBy, together } from '../rbac/holdings.js';
import { membershipRules, type Scope } from '../rbac/membership-rules.js';
import { closureOf, type FindTemplate, promotedRules, rulesOf } from '../rbac/role-rules.js';
import { type BindingSubject, subjectOf } from '../rbac/subject.js';

/** The local API as the rules need it: they read, and ask what somebody may do, and write nothing. */
export type LocalApi = Pick<Client, 'get' | 'list' | 'post'>;

/** Rules that one write may give: each is asked of RBAC by itself. */
const MAX_RULES = 2_000;

/** Whether the caller is this server itself, or the holder of its own certificate. */
export const isTrusted = ({ groups }: Identity): boolean => groups.includes('system:masters');

/** Whether the local cluster's RBAC lets the caller do everything: such a caller can give nothing that it has not. */
export const holdsEverything = (local: LocalApi, caller: Identity): Promise<boolean> =>
  isAllowed(local, caller, { resourceAttributes: { verb: '*', group: '*', resource: '*' } });

/** Whether the caller may `verb` this object by a rule that names the verb, or by every right. */
export function mayOnRole(
  local: LocalApi,
  caller: Identity,
  verb: 'bind' | 'escalate',
  resource: 'globalroles' | 'roletemplates',
  name: string,
): Promise<boolean> {
  return isAllowed(local, caller, { resourceAttributes: { verb, group: 'management.cattle.io', resource, name } });
}

/** What the caller has, by the bindings there are now: in a cluster or a project of it, and of that what holds in the whole cluster. */
export async function holdingsIn(
  local: LocalApi,
  caller: Identity,
  scope: Scope,
  find: FindTemplate,
): Promise<{ readonly held: Holdings; readonly everywhere: Holdings }> {
  const { cluster, project } = scope;
  const own = (bindings: readonly (ClusterRoleTemplateBinding | ProjectRoleTemplateBinding)[]): string[] =>
    bindings.filter((each) => isAbout(each, caller)).map(({ roleTemplateName }) => roleTemplateName);
  const having = (templates: readonly string[], where: Scope): Holdings => {
    const { rules, unknown } = heldBy(templates, find);
    return { rules: [...rules, ...templates.flatMap((each) => membershipRules(each, find, where))], unknown };
  };
  const inCluster = having(own((await local.list(clusterRoleTemplateBindings, { namespace: cluster })).items), {
    cluster,
  });
  if (project === undefined) return { held: inCluster, everywhere: inCluster };
  const { items } = await local.list(projectRoleTemplateBindings, { namespace: project.namespace });
  const templates = own(items.filter(({ projectName }) => projectName === `${cluster}:${project.name}`));
  // Of a role of the cluster itself nothing holds beyond the project.
  const promoted = templates.flatMap((each) => promotedRules(rulesOf(closureOf(each, find))));
  return {
    held: together(inCluster, having(templates, scope)),
    everywhere: together(inCluster, { rules: promoted, unknown: new Set() }),
  };
}

/** Whether a binding gives its role to the caller: one by a principal alone counts as somebody else's. */
export function isAbout(binding: BindingSubject, { name, groups }: Identity): boolean {
  const subject = subjectOf(binding, () => undefined);
  if (subject?.kind === 'User') return subject.name === name;
  return subject?.kind === 'Group' && groups.includes(subject.name);
}

/**
 * The first of `rules` that the local cluster's RBAC does not grant the caller, in `namespace` or everywhere; `undefined` when it
 * grants all. More rules than can be asked about count as not held.
 */
export async function notHeldLocally(
  local: LocalApi,
  caller: Identity,
  rules: readonly PolicyRule[],
  namespace?: string,
): Promise<PolicyRule | undefined> {
  const sizes = rules.map(combinations);
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_RULES) return rules[sizes.indexOf(Math.max(...sizes))];
  for (const rule of uncovered([], rules)) {
    if (!(await isAllowed(local, caller, attributesOf(rule, namespace)))) return rule;
  }
  return undefined;
}

/** A rule with one verb and one resource or path, as a question. */
function attributesOf(
  { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
  namespace: string | undefined,
): AccessQuestion {
  const [verb = ''] = verbs;
  const [path] = nonResourceURLs ?? [];
  if (path !== undefined) return { nonResourceAttributes: { verb, path } };
  const [group = ''] = apiGroups ?? [];
  const [of = ''] = resources ?? [];
  const [name] = resourceNames ?? [];
  const slash = of.indexOf('/');
  const resource = slash < 0 ? { resource: of } : { resource: of.slice(0, slash), subresource: of.slice(slash + 1) };
  return { resourceAttributes: { verb, group, ...resource, name, namespace } };
}
