import type {
  ClusterRoleTemplateBinding,
  GlobalRoleBinding,
  Project,
  ProjectRoleTemplateBinding,
  Stored,
} from '@drover/api';
import { safeConcat } from '../clusters/cluster-id.js';
import { isKeptFor } from '../projects/backing-namespace.js';
import { ALL, named } from '../roles/rule.js';
import { clusterRole, DerivedSet, ownerLabel, type RoleName, rancherHash } from './derived-set.js';
import { closureOf, type FindTemplate, makesNamespaces, rulesOf, setsPodSecurity } from './role-rules.js';
import { type FindUserByPrincipal, type Subject, subjectOf } from './subject.js';
import { TemplateRoles } from './template-roles.js';

/** What the rights in one cluster follow from. */
export interface DownstreamFacts {
  readonly installation: string;
  readonly cluster: string;
  readonly globalRoleBindings: readonly Stored<GlobalRoleBinding>[];
  readonly clusterBindings: readonly Stored<ClusterRoleTemplateBinding>[];
  readonly projects: readonly Stored<Project>[];
  readonly projectBindings: readonly Stored<ProjectRoleTemplateBinding>[];
  /** The names of the cluster's namespaces that are in a project, by the project's name. */
  readonly namespacesOf: (project: string) => readonly string[];
  readonly findTemplate: FindTemplate;
  readonly userOf: FindUserByPrincipal;
}

/**
 * The roles and bindings a cluster is to have: administrators of this server are its administrators, members of the cluster have
 * the roles of their templates everywhere, and members of a project have theirs in its namespaces.
 */
export function deriveDownstream(facts: DownstreamFacts): DerivedSet {
  const set = new DerivedSet(facts.installation);
  for (const { globalRoleName, metadata, ...binding } of facts.globalRoleBindings) {
    const subject = subjectOf(binding, facts.userOf);
    if (globalRoleName !== 'admin' || subject === undefined) continue;
    const who = subject.kind === 'User' ? subject.name : rancherHash(subject.name);
    const owner = ownerLabel('grb', metadata.name);
    set.grant({ role: clusterRole('cluster-admin'), subject, owner, bindingName: safeConcat('globaladmin', who) });
  }
  const roles = new TemplateRoles(set, facts.findTemplate);
  for (const binding of facts.clusterBindings) {
    const subject = subjectOf(binding, facts.userOf);
    if (subject === undefined) continue;
    const owner = ownerLabel('crtb', binding.metadata.name);
    for (const role of roles.of(binding.roleTemplateName)) set.grant({ role, subject, owner });
  }
  const projects = new Map(facts.projects.map((project) => [`${facts.cluster}:${project.metadata.name}`, project]));
  for (const binding of facts.projectBindings) {
    const project = projects.get(binding.projectName);
    const subject = subjectOf(binding, facts.userOf);
    if (project === undefined || subject === undefined || !isKeptFor(project, binding)) continue;
    const owner = ownerLabel('prtb', binding.metadata.name);
    grantInProject(set, facts, roles, {
      project: project.metadata.name,
      template: binding.roleTemplateName,
      subject,
      owner,
    });
  }
  return set;
}

function grantInProject(
  set: DerivedSet,
  { namespacesOf, findTemplate }: DownstreamFacts,
  roles: TemplateRoles,
  { project, template, subject, owner }: { project: string; template: string; subject: Subject; owner: string },
): void {
  const namespaces = namespacesOf(project);
  const inNamespace = roles.of(template);
  const everywhere = roles.of(template, 'promoted');
  if (inNamespace.length === 0) return;
  for (const namespace of namespaces) for (const role of inNamespace) set.grant({ namespace, role, subject, owner });
  for (const role of everywhere) set.grant({ role, subject, owner });
  const rules = rulesOf(closureOf(template, findTemplate));
  const edits = makesNamespaces(rules);
  if (edits) for (const role of roles.of(CREATE_NAMESPACES)) set.grant({ role, subject, owner });
  const visible = namespaceRole(set, project, edits ? 'edit' : 'readonly', namespaces);
  set.grant({ role: visible, subject, owner });
  if (setsPodSecurity(rules)) set.grant({ role: podSecurityRole(set, project), subject, owner });
}

/** The template by which somebody may make namespaces. */
const CREATE_NAMESPACES = 'create-ns';

/** Which namespaces of a project its members see, or may change: an empty list of names would mean all of them. */
function namespaceRole(
  set: DerivedSet,
  project: string,
  part: 'readonly' | 'edit',
  namespaces: readonly string[],
): RoleName {
  const name = safeConcat(project, 'namespaces', part);
  const names = [...namespaces].sort().join(' ');
  const inProject = namespaces.length === 0 ? [] : [named('', 'namespaces', names, part === 'edit' ? ALL : 'get')];
  const moving = part === 'edit' ? [named('management.cattle.io', 'projects', project, 'manage-namespaces')] : [];
  set.clusterRole(name, [...inProject, ...moving]);
  return clusterRole(name);
}

function podSecurityRole(set: DerivedSet, project: string): RoleName {
  const name = safeConcat(project, 'namespaces', 'psa');
  set.clusterRole(name, [named('management.cattle.io', 'projects', project, 'updatepsa')]);
  return clusterRole(name);
}
