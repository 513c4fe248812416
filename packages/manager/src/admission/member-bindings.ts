import {
  type AdmissionReview,
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  forbidden,
  type KubeObject,
  managementClusters,
  type Project,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  projects,
  type RoleTemplate,
  roleTemplates,
  type StatusCause,
  type Stored,
} from '@drover/api';
import { getIfPresent } from '@drover/controller';
import { backingNamespace } from '../projects/backing-namespace.js';
import { GRB_OWNER } from '../rbac/inherited-members.js';
import type { Scope } from '../rbac/membership-rules.js';
import { isTrusted, type LocalApi } from './caller-holdings.js';
import { missingToGive } from './excess.js';
import { cause, differ, refuse, validated } from './fields.js';

type Member = ClusterRoleTemplateBinding | ProjectRoleTemplateBinding;

/**
 * Who may become a member of a cluster: of exactly one subject, by a role for clusters that may be given, and only up to what
 * whoever makes the binding has there. Reference `rancher.md`, 5.11.
 *
 * @throws ApiError Invalid for a binding that can never be; Forbidden for one that would give more than the caller has.
 */
export async function admitClusterMember(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  if (review.operation === 'DELETE') return;
  const binding = validated<ClusterRoleTemplateBinding>(review.object);
  const old = validated<ClusterRoleTemplateBinding>(review.old);
  if (binding === undefined) return;
  const [owner, ownedBy] = [old, binding].map((each) => each?.metadata.labels?.[GRB_OWNER]);
  if (owner !== ownedBy && !isTrusted(review.identity)) {
    refuse(review, 'ClusterRoleTemplateBinding', [
      cause(`metadata.labels[${GRB_OWNER}]`, 'is set by the server alone, on what follows from a global role'),
    ]);
  }
  if (old !== undefined) {
    refuse(review, 'ClusterRoleTemplateBinding', [
      ...unchanged(old, binding, 'clusterName', 'roleTemplateName'),
      ...subjectKept(old, binding),
    ]);
    if (differ(old, binding, ...SUBJECT_FIELDS))
      await demandHoldings(review, local(), { cluster: binding.clusterName }, binding.roleTemplateName);
    return;
  }
  const api = local();
  const { clusterName, roleTemplateName } = binding;
  const template = roleTemplateName ? await getIfPresent(api, roleTemplates, { name: roleTemplateName }) : undefined;
  const faults = [
    ...(clusterName === review.namespace
      ? []
      : [
          cause(
            'clusterName',
            `must be "${review.namespace}", the namespace of the binding, which is named after the cluster`,
          ),
        ]),
    ...oneSubject(binding),
    ...templateFaults(template, roleTemplateName, 'cluster'),
    ...(!clusterName || (await getIfPresent(api, managementClusters, { name: clusterName })) === undefined
      ? [cause('clusterName', `there is no cluster "${clusterName}"`)]
      : []),
  ];
  refuse(review, 'ClusterRoleTemplateBinding', faults);
  const { items } = await api.list(clusterRoleTemplateBindings, { namespace: clusterName });
  refuse(review, 'ClusterRoleTemplateBinding', duplicates(binding, items));
  await demandHoldings(review, api, { cluster: clusterName }, roleTemplateName);
  return;
}

/** The same for members of a project, who may be service accounts of the cluster too. */
export async function admitProjectMember(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  if (review.operation === 'DELETE') return;
  const binding = validated<ProjectRoleTemplateBinding>(review.object);
  const old = validated<ProjectRoleTemplateBinding>(review.old);
  if (binding === undefined) return;
  if (old !== undefined) {
    refuse(review, 'ProjectRoleTemplateBinding', [
      ...unchanged(old, binding, 'projectName', 'roleTemplateName', 'serviceAccount'),
      ...subjectKept(old, binding),
    ]);
    if (differ(old, binding, ...SUBJECT_FIELDS)) {
      const [cluster = '', name = ''] = binding.projectName.split(':');
      const scope = { cluster, project: { name, namespace: review.namespace ?? '' } };
      await demandHoldings(review, local(), scope, binding.roleTemplateName);
    }
    return;
  }
  const api = local();
  const { projectName, roleTemplateName } = binding;
  const [cluster = '', name = ''] = projectName.split(':');
  const project = cluster && name ? await getIfPresent(api, projects, { namespace: cluster, name }) : undefined;
  const template = roleTemplateName ? await getIfPresent(api, roleTemplates, { name: roleTemplateName }) : undefined;
  refuse(review, 'ProjectRoleTemplateBinding', [
    ...projectFaults(project, projectName, review.namespace ?? ''),
    ...oneSubject(binding),
    ...templateFaults(template, roleTemplateName, 'project'),
  ]);
  const namespace = review.namespace ?? '';
  const { items } = await api.list(projectRoleTemplateBindings, { namespace });
  refuse(review, 'ProjectRoleTemplateBinding', duplicates(binding, items));
  await demandHoldings(review, api, { cluster, project: { name, namespace } }, roleTemplateName);
  return;
}

async function demandHoldings(
  { identity, group, resource, name }: AdmissionReview,
  api: LocalApi,
  scope: Scope,
  template: string,
): Promise<void> {
  if (isTrusted(identity)) return;
  const missing = await missingToGive(api, identity, scope, template);
  if (missing === undefined) return;
  const where = scope.project === undefined ? 'in the cluster' : 'in the project';
  throw forbidden(
    { group, plural: resource },
    name,
    `the role "${template}" gives more than you have ${where}: ${missing}. Ask somebody who has that to give it`,
  );
}

function projectFaults(project: Stored<Project> | undefined, projectName: string, namespace: string): StatusCause[] {
  if (project === undefined)
    return [cause('projectName', `there is no project "${projectName}"; it is written CLUSTER:PROJECT`)];
  const backing = backingNamespace(project);
  if (namespace === backing) return [];
  return [
    cause('metadata.namespace', `must be "${backing}", where the members of the project "${projectName}" are kept`),
  ];
}

function templateFaults(
  template: Stored<RoleTemplate> | undefined,
  name: string,
  context: 'cluster' | 'project',
): StatusCause[] {
  if (template === undefined) return [cause('roleTemplateName', `there is no role template "${name}"`)];
  if (template.locked === true)
    return [cause('roleTemplateName', `the role template "${name}" is locked: it is given to nobody any more`)];
  if (template.context !== context) {
    return [
      cause(
        'roleTemplateName',
        template.context
          ? `the role template "${name}" is for a ${template.context}, not for a ${context}`
          : `the role template "${name}" is for other role templates to inherit, not for a ${context}`,
      ),
    ];
  }
  return [];
}

const SUBJECT_FIELDS = ['userName', 'userPrincipalName', 'groupName', 'groupPrincipalName'] as const;
const SUBJECTS = [...SUBJECT_FIELDS, 'serviceAccount'] as const;
const subjectField = (binding: Member, field: (typeof SUBJECTS)[number]): string =>
  (field in binding ? (binding as ProjectRoleTemplateBinding)[field] : undefined) || '';

/** A user may be named by name and principal at once, and so may a group; but not two of them. */
function oneSubject(binding: Member): StatusCause[] {
  const [user, userPrincipal, group, groupPrincipal, account] = SUBJECTS.map((field) => subjectField(binding, field));
  const kinds = [user || userPrincipal, group || groupPrincipal, account].filter(Boolean).length;
  if (kinds !== 1) return [cause('userName', 'exactly one user, group or service account must be named')];
  if (account && !/^[^:]+:[^:]+$/.test(account))
    return [cause('serviceAccount', 'must be NAMESPACE:NAME of a service account of the cluster')];
  const system = [user, group, groupPrincipal].find((name) => name?.startsWith('system:'));
  return system === undefined ? [] : [cause('userName', `"${system}" is one of Kubernetes' own: it gets no role here`)];
}

/** A field that has a value keeps it. One that gets a value may make another one the subject, which is like a new binding. */
const subjectKept = (old: Member, binding: Member): StatusCause[] =>
  SUBJECTS.filter((field) => {
    const before = subjectField(old, field);
    return before === '' ? false : before !== subjectField(binding, field);
  })
    .map((field) => cause(field, 'cannot be changed: make another binding and delete this one'))
    .concat(oneSubject(binding));

function unchanged<T extends KubeObject>(old: T, binding: T, ...fields: (keyof T & string)[]): StatusCause[] {
  return fields
    .filter((field) => differ(old, binding, field))
    .map((field) => cause(field, 'cannot be changed: make another binding and delete this one'));
}

function duplicates(binding: Member, others: readonly Stored<Member>[]): StatusCause[] {
  const key = (each: Member): string =>
    JSON.stringify([...SUBJECTS.map((field) => subjectField(each, field)), each.roleTemplateName]);
  const twin = others.find((each) => key(each) === key(binding) && each.metadata.name !== binding.metadata.name);
  return twin === undefined
    ? []
    : [cause('roleTemplateName', `the same member has this role already, by "${twin.metadata.name}"`)];
}
