import {
  type AccessRequest,
  type ClusterRole,
  type ClusterRoleTemplateBinding,
  type GlobalRole,
  type PolicyRule,
  type ProjectRoleTemplateBinding,
  rulesAllow,
  type Stored,
} from '@drover/api';
import { LOCAL } from '../clusters/cluster-id.js';
import { backingNamespace } from '../projects/backing-namespace.js';
import { deriveDownstream } from '../rbac/downstream-rights.js';
import { deriveGlobal } from '../rbac/global-rights.js';
import { deriveManagement, deriveTemplateRoles } from '../rbac/management-rights.js';
import type { RbacInformers } from '../rbac/rbac-informers.js';
import { RbacModel, type Rules } from '../rbac/rbac-model.js';
import { closureOf } from '../rbac/role-rules.js';
import type { Places } from './places.js';
import type { RoleScope } from './scopes.js';

/** Somebody who has nothing but the binding that is tried. */
const PROBE = 'u-probe';
const metadata = { name: 'probe', uid: 'probe', resourceVersion: '1', creationTimestamp: '2000-01-01T00:00:00Z' };

/** Tries out what a role would give: by the same derivation that would make it true. */
export class Trial {
  readonly #known = new Map<string, Rules>();

  constructor(
    private readonly places: Places,
    private readonly cluster: string,
    private readonly rbac: RbacInformers,
  ) {}

  /** Whether somebody who is given a role template there, and has nothing else, may do what is asked. */
  templateAllows(template: string, scope: RoleScope, request: AccessRequest): boolean {
    const project = scope.project?.metadata.name ?? '';
    const key = `${scope.cluster}:${project} ${template} ${project === '' ? (request.namespace ?? '') : ''}`;
    const rules = this.#known.get(key) ?? this.#ofTemplate(template, scope, request);
    this.#known.set(key, rules);
    return allows(rules, request);
  }

  /** Whether somebody who is given a global role, and has nothing else, may do what is asked. */
  globalRoleAllows(role: Stored<GlobalRole>, request: AccessRequest): boolean {
    const binding = {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata,
      globalRoleName: role.metadata.name,
      userName: PROBE,
    } as const;
    if (this.cluster === LOCAL) {
      const hasNamespace = (name: string) => name === request.namespace;
      const set = deriveGlobal({
        globalRoles: [role],
        globalRoleBindings: [binding],
        hasNamespace,
        userOf: this.places.userOf,
      });
      return allows(this.#rules([set]), request);
    }
    const facts = { ...this.places.facts(this.cluster), projects: [], globalRoles: [role] };
    const set = deriveDownstream({ ...facts, globalRoleBindings: [binding] });
    return (
      allows(this.#rules([set], this.#own(['cluster-admin'])), request) ||
      (role.inheritedClusterRoles ?? []).some((each) => this.templateAllows(each, { cluster: this.cluster }, request))
    );
  }

  /** How much a role template gives: by this the closest is found. Wildcards count as very much. */
  weightOf(template: string): number {
    const closure = closureOf(template, this.places.findTemplate);
    const external = [...closure].filter(([, { external }]) => external === true).map(([name]) => name);
    return weigh([
      ...[...closure.values()].flatMap(({ external, rules = [] }) => (external === true ? [] : rules)),
      ...this.#own(external).flatMap(({ rules = [] }) => rules),
    ]);
  }

  #ofTemplate(template: string, { cluster, project }: RoleScope, { namespace }: AccessRequest): Rules {
    const bindings =
      project === undefined
        ? { clusterBindings: [clusterMember(cluster, template)] }
        : {
            projectBindings: [
              projectMember(`${cluster}:${project.metadata.name}`, backingNamespace(project), template),
            ],
          };
    // Those that matter: a cluster may have very many.
    const projects =
      project === undefined
        ? this.places.projects(cluster).filter((each) => backingNamespace(each) === namespace)
        : [project];
    const facts = { ...this.places.facts(cluster), projects, ...bindings };
    const sets = [
      ...(cluster === this.cluster ? [deriveDownstream(facts)] : []),
      ...(this.cluster === LOCAL
        ? [
            deriveManagement({ ...facts, provisioning: this.places.provisioning(cluster) }),
            deriveTemplateRoles([template], this.places.findTemplate),
          ]
        : []),
    ];
    const external = [...closureOf(template, this.places.findTemplate).keys()];
    return this.#rules(sets, this.#own([...external, `${cluster}-clustermember`, `${cluster}-clusterowner`]));
  }

  #rules(sets: ConstructorParameters<typeof RbacModel>[0], own: readonly ClusterRole[] = []): Rules {
    return new RbacModel(sets, own).rulesOf({ name: PROBE, groups: [], extra: {} });
  }

  /** Roles that the cluster has itself. */
  #own(names: readonly string[]): readonly ClusterRole[] {
    return names.flatMap((name) => {
      const role = this.rbac.clusterRoles.get(undefined, name);
      if (role === undefined) return [];
      // One that is put together has its rules already: what it is put together from is not needed.
      const { aggregationRule: _, ...whole } = role;
      return [whole];
    });
  }
}

const clusterMember = (clusterName: string, roleTemplateName: string): Stored<ClusterRoleTemplateBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ClusterRoleTemplateBinding',
  metadata: { ...metadata, namespace: clusterName },
  clusterName,
  roleTemplateName,
  userName: PROBE,
});

const projectMember = (
  projectName: string,
  namespace: string,
  roleTemplateName: string,
): Stored<ProjectRoleTemplateBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ProjectRoleTemplateBinding',
  metadata: { ...metadata, namespace },
  projectName,
  roleTemplateName,
  userName: PROBE,
});

const allows = ({ everywhere, inNamespace }: Rules, request: AccessRequest): boolean =>
  rulesAllow(everywhere, request) ||
  (request.namespace !== undefined && rulesAllow(inNamespace.get(request.namespace) ?? [], request));

const WILDCARD = 50;
const width = (words: readonly string[] = []): number => (words.includes('*') ? WILDCARD : words.length);
/** How many single things rules are about, roughly. */
const weigh = (rules: readonly PolicyRule[]): number =>
  rules.reduce(
    (sum, { verbs, apiGroups, resources, nonResourceURLs }) =>
      sum + width(verbs) * (width(apiGroups) * width(resources) + width(nonResourceURLs)),
    0,
  );
