import { type Attributes, type Identity, type KubeObject, ruleAllows, SYSTEM_MASTERS } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import type { Change, Store } from '@drover/store';
import { collectionPrefix } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';

const RBAC = 'rbac.authorization.k8s.io';
/** Stands for "everywhere" among namespaces. */
const CLUSTER = '';

/** Whether a request is allowed, and by what. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

interface Binding {
  readonly name: string;
  readonly namespace: string;
  readonly role: RoleRef;
  readonly subjects: readonly string[];
}

/**
 * Who may do what: roles and bindings in memory, arranged by subject and namespace, so that a decision looks at the caller's
 * own bindings only, however many there are. Follows the store's changes in the moment they become visible.
 */
export class RuleIndex {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #bindings = new Map<string, Binding>();
  /** Subject → namespace ('' for cluster bindings) → binding key → binding. */
  readonly #bySubject = new Map<string, Map<string, Map<string, Binding>>>();
  readonly #subscribers = new Set<() => void>();

  /** Reads what `store` holds and follows it until `signal` aborts. */
  constructor(store: Store, signal: AbortSignal) {
    const follow = (plural: string, apply: (key: string, object: KubeObject | undefined) => void): void => {
      const prefix = collectionPrefix({ group: RBAC, plural });
      const page = store.list(prefix);
      for (const { key, value, revision } of page.entries) apply(key, decodeStored(value, revision));
      store.watch(prefix, page.revision, (changes) => this.#follow(changes, apply), signal);
    };
    follow('roles', (key, object) => this.#setRole('Role', key, object));
    follow('clusterroles', (key, object) => this.#setRole('ClusterRole', key, object));
    follow('rolebindings', (key, object) => this.#setBinding(key, object));
    follow('clusterrolebindings', (key, object) => this.#setBinding(key, object));
  }

  /** Calls `onChange` after roles or bindings changed: rights that were checked before may be gone. */
  subscribe(onChange: () => void): Disposable {
    this.#subscribers.add(onChange);
    return { [Symbol.dispose]: () => this.#subscribers.delete(onChange) };
  }

  /** Whether `identity` may. Members of system:masters may everything. */
  decide(identity: Identity, attributes: Attributes): Decision {
    if (identity.groups.includes(SYSTEM_MASTERS)) return { allowed: true, reason: '' };
    const namespace = 'path' in attributes ? CLUSTER : (attributes.namespace ?? CLUSTER);
    for (const { binding, rules } of this.#granted(identity, namespace)) {
      for (const rule of rules) if (ruleAllows(rule, attributes)) return { allowed: true, reason: because(binding) };
    }
    return { allowed: false, reason: '' };
  }

  /** Every rule that `identity` holds in `namespace` (with those it holds everywhere). */
  rulesOf(identity: Identity, namespace: string): PolicyRule[] {
    if (identity.groups.includes(SYSTEM_MASTERS)) {
      return [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ];
    }
    return [...this.#granted(identity, namespace)].flatMap(({ rules }) => [...rules]);
  }

  /** The rules of the role that a binding in `namespace` names; `undefined` when there is no such role. */
  rulesOfRole({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(kind === 'ClusterRole' ? `ClusterRole/${name}` : `Role/${namespace}/${name}`);
  }

  *#granted(identity: Identity, namespace: string): Generator<{ binding: Binding; rules: readonly PolicyRule[] }> {
    for (const subject of subjectsOf(identity)) {
      const places = this.#bySubject.get(subject);
      if (places === undefined) continue;
      for (const place of namespace === CLUSTER ? [CLUSTER] : [CLUSTER, namespace]) {
        for (const binding of places.get(place)?.values() ?? []) {
          const rules = this.rulesOfRole(binding.role, binding.namespace);
          if (rules !== undefined) yield { binding, rules };
        }
      }
    }
  }

  #follow(changes: readonly Change[], apply: (key: string, object: KubeObject | undefined) => void): void {
    for (const change of changes) {
      if (change.type === 'delete') apply(change.key, undefined);
      else apply(change.entry.key, decodeStored(change.entry.value, change.entry.revision));
    }
    for (const onChange of [...this.#subscribers]) onChange();
  }

  #setRole(kind: 'Role' | 'ClusterRole', key: string, object: KubeObject | undefined): void {
    const [namespace, name] = key.split('/').slice(-2) as [string, string];
    const role = kind === 'ClusterRole' ? `ClusterRole/${name}` : `Role/${namespace}/${name}`;
    if (object === undefined) this.#roles.delete(role);
    else this.#roles.set(role, (object as KubeObject & { rules?: PolicyRule[] | null }).rules ?? []);
  }

  #setBinding(key: string, object: KubeObject | undefined): void {
    const old = this.#bindings.get(key);
    for (const subject of old?.subjects ?? []) this.#unlink(subject, old?.namespace ?? CLUSTER, key);
    this.#bindings.delete(key);
    if (object === undefined) return;
    const { metadata, roleRef, subjects } = object as KubeObject & {
      roleRef: RoleRef;
      subjects?: readonly RbacSubject[] | null;
    };
    const namespace = metadata.namespace ?? CLUSTER;
    const names = [...new Set((subjects ?? []).map((subject) => subjectKey(subject, namespace)))];
    const binding = { name: metadata.name ?? '', namespace, role: roleRef, subjects: names };
    this.#bindings.set(key, binding);
    for (const subject of names) {
      const places = this.#bySubject.get(subject) ?? new Map<string, Map<string, Binding>>();
      this.#bySubject.set(subject, places);
      const bindings = places.get(namespace) ?? new Map<string, Binding>();
      places.set(namespace, bindings);
      bindings.set(key, binding);
    }
  }

  #unlink(subject: string, namespace: string, key: string): void {
    const places = this.#bySubject.get(subject);
    const bindings = places?.get(namespace);
    bindings?.delete(key);
    if (bindings?.size === 0) places?.delete(namespace);
    if (places?.size === 0) this.#bySubject.delete(subject);
  }
}

interface RbacSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function* subjectsOf({ name, groups }: Identity): Generator<string> {
  yield `User/${name}`;
  for (const group of groups) yield `Group/${group}`;
}

/** A service account is the user its tokens say. */
function subjectKey({ kind, name, namespace }: RbacSubject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind}/${name}`;
  return `User/system:serviceaccount:${namespace ?? bindingNamespace}:${name}`;
}

function because({ name, namespace, role }: Binding): string {
  const kind = namespace === CLUSTER ? 'ClusterRoleBinding' : 'RoleBinding';
  const place = namespace === CLUSTER ? name : `${name}/${namespace}`;
  return `RBAC: allowed by ${kind} ${JSON.stringify(place)} of ${role.kind} ${JSON.stringify(role.name)}`;
}
