import {
  type Attributes,
  type ClusterRole,
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  globalRoleBindings,
  globalRoles,
  type Identity,
  isJsonObject,
  type Json,
  type Kind,
  type KubeObject,
  managementClusters,
  notFound,
  type ObjectRef,
  type PolicyRule,
  projectRoleTemplateBindings,
  projects,
  roleTemplates,
  rulesAllow,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import { backingNamespace } from '../projects/backing-namespace.js';
import { deriveDownstream } from '../rbac/downstream-rights.js';
import { inheritedMembers } from '../rbac/inherited-members.js';
import { deriveManagement, deriveTemplateRoles } from '../rbac/management-rights.js';
import { RbacModel, type Rules } from '../rbac/rbac-model.js';
import { type Subject, subjectOf } from '../rbac/subject.js';
import { ADMIN_AT_LEAST, EDIT_AT_LEAST } from '../roles/kubernetes-edit.js';
import { EVERYTHING, named, rule } from '../roles/rule.js';
import { CLUSTER } from './bindings.js';

/** The clusters there are: one that is connected, and the one this server runs on. */
export const CLUSTERS = [CLUSTER, 'local'] as const;

/** What a cluster gives to holders of its own role admin, and no template says. */
const UNSAID = rule('example.io', 'widgets', '*');

/** Principals of identity providers, and the users they are. */
const USERS: Readonly<Record<string, string>> = { 'local://u-bob': 'u-bob', 'local://u-root': 'u-root' };

const clusterRole = (name: string, rules: readonly PolicyRule[]): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules: [...rules],
});

const KUBERNETES_ROLES: readonly ClusterRole[] = [
  clusterRole('cluster-admin', EVERYTHING),
  clusterRole('admin', [...ADMIN_AT_LEAST, UNSAID]),
  clusterRole('edit', EDIT_AT_LEAST),
];

/**
 * Everything that rights follow from, in memory, and the answers of an API to whom these rights are RBAC: cheap enough for
 * thousands of histories.
 */
export class Tenancy implements Pick<Client, 'get' | 'list' | 'post'> {
  readonly #objects = new Map<string, Map<string, Stored<KubeObject>>>();
  readonly #models = new Map<string, RbacModel>();
  #rules = new Map<string, Rules>();
  #members: readonly Stored<ClusterRoleTemplateBinding>[] | undefined;

  constructor(readonly namespacesOf: (cluster: string, project: string) => readonly string[]) {}

  async get<T extends KubeObject>(kind: Kind<T>, { namespace, name }: ObjectRef): Promise<Stored<T>> {
    const object = this.find(kind, { namespace, name });
    if (object === undefined) throw notFound(kind, name);
    return object;
  }

  async list<T extends KubeObject>(kind: Kind<T>, { namespace }: { readonly namespace?: string | undefined } = {}) {
    return { apiVersion: '', kind: '', metadata: { resourceVersion: '1' }, items: this.all(kind, namespace) };
  }

  async post(_path: string, body: Json): Promise<Json> {
    const spec = isJsonObject(body) && isJsonObject(body['spec']) ? body['spec'] : {};
    const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : [];
    const who: Identity = { name: String(spec['user']), groups, extra: {} };
    const asked = isJsonObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : undefined;
    const path = isJsonObject(spec['nonResourceAttributes']) ? spec['nonResourceAttributes'] : {};
    const text = (field: string): string => (typeof asked?.[field] === 'string' ? asked[field] : '');
    const [verb, group, resource, subresource, name] = ['verb', 'group', 'resource', 'subresource', 'name'].map(text);
    const attributes: Attributes =
      asked === undefined
        ? { verb: String(path['verb']), path: String(path['path']) }
        : {
            verb: verb ?? '',
            group: group ?? '',
            resource: resource ?? '',
            subresource: subresource ?? '',
            name: name ?? '',
          };
    return { status: { allowed: this.allows(who, attributes, text('namespace')) } };
  }

  /** Whether the RBAC of the server's own cluster lets somebody do something, in a namespace or everywhere. */
  allows(who: Identity, attributes: Attributes, namespace = ''): boolean {
    const { everywhere, inNamespace } = this.rulesIn('local', who);
    return (
      rulesAllow(everywhere, attributes) ||
      (namespace !== '' && rulesAllow(inNamespace.get(namespace) ?? [], attributes))
    );
  }

  /** What somebody has in a cluster, by the RBAC objects there. */
  rulesIn(cluster: string, who: Identity): Rules {
    const key = `${cluster} ${who.name}`;
    const rules = this.#rules.get(key) ?? this.#modelOf(cluster).rulesOf(who);
    this.#rules.set(key, rules);
    return rules;
  }

  find<T extends KubeObject>(kind: Kind<T>, { namespace = '', name }: ObjectRef): Stored<T> | undefined {
    return this.#of(kind).get(`${namespace}/${name}`);
  }

  all<T extends KubeObject>(kind: Kind<T>, namespace?: string): Stored<T>[] {
    const made = [...this.#of(kind).values()];
    // What the server makes itself of global roles that give roles in every cluster.
    const objects = kind.plural === clusterRoleTemplateBindings.plural ? [...made, ...this.#inherited<T>()] : made;
    return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
  }

  put<T extends KubeObject>(kind: Kind<T>, object: T): void {
    const { name = '', namespace = '' } = object.metadata;
    const system = { uid: `${namespace}/${name}`, resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' };
    this.#of(kind).set(`${namespace}/${name}`, { ...object, metadata: { ...object.metadata, ...system, name } });
    this.#forget();
  }

  remove<T extends KubeObject>(kind: Kind<T>, { namespace = '', name }: ObjectRef): void {
    this.#of(kind).delete(`${namespace}/${name}`);
    this.#forget();
  }

  #inherited<T extends KubeObject>(): Stored<T>[] {
    this.#members ??= CLUSTERS.filter((cluster) => cluster !== 'local').flatMap((cluster) =>
      inheritedMembers({
        cluster,
        globalRoles: this.all(globalRoles),
        globalRoleBindings: this.all(globalRoleBindings),
        findTemplate: this.#template,
        others: [...this.#of(clusterRoleTemplateBindings).values()].filter(
          ({ metadata }) => metadata.namespace === cluster,
        ),
      }).map((member) => ({
        ...member,
        metadata: {
          ...member.metadata,
          name: member.metadata.name ?? '',
          uid: member.metadata.name ?? '',
          resourceVersion: '1',
          creationTimestamp: '2030-01-01T00:00:00Z',
        },
      })),
    );
    // They are of the kind that was asked for.
    return this.#members as unknown as Stored<T>[];
  }

  #forget(): void {
    this.#members = undefined;
    this.#models.clear();
    this.#rules = new Map();
  }

  #of<T extends KubeObject>(kind: Kind<T>): Map<string, Stored<T>> {
    const objects = this.#objects.get(kind.plural) ?? new Map<string, Stored<KubeObject>>();
    this.#objects.set(kind.plural, objects);
    return objects as Map<string, Stored<T>>;
  }

  #modelOf(cluster: string): RbacModel {
    const model = this.#models.get(cluster) ?? (cluster === 'local' ? this.#local() : this.#connected(cluster));
    this.#models.set(cluster, model);
    return model;
  }

  #connected(cluster: string): RbacModel {
    return new RbacModel([this.#downstream(cluster)], KUBERNETES_ROLES);
  }

  #local(): RbacModel {
    const membership = CLUSTERS.flatMap((id) => [
      clusterRole(`${id}-clustermember`, [named('management.cattle.io', 'clusters', id, 'get')]),
      clusterRole(`${id}-clusterowner`, [named('management.cattle.io', 'clusters', id, '*')]),
    ]);
    const roles = this.all(globalRoles);
    const ofGlobal = (name: string): string => `cattle-globalrole-${name}`;
    const bound = [...this.all(clusterRoleTemplateBindings), ...this.all(projectRoleTemplateBindings)];
    const model = new RbacModel(
      [
        this.#downstream('local'),
        ...CLUSTERS.map((cluster) => this.#management(cluster)),
        deriveTemplateRoles(
          bound.map(({ roleTemplateName }) => roleTemplateName),
          this.#template,
        ),
      ],
      [
        ...KUBERNETES_ROLES,
        ...membership,
        ...roles.map(({ metadata, rules }) => clusterRole(ofGlobal(metadata.name), rules ?? [])),
      ],
    );
    for (const binding of this.all(globalRoleBindings)) {
      const subject: Subject | undefined = subjectOf(binding, this.#userOf);
      if (subject !== undefined) model.bind(ofGlobal(binding.globalRoleName), [subject]);
    }
    return model;
  }

  #downstream(cluster: string) {
    return deriveDownstream({
      installation: 'us',
      globalRoleBindings: cluster === 'local' ? [] : this.all(globalRoleBindings),
      globalRoles: cluster === 'local' ? [] : this.all(globalRoles),
      hasNamespace: () => true,
      namespacesOf: (project) => this.namespacesOf(cluster, project),
      ...this.#facts(cluster),
    });
  }

  #management(cluster: string) {
    return deriveManagement({ provisioning: { namespace: 'fleet-default', name: cluster }, ...this.#facts(cluster) });
  }

  #facts(cluster: string) {
    return {
      cluster,
      clusterBindings: this.all(clusterRoleTemplateBindings, cluster),
      projects: this.all(projects, cluster),
      projectBindings: this.all(projectRoleTemplateBindings).filter(({ projectName }) =>
        projectName.startsWith(`${cluster}:`),
      ),
      findTemplate: this.#template,
      userOf: this.#userOf,
    };
  }

  readonly #template = (name: string) => this.find(roleTemplates, { name });
  readonly #userOf = (principal: string) => {
    const name = USERS[principal];
    if (name === undefined) return undefined;
    const metadata = { name, uid: name, resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' };
    return { apiVersion: 'management.cattle.io/v3' as const, kind: 'User' as const, metadata };
  };
}

/** A tenancy with both clusters, and nobody in it. */
export function newTenancy(namespacesOf: Tenancy['namespacesOf']): Tenancy {
  const tenancy = new Tenancy(namespacesOf);
  for (const name of CLUSTERS)
    tenancy.put(managementClusters, { apiVersion: 'management.cattle.io/v3', kind: 'Cluster', metadata: { name } });
  return tenancy;
}

/** Takes a project's members away, as its controller does before the project goes. */
export function removeMembers(tenancy: Tenancy, cluster: string, name: string): void {
  const project = tenancy.find(projects, { namespace: cluster, name });
  if (project === undefined) return;
  const namespace = backingNamespace(project);
  for (const { metadata } of tenancy.all(projectRoleTemplateBindings, namespace))
    tenancy.remove(projectRoleTemplateBindings, { namespace, name: metadata.name });
}
