import type { ClusterRoleTemplateBinding, Project, ProjectRoleTemplateBinding, Stored } from '@drover/api';
import { safeConcat } from '../clusters/cluster-id.js';
import { backingNamespace, isKeptFor } from '../projects/backing-namespace.js';
import { ALL, named, READ } from '../roles/rule.js';
import { clusterRole, DerivedSet, ownerLabel, type RoleName } from './derived-set.js';
import { atOnce } from './in-turns.js';
import { Members } from './members.js';
import { closureOf, type FindTemplate, owns, rulesOf } from './role-rules.js';
import { type FindUserByPrincipal, type Subject, subjectOf } from './subject.js';
import { TemplateRoles } from './template-roles.js';

/** The label by which objects belong to a cluster. */
export const CLUSTER_LABEL = 'cluster.cattle.io/name';

/** What the rights on what this server keeps of one cluster follow from. */
export interface ManagementFacts {
  readonly cluster: string;
  readonly provisioning: { readonly namespace: string; readonly name: string } | undefined;
  readonly clusterBindings: readonly Stored<ClusterRoleTemplateBinding>[];
  readonly projects: readonly Stored<Project>[];
  readonly projectBindings: readonly Stored<ProjectRoleTemplateBinding>[];
  readonly findTemplate: FindTemplate;
  readonly userOf: FindUserByPrincipal;
}

/** The value of the rights label of what follows from the bindings of one cluster. */
export const managementSource = (cluster: string): string => `cluster-${cluster}`;

/** The value of the rights label of the roles that the clusters' bindings refer to together. */
export const TEMPLATES_SOURCE = 'role-templates';

/**
 * What members of a cluster and of its projects may do with what this server keeps of them: the cluster's two objects, what is in
 * the namespace named after the cluster, and in the backing namespaces of its projects.
 */
export const deriveManagement = (facts: ManagementFacts): DerivedSet => atOnce(derivingManagement(facts));

/** The same with pauses: there may be many thousands of bindings. */
export function* derivingManagement(facts: ManagementFacts): Generator<void, DerivedSet> {
  const set = new DerivedSet(managementSource(facts.cluster), { [CLUSTER_LABEL]: facts.cluster });
  const { findTemplate, userOf, cluster, projects } = facts;
  // The roles themselves are shared by all clusters; here only their names are needed.
  const roles = new TemplateRoles(new DerivedSet(TEMPLATES_SOURCE), findTemplate);
  const grantCluster = (subject: Subject, owner: string, part: 'owner' | 'member'): void => {
    set.grant({ role: clusterRole(`${cluster}-cluster${part}`), subject, owner });
    const role = provisioningRole(set, facts.provisioning, part);
    if (role !== undefined) set.grant({ ...role, subject, owner });
  };
  const standings = new Map<string, Standing>();
  const standing = (template: string): Standing => {
    const known = standings.get(template) ?? standingBy(template, findTemplate);
    standings.set(template, known);
    return known;
  };
  const inProjects = new Map<string, { readonly role: RoleName; readonly members: Members }>();
  for (const binding of facts.clusterBindings) {
    yield;
    const subject = subjectOf(binding, userOf);
    const { gives, ownsClusters } = standing(binding.roleTemplateName);
    if (subject === undefined || !gives) continue;
    const owner = ownerLabel('crtb', binding.metadata.name);
    grantCluster(subject, owner, ownsClusters ? 'owner' : 'member');
    for (const role of roles.of(binding.roleTemplateName, 'cluster-mgmt'))
      set.grant({ namespace: cluster, role, subject, owner });
    for (const role of roles.of(binding.roleTemplateName, 'project-mgmt')) {
      const grant = inProjects.get(role.name) ?? { role, members: new Members() };
      grant.members.add(subject, owner);
      inProjects.set(role.name, grant);
    }
  }
  for (const project of projects) {
    for (const { role, members } of inProjects.values()) set.grantAll(backingNamespace(project), role, members);
  }
  const byName = new Map(projects.map((project) => [`${cluster}:${project.metadata.name}`, project]));
  for (const binding of facts.projectBindings) {
    yield;
    const project = byName.get(binding.projectName);
    const subject = subjectOf(binding, userOf);
    const { gives, ownsProjects } = standing(binding.roleTemplateName);
    // A service account is one of the cluster's own: nobody here.
    if (project === undefined || subject === undefined || subject.kind === 'ServiceAccount') continue;
    if (!gives || !isKeptFor(project, binding)) continue;
    const owner = ownerLabel('prtb', binding.metadata.name);
    grantCluster(subject, owner, 'member');
    const membership = projectRole(set, cluster, project, ownsProjects ? 'owner' : 'member');
    set.grant({ namespace: cluster, role: membership, subject, owner });
    for (const role of roles.of(binding.roleTemplateName, 'project-mgmt'))
      set.grant({ namespace: backingNamespace(project), role, subject, owner });
  }
  return set;
}

/** What a role template makes of who has it: nothing where it does not exist. */
interface Standing {
  readonly gives: boolean;
  readonly ownsClusters: boolean;
  readonly ownsProjects: boolean;
}

function standingBy(template: string, find: FindTemplate): Standing {
  const closure = closureOf(template, find);
  const rules = rulesOf(closure);
  return { gives: closure.size > 0, ownsClusters: owns(rules, 'clusters'), ownsProjects: owns(rules, 'projects') };
}

/** The roles that the bindings of all clusters refer to: of each template in use what is about this server's own objects. */
export function deriveTemplateRoles(templates: Iterable<string>, findTemplate: FindTemplate): DerivedSet {
  const set = new DerivedSet(TEMPLATES_SOURCE);
  const roles = new TemplateRoles(set, findTemplate);
  for (const template of new Set(templates)) {
    roles.of(template, 'cluster-mgmt');
    roles.of(template, 'project-mgmt');
  }
  return set;
}

/** The role by which somebody sees, or owns, a cluster's provisioning object. */
function provisioningRole(set: DerivedSet, of: ManagementFacts['provisioning'], part: 'owner' | 'member') {
  if (of === undefined) return undefined;
  const name = safeConcat('r-cluster', of.name, part === 'owner' ? 'admin' : 'view');
  set.role(of.namespace, name, [named('provisioning.cattle.io', 'clusters', of.name, part === 'owner' ? ALL : READ)]);
  return { namespace: of.namespace, role: { kind: 'Role', name } } as const;
}

function projectRole(set: DerivedSet, cluster: string, { metadata }: Stored<Project>, part: 'owner' | 'member') {
  const name = safeConcat(metadata.name, `project${part}`);
  set.role(cluster, name, [named('management.cattle.io', 'projects', metadata.name, part === 'owner' ? ALL : 'get')]);
  return { kind: 'Role', name } as const;
}
