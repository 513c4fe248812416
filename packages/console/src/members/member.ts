import type {
  ClusterRoleTemplateBinding,
  Project,
  ProjectRoleTemplateBinding,
  RoleTemplate,
  Stored,
} from '@drover/api';

/** Whom a binding gives its role. */
export interface MemberSubject {
  readonly kind: 'user' | 'group' | 'account';
  /** A principal (`local://u-…`), or `NAMESPACE:NAME` of a service account of the cluster. */
  readonly id: string;
}

/** The fields by which bindings name whom they are about. */
export interface BindingSubject {
  readonly userName?: string;
  readonly userPrincipalName?: string;
  readonly groupName?: string;
  readonly groupPrincipalName?: string;
  readonly serviceAccount?: string;
}

/** Whom a binding is about. */
export function subjectOf(binding: BindingSubject): MemberSubject {
  const { userName, userPrincipalName, groupPrincipalName, groupName, serviceAccount } = binding;
  if (userName) return { kind: 'user', id: LOCAL_USER + userName };
  if (userPrincipalName) return { kind: 'user', id: userPrincipalName };
  if (serviceAccount) return { kind: 'account', id: serviceAccount };
  return { kind: 'group', id: groupPrincipalName || groupName || '' };
}

/** The id of the user of this server that a binding is about; `undefined` for anybody else. */
export function localUserOf(binding: BindingSubject): string | undefined {
  const { kind, id } = subjectOf(binding);
  return kind === 'user' && id.startsWith(LOCAL_USER) ? id.slice(LOCAL_USER.length) : undefined;
}

const LOCAL_USER = 'local://';

/** The fields by which a binding names a principal. */
function subjectFields({
  kind,
  id,
}: MemberSubject): Pick<ClusterRoleTemplateBinding, 'userName' | 'userPrincipalName' | 'groupPrincipalName'> {
  if (kind === 'group') return { groupPrincipalName: id };
  return id.startsWith(LOCAL_USER) ? { userName: id.slice(LOCAL_USER.length) } : { userPrincipalName: id };
}

/** The binding that gives somebody a role in a cluster. */
export const clusterBinding = (cluster: string, subject: MemberSubject, role: string): ClusterRoleTemplateBinding => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ClusterRoleTemplateBinding',
  metadata: { generateName: 'crtb-', namespace: cluster },
  clusterName: cluster,
  roleTemplateName: role,
  ...subjectFields(subject),
});

/** The binding that gives somebody a role in a project. */
export const projectBinding = (
  project: Stored<Project>,
  subject: MemberSubject,
  role: string,
): ProjectRoleTemplateBinding => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ProjectRoleTemplateBinding',
  metadata: { generateName: 'prtb-', namespace: membersNamespace(project) },
  projectName: `${project.metadata.namespace}:${project.metadata.name}`,
  roleTemplateName: role,
  ...subjectFields(subject),
});

/** The namespace of the server in which the members of a project are kept; older projects do not say it. */
export const membersNamespace = ({ metadata, status }: Stored<Project>): string =>
  status?.backingNamespace || metadata.name;

/** The roles that most people are given, in the order of their strength; the others are offered one by one. */
const USUAL: Readonly<Record<'cluster' | 'project', readonly string[]>> = {
  cluster: ['cluster-owner', 'cluster-member', 'virt-cluster-manage', 'virt-cluster-operate', 'virt-view-cluster'],
  project: [
    'project-owner',
    'project-member',
    'read-only',
    'virt-project-manage',
    'virt-project-operate',
    'virt-project-view',
  ],
};

/** The roles that members of a cluster or a project can be given. */
export function offeredRoles(
  templates: readonly Stored<RoleTemplate>[],
  context: 'cluster' | 'project',
): { readonly usual: readonly Stored<RoleTemplate>[]; readonly others: readonly Stored<RoleTemplate>[] } {
  const offered = templates.filter(
    (template) => template.context === context && template.locked !== true && template.hidden !== true,
  );
  const usual = USUAL[context];
  return {
    usual: usual.flatMap((name) => offered.find(({ metadata }) => metadata.name === name) ?? []),
    others: offered
      .filter(({ metadata }) => !usual.includes(metadata.name))
      .sort((a, b) => (a.displayName ?? '').localeCompare(b.displayName ?? '')),
  };
}
