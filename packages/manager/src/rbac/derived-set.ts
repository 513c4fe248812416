import { createHash } from 'node:crypto';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '@drover/api';
import type { Subject } from './subject.js';

const RBAC = 'rbac.authorization.k8s.io';
const API_VERSION = 'rbac.authorization.k8s.io/v1';
/**
 * The label of what was derived; its value says from what. Objects without it are somebody else's: a cluster may belong to
 * another server as well (Harvester has one inside).
 */
export const RIGHTS_LABEL = 'drover.io/rights';
/** Subjects of one binding: beyond that a second one is made, so that no object outgrows what a cluster takes. */
const MAX_SUBJECTS = 1_000;

/** A role that bindings of the set refer to. */
export interface RoleName {
  readonly kind: 'ClusterRole' | 'Role';
  readonly name: string;
}

/** One grant: `subject` has `role`, in `namespace` or, without one, in the whole cluster; because of the binding `owner`. */
export interface Grant {
  readonly namespace?: string;
  readonly role: RoleName;
  readonly subject: Subject;
  /** The label that says which of Rancher's bindings this follows from. */
  readonly owner: string;
  /** Rancher's name for the binding, where clients know it by that; such a binding is for one subject. */
  readonly bindingName?: string;
}

interface Group {
  readonly namespace: string | undefined;
  readonly role: RoleName;
  readonly name: string;
  readonly subjects: Map<string, Subject>;
  readonly owners: Set<string>;
}

/**
 * The objects of RBAC that follow from the bindings here. All grants of one role in one place are one binding: their number
 * grows with roles and places, not with users.
 */
export class DerivedSet {
  readonly clusterRoles = new Map<string, ClusterRole>();
  readonly #roles = new Map<string, Role>();
  readonly #groups = new Map<string, Group>();

  readonly #labels: Readonly<Record<string, string>>;

  /** `source` is the value of the label on each object. */
  constructor(source: string, labels: Readonly<Record<string, string>> = {}) {
    this.#labels = { ...labels, [RIGHTS_LABEL]: source, 'cattle.io/creator': 'norman' };
  }

  /** Adds a cluster role with its own rules. */
  clusterRole(name: string, rules: readonly PolicyRule[], labels: Readonly<Record<string, string>> = {}): void {
    this.clusterRoles.set(name, {
      apiVersion: API_VERSION,
      kind: 'ClusterRole',
      metadata: { name, labels: { ...this.#labels, ...labels } },
      rules: rules.map((rule) => ({ ...rule })),
    });
  }

  /** Adds a cluster role that is put together from those that have one of the labels. */
  aggregate(
    name: string,
    selectors: readonly Readonly<Record<string, string>>[],
    labels: Readonly<Record<string, string>>,
  ): void {
    this.clusterRoles.set(name, {
      apiVersion: API_VERSION,
      kind: 'ClusterRole',
      metadata: { name, labels: { ...this.#labels, ...labels } },
      aggregationRule: { clusterRoleSelectors: selectors.map((matchLabels) => ({ matchLabels: { ...matchLabels } })) },
    });
  }

  /** Adds a role of one namespace. */
  role(namespace: string, name: string, rules: readonly PolicyRule[]): void {
    this.#roles.set(`${namespace}/${name}`, {
      apiVersion: API_VERSION,
      kind: 'Role',
      metadata: { namespace, name, labels: { ...this.#labels } },
      rules: rules.map((rule) => ({ ...rule })),
    });
  }

  grant({ namespace, role, subject, owner, bindingName }: Grant): void {
    const name = bindingName ?? `${namespace === undefined ? 'crb' : 'rb'}-${hashOf(namespace, role)}`;
    const key = `${namespace ?? ''}/${name}`;
    const group = this.#groups.get(key) ?? { namespace, role, name, subjects: new Map(), owners: new Set() };
    group.subjects.set(`${subject.kind} ${subject.namespace ?? ''} ${subject.name}`, subject);
    group.owners.add(owner);
    this.#groups.set(key, group);
  }

  get roles(): readonly Role[] {
    return [...this.#roles.values()];
  }

  get clusterRoleBindings(): readonly ClusterRoleBinding[] {
    return [...this.#groups.values()].flatMap((group) =>
      group.namespace === undefined
        ? this.#chunks(group).map(([name, subjects]) => ({
            apiVersion: API_VERSION,
            kind: 'ClusterRoleBinding' as const,
            ...this.#binding(name, group, subjects),
          }))
        : [],
    );
  }

  get roleBindings(): readonly RoleBinding[] {
    return [...this.#groups.values()].flatMap((group) => {
      const { namespace } = group;
      if (namespace === undefined) return [];
      return this.#chunks(group).map(([name, subjects]) => {
        const { metadata, ...binding } = this.#binding(name, group, subjects);
        return {
          apiVersion: API_VERSION,
          kind: 'RoleBinding' as const,
          metadata: { namespace, ...metadata },
          ...binding,
        };
      });
    });
  }

  #chunks({ name, subjects }: Group): (readonly [string, Subject[]])[] {
    const ordered = [...subjects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, subject]) => subject);
    const count = Math.ceil(ordered.length / MAX_SUBJECTS);
    return Array.from({ length: count }, (_, index) => [
      index === 0 ? name : `${name}-${index + 1}`,
      ordered.slice(index * MAX_SUBJECTS, (index + 1) * MAX_SUBJECTS),
    ]);
  }

  #binding(name: string, { role, owners }: Group, subjects: Subject[]) {
    const labels = Object.fromEntries([...owners].sort().map((owner) => [owner, 'true']));
    return {
      metadata: { name, labels: { ...this.#labels, ...labels } },
      roleRef: { apiGroup: RBAC, ...role },
      subjects,
    };
  }
}

/** A cluster role by its name. */
export const clusterRole = (name: string): RoleName => ({ kind: 'ClusterRole', name });

/** The label that says that something follows from a binding here. The part of a label's key after the slash has at most 63 characters. */
export function ownerLabel(kind: 'grb' | 'crtb' | 'prtb', name: string): string {
  const full = `${kind}-owner-${name}`;
  return `authz.cluster.cattle.io/${full.length > 63 ? `${kind}-owner-${rancherHash(name)}` : full}`;
}

const hashOf = (namespace: string | undefined, { kind, name }: RoleName): string =>
  rancherHash(`${namespace ?? ''}${kind}${name}`);

/** The first ten characters of the lower-case base32 (RFC 4648) of the sha256, as in Rancher's names of bindings. */
export function rancherHash(text: string): string {
  const bytes = createHash('sha256').update(text).digest();
  let bits = '';
  for (const byte of bytes.subarray(0, 7)) bits += byte.toString(2).padStart(8, '0');
  let name = '';
  for (let at = 0; at < 50; at += 5)
    name += 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(bits.slice(at, at + 5), 2)];
  return name;
}
