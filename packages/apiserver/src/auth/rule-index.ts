import { type Attributes, type Identity, type KubeObject, rulesAllow, SYSTEM_MASTERS } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import type { Change, Store } from '@drover/store';
import { collectionPrefix } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import { serviceAccountUser } from './identity.js';

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
  /** By key: how the subject is told. */
  readonly subjects: ReadonlyMap<string, string>;
}

/** A binding that names the caller, as what; without rules when there is no such role. */
interface Grant {
  readonly binding: Binding;
  readonly subject: string;
  readonly rules: readonly PolicyRule[] | undefined;
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

  /**
   * Whether `identity` may, and by which binding; if not, the reason names the roles that bindings of theirs name in vain. Members
   * of system:masters may everything.
   */
  decide(identity: Identity, attributes: Attributes): Decision {
    if (identity.groups.includes(SYSTEM_MASTERS)) return { allowed: true, reason: '' };
    const namespace = 'path' in attributes ? CLUSTER : (attributes.namespace ?? CLUSTER);
    const missing = new Set<string>();
    for (const { binding, subject, rules } of this.#granted(identity, namespace)) {
      if (rules === undefined) missing.add(notThere(binding.role));
      else if (rulesAllow(rules, attributes)) return { allowed: true, reason: because(binding, subject) };
    }
    return { allowed: false, reason: inVain(missing) };
  }

  /** Every rule that bindings give `identity` in `namespace` (with those they give everywhere). */
  rulesOf(identity: Identity, namespace: string): PolicyRule[] {
    return [...this.#granted(identity, namespace)].flatMap(({ rules = [] }) => [...rules]);
  }

  /** What is to be told of bindings that give `identity` nothing, because there is no such role; empty when all is well. */
  faultsOf(identity: Identity, namespace: string): string {
    const grants = [...this.#granted(identity, namespace)].filter(({ rules }) => rules === undefined);
    return listed(new Set(grants.map(({ binding }) => notThere(binding.role))));
  }

  /** The rules of the role that a binding in `namespace` names; `undefined` when there is no such role. */
  rulesOfRole({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(kind === 'ClusterRole' ? `ClusterRole/${name}` : `Role/${namespace}/${name}`);
  }

  *#granted(identity: Identity, namespace: string): Generator<Grant> {
    for (const place of namespace === CLUSTER ? [CLUSTER] : [CLUSTER, namespace]) {
      for (const key of subjectsOf(identity)) {
        for (const binding of this.#bySubject.get(key)?.get(place)?.values() ?? []) {
          const rules = this.rulesOfRole(binding.role, binding.namespace);
          yield { binding, subject: binding.subjects.get(key) ?? '', rules };
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
    for (const subject of old?.subjects.keys() ?? []) this.#unlink(subject, old?.namespace ?? CLUSTER, key);
    this.#bindings.delete(key);
    if (object === undefined) return;
    const { metadata, roleRef, subjects } = object as KubeObject & {
      roleRef: RoleRef;
      subjects?: readonly RbacSubject[] | null;
    };
    const namespace = metadata.namespace ?? CLUSTER;
    const named = (subjects ?? []).map(
      (subject) => [subjectKey(subject, namespace), told(subject, namespace)] as const,
    );
    const binding = { name: metadata.name ?? '', namespace, role: roleRef, subjects: new Map(named) };
    this.#bindings.set(key, binding);
    for (const subject of binding.subjects.keys()) {
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

/** A service account is the user its tokens say; one without a namespace is of the binding's. */
function subjectKey({ kind, name, namespace }: RbacSubject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind}/${name}`;
  return `User/${serviceAccountUser(namespace || bindingNamespace, name)}`;
}

// The words of kube-apiserver's RBAC authorizer, which `kubectl auth can-i` and refusals show.

function told({ kind, name, namespace }: RbacSubject, bindingNamespace: string): string {
  return `${kind} ${JSON.stringify(kind === 'ServiceAccount' ? `${name}/${namespace || bindingNamespace}` : name)}`;
}

function because({ name, namespace, role }: Binding, subject: string): string {
  const kind = namespace === CLUSTER ? 'ClusterRoleBinding' : 'RoleBinding';
  const place = namespace === CLUSTER ? name : `${name}/${namespace}`;
  return `RBAC: allowed by ${kind} ${JSON.stringify(place)} of ${role.kind} ${JSON.stringify(role.name)} to ${subject}`;
}

const notThere = ({ kind, name }: RoleRef): string => `${kind.toLowerCase()}.${RBAC} "${name}" not found`;

function listed(texts: ReadonlySet<string>): string {
  return texts.size > 1 ? `[${[...texts].join(', ')}]` : [...texts].join();
}

const inVain = (missing: ReadonlySet<string>): string => (missing.size === 0 ? '' : `RBAC: ${listed(missing)}`);
