import type { ClusterRole, Identity, PolicyRule, Role } from '@drover/api';
import type { DerivedSet } from './derived-set.js';
import type { Subject } from './subject.js';

/** The rules somebody has, as Kubernetes' authorizer would put them together. */
export interface Rules {
  readonly everywhere: readonly PolicyRule[];
  readonly inNamespace: ReadonlyMap<string, readonly PolicyRule[]>;
}

interface Bound {
  readonly namespace: string | undefined;
  readonly role: string;
  readonly subjects: readonly Subject[];
}

/** One cluster's RBAC objects, and what follows from them: nothing here knows of role templates. */
export class RbacModel {
  readonly #clusterRoles = new Map<string, ClusterRole[]>();
  readonly #roles = new Map<string, Role[]>();
  readonly #bindings: Bound[] = [];
  readonly #resolved = new Map<string, readonly PolicyRule[]>();

  /** `own` are the cluster's own roles. Where two sets have a role of one name, it counts as both. */
  constructor(sets: readonly DerivedSet[], own: readonly ClusterRole[]) {
    for (const role of [...own, ...sets.flatMap(({ clusterRoles }) => [...clusterRoles.values()])])
      push(this.#clusterRoles, role.metadata.name ?? '', role);
    for (const role of sets.flatMap(({ roles }) => roles))
      push(this.#roles, `${role.metadata.namespace} ${role.metadata.name}`, role);
    for (const set of sets)
      for (const { metadata, roleRef, subjects = [] } of [...set.clusterRoleBindings, ...set.roleBindings]) {
        const { namespace } = metadata;
        this.bind(roleRef.kind === 'Role' ? `${namespace} ${roleRef.name}` : roleRef.name, subjects, namespace);
      }
  }

  /** Binds a role, which is a cluster role unless its namespace stands before its name. */
  bind(role: string, subjects: readonly Subject[], namespace?: string): void {
    this.#bindings.push({ namespace, role, subjects });
  }

  rulesOf(who: Identity): Rules {
    const everywhere: PolicyRule[] = [];
    const inNamespace = new Map<string, PolicyRule[]>();
    for (const { namespace, role, subjects } of this.#bindings) {
      if (!subjects.some((subject) => isAbout(subject, who))) continue;
      const rules = this.#rules(role);
      if (namespace === undefined) everywhere.push(...rules);
      else for (const rule of rules) push(inNamespace, namespace, rule);
    }
    return { everywhere, inNamespace };
  }

  #rules(name: string, within: ReadonlySet<string> = new Set()): readonly PolicyRule[] {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const visited = new Set([...within, name]);
    const rules = [...(this.#clusterRoles.get(name) ?? this.#roles.get(name) ?? [])].flatMap((role) =>
      'aggregationRule' in role && role.aggregationRule !== undefined
        ? this.#selected(role).flatMap((each) => (visited.has(each) ? [] : this.#rules(each, visited)))
        : (role.rules ?? []),
    );
    if (within.size === 0) this.#resolved.set(name, rules);
    return rules;
  }

  #selected({ aggregationRule }: ClusterRole): string[] {
    const selectors = (aggregationRule?.clusterRoleSelectors ?? []).map(({ matchLabels = {} }) => matchLabels);
    const matches = ({ metadata }: ClusterRole): boolean =>
      selectors.some((wanted) => Object.entries(wanted).every(([key, value]) => metadata.labels?.[key] === value));
    return [...this.#clusterRoles].filter(([, roles]) => roles.some(matches)).map(([name]) => name);
  }
}

const isAbout = ({ kind, name }: Subject, who: Identity): boolean =>
  kind === 'User' ? name === who.name : kind === 'Group' && who.groups.includes(name);

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
