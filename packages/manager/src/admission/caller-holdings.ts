import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type Identity,
  type PolicyRule,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  uncovered,
} from '@drover/api';
import { type AccessQuestion, type Client, isAllowed } from '@drover/client';
import { type Holdings, heldBy } from '../rbac/holdings.js';
import type { FindTemplate } from '../rbac/role-rules.js';

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

/** What the caller has in a cluster, or in a project of it, by the bindings there are now. */
export async function holdingsIn(
  local: LocalApi,
  caller: Identity,
  scope: { readonly cluster: string; readonly project?: { readonly name: string; readonly namespace: string } },
  find: FindTemplate,
): Promise<Holdings> {
  const { cluster, project } = scope;
  const bindings: (ClusterRoleTemplateBinding | ProjectRoleTemplateBinding)[] = [
    ...(await local.list(clusterRoleTemplateBindings, { namespace: cluster })).items,
  ];
  if (project !== undefined) {
    const { items } = await local.list(projectRoleTemplateBindings, { namespace: project.namespace });
    bindings.push(...items.filter(({ projectName }) => projectName === `${cluster}:${project.name}`));
  }
  const own = bindings.filter(({ userName, groupPrincipalName, groupName }) =>
    userName ? userName === caller.name : caller.groups.includes(groupPrincipalName || groupName || ''),
  );
  return heldBy(
    own.map(({ roleTemplateName }) => roleTemplateName),
    find,
  );
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
  const single = uncovered([], rules);
  if (single.length > MAX_RULES) return single[MAX_RULES];
  for (const rule of single) {
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
