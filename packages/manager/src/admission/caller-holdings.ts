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
import { type Holdings, heldBy } from '../rbac/holdings.js';
import { type FindTemplate, promotedRules } from '../rbac/role-rules.js';

/** The local API as the rules need it: they read, and ask what somebody may do, and write nothing. */
export type LocalApi = Pick<Client, 'get' | 'list' | 'post'>;

/** A cluster, or a project of it, which is kept in a namespace of its own. */
export interface Scope {
  readonly cluster: string;
  readonly project?: { readonly name: string; readonly namespace: string };
}

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
  const own = (bindings: readonly (ClusterRoleTemplateBinding | ProjectRoleTemplateBinding)[]): Holdings =>
    heldBy(
      bindings
        .filter(({ userName, groupPrincipalName, groupName }) =>
          userName ? userName === caller.name : caller.groups.includes(groupPrincipalName || groupName || ''),
        )
        .map(({ roleTemplateName }) => roleTemplateName),
      find,
    );
  const inCluster = own((await local.list(clusterRoleTemplateBindings, { namespace: cluster })).items);
  if (project === undefined) return { held: inCluster, everywhere: inCluster };
  const { items } = await local.list(projectRoleTemplateBindings, { namespace: project.namespace });
  const inProject = own(items.filter(({ projectName }) => projectName === `${cluster}:${project.name}`));
  return {
    held: {
      rules: [...inCluster.rules, ...inProject.rules],
      unknown: new Set([...inCluster.unknown, ...inProject.unknown]),
    },
    everywhere: { ...inCluster, rules: [...inCluster.rules, ...promotedRules(inProject.rules)] },
  };
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
