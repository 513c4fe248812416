import type {
  ClusterRoleTemplateBinding,
  GlobalRole,
  GlobalRoleBinding,
  Project,
  ProjectRoleTemplateBinding,
  Stored,
} from '@drover/api';
import { safeConcat } from '../clusters/cluster-id.js';
import { isKeptFor } from '../projects/backing-namespace.js';
import { ALL, named } from '../roles/rule.js';
import { clusterRole, DerivedSet, ownerLabel, type RoleName, rancherHash } from './derived-set.js';
import { atOnce } from './in-turns.js';
import { Members } from './members.js';
import { closureOf, type FindTemplate, makesNamespaces, rulesOf, setsPodSecurity } from './role-rules.js';
import { type FindUserByPrincipal, subjectOf } from './subject.js';
import { TemplateRoles } from './template-roles.js';

/** What the rights in one cluster follow from. */
export interface DownstreamFacts {
  readonly installation: string;
  readonly cluster: string;
  readonly globalRoles: readonly Stored<GlobalRole>[];
  readonly globalRoleBindings: readonly Stored<GlobalRoleBinding>[];
  /** Whether the cluster has a namespace. */
  readonly hasNamespace: (name: string) => boolean;
  readonly clusterBindings: readonly Stored<ClusterRoleTemplateBinding>[];
  readonly projects: readonly Stored<Project>[];
  readonly projectBindings: readonly Stored<ProjectRoleTemplateBinding>[];
  /** The names of the cluster's namespaces that are in a project, by the project's name. */
  readonly namespacesOf: (project: string) => readonly string[];
  readonly findTemplate: FindTemplate;
  readonly userOf: FindUserByPrincipal;
}

/**
 * The roles and bindings a cluster is to have: administrators of this server are its administrators, who has a global role with rules
 * in namespaces of every cluster has those, members of the cluster have
 * the roles of their templates everywhere, and members of a project have theirs in its namespaces.
 */
export const deriveDownstream = (facts: DownstreamFacts): DerivedSet => atOnce(derivingDownstream(facts));

/** The same with pauses: there may be many thousands of bindings. */
export function* derivingDownstream(facts: DownstreamFacts): Generator<void, DerivedSet> {
  const set = new DerivedSet(facts.installation);
  const inherited = rolesInNamespaces(set, facts);
  for (const { globalRoleName, metadata, ...binding } of facts.globalRoleBindings) {
    const subject = subjectOf(binding, facts.userOf);
    if (subject === undefined) continue;
    const owner = ownerLabel('grb', metadata.name);
    for (const { namespace, role } of inherited.get(globalRoleName) ?? []) {
      set.grant({ namespace, role, subject, owner, bindingName: safeConcat(metadata.name, namespace) });
    }
    if (globalRoleName !== 'admin') continue;
    const who = subject.kind === 'User' ? subject.name : rancherHash(subject.name);
    set.grant({ role: clusterRole('cluster-admin'), subject, owner, bindingName: safeConcat('globaladmin', who) });
  }
  const roles = new TemplateRoles(set, facts.findTemplate);
  for (const binding of facts.clusterBindings) {
    yield;
    const subject = subjectOf(binding, facts.userOf);
    if (subject === undefined) continue;
    const owner = ownerLabel('crtb', binding.metadata.name);
    for (const role of roles.of(binding.roleTemplateName)) set.grant({ role, subject, owner });
  }
  const projects = new Map(facts.projects.map((project) => [`${facts.cluster}:${project.metadata.name}`, project]));
  const members = new Map<string, Map<string, Members>>();
  for (const binding of facts.projectBindings) {
    yield;
    const project = projects.get(binding.projectName);
    const subject = subjectOf(binding, facts.userOf);
    if (project === undefined || subject === undefined || !isKeptFor(project, binding)) continue;
    const ofProject = members.get(project.metadata.name) ?? new Map<string, Members>();
    const ofTemplate = ofProject.get(binding.roleTemplateName) ?? new Members();
    ofTemplate.add(subject, ownerLabel('prtb', binding.metadata.name));
    members.set(project.metadata.name, ofProject.set(binding.roleTemplateName, ofTemplate));
  }
  const effects = new TemplateEffects(roles, facts.findTemplate);
  for (const [project, byTemplate] of members) {
    yield;
    grantInProject(set, { project, namespaces: facts.namespacesOf(project), byTemplate, effects });
  }
  return set;
}

/** The roles of global roles that have rules in namespaces of every cluster: in those that are there. */
function rolesInNamespaces(
  set: DerivedSet,
  { globalRoles, hasNamespace }: DownstreamFacts,
): ReadonlyMap<string, readonly { readonly namespace: string; readonly role: RoleName }[]> {
  const byRole = new Map<string, { readonly namespace: string; readonly role: RoleName }[]>();
  for (const { metadata, inheritedNamespacedRules = {} } of globalRoles) {
    const places = Object.entries(inheritedNamespacedRules).filter(([namespace]) => hasNamespace(namespace));
    for (const [namespace, rules] of places) {
      const name = safeConcat(metadata.name, namespace);
      set.role(namespace, name, rules);
      const known = byRole.get(metadata.name) ?? [];
      byRole.set(metadata.name, [...known, { namespace, role: { kind: 'Role', name } }]);
    }
  }
  return byRole;
}

function grantInProject(
  set: DerivedSet,
  {
    project,
    namespaces,
    byTemplate,
    effects,
  }: {
    readonly project: string;
    readonly namespaces: readonly string[];
    readonly byTemplate: ReadonlyMap<string, Members>;
    readonly effects: TemplateEffects;
  },
): void {
  const inNamespaces = new Map<string, { readonly role: RoleName; readonly members: Members[] }>();
  for (const [template, members] of byTemplate) {
    const { inNamespace, everywhere, edits, podSecurity } = effects.of(template);
    if (inNamespace.length === 0) continue;
    for (const role of inNamespace) {
      const grant = inNamespaces.get(role.name) ?? { role, members: [] };
      grant.members.push(members);
      inNamespaces.set(role.name, grant);
    }
    const visible = namespaceRole(set, project, edits ? 'edit' : 'readonly', namespaces);
    const more = podSecurity ? [podSecurityRole(set, project)] : [];
    for (const role of [...everywhere, visible, ...more]) set.grantAll(undefined, role, members);
  }
  const grants = [...inNamespaces.values()].map(({ role, members }) => ({ role, members: Members.of(members) }));
  for (const namespace of namespaces) {
    for (const { role, members } of grants) set.grantAll(namespace, role, members);
  }
}

/** What being bound to a template in a project amounts to, looked at once for each template. */
class TemplateEffects {
  readonly #known = new Map<string, ReturnType<TemplateEffects['of']>>();

  constructor(
    private readonly roles: TemplateRoles,
    private readonly findTemplate: FindTemplate,
  ) {}

  of(template: string): {
    readonly inNamespace: readonly RoleName[];
    readonly everywhere: readonly RoleName[];
    readonly edits: boolean;
    readonly podSecurity: boolean;
  } {
    const known = this.#known.get(template);
    if (known !== undefined) return known;
    const rules = rulesOf(closureOf(template, this.findTemplate));
    const inNamespace = this.roles.of(template);
    const promoted = this.roles.of(template, 'promoted');
    const edits = inNamespace.length > 0 && makesNamespaces(rules);
    const effects = {
      inNamespace,
      everywhere: [...promoted, ...(edits ? this.roles.of(CREATE_NAMESPACES) : [])],
      edits,
      podSecurity: setsPodSecurity(rules),
    };
    this.#known.set(template, effects);
    return effects;
  }
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
