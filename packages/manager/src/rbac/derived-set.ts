import { createHash } from 'node:crypto';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '@drover/api';
import { type MemberList, Members } from './members.js';
import type { Subject } from './subject.js';

const RBAC = 'rbac.authorization.k8s.io';
const API_VERSION = 'rbac.authorization.k8s.io/v1';
/**
 * The label of what was derived; its value says from what. Objects without it are somebody else's: a cluster may belong to
 * another server as well (Harvester has one inside).
 */
export const RIGHTS_LABEL = 'drover.io/rights';
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
  /** Those granted one by one, and those granted together with other places. */
  readonly own: Members;
  readonly shared: Members[];
}

/**
 * The objects of RBAC that follow from the bindings here. All grants of one role in one place are one binding: their number
 * grows with roles and places, not with users.
 */
export class DerivedSet {
  readonly clusterRoles = new Map<string, ClusterRole>();
  readonly #roles = new Map<string, Role>();
  readonly #groups = new Map<string, Group>();
  readonly #bindingLabels = new Map<MemberList, Record<string, string>>();
  readonly #labels: Readonly<Record<string, string>>;
  readonly #mark: Readonly<Record<string, string>>;

  /** `source` is the value of the label on each object. */
  constructor(source: string, labels: Readonly<Record<string, string>> = {}) {
    this.#mark = { [RIGHTS_LABEL]: source };
    this.#labels = { ...labels, ...this.#mark, 'cattle.io/creator': 'norman' };
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

  /**
   * Adds a cluster role that is put together from those of this set that have one of the labels: whoever gives another role both
   * labels sees it removed, since it does not follow from anything here.
   */
  aggregate(
    name: string,
    selectors: readonly Readonly<Record<string, string>>[],
    labels: Readonly<Record<string, string>>,
  ): void {
    this.clusterRoles.set(name, {
      apiVersion: API_VERSION,
      kind: 'ClusterRole',
      metadata: { name, labels: { ...this.#labels, ...labels } },
      aggregationRule: {
        clusterRoleSelectors: selectors.map((matchLabels) => ({ matchLabels: { ...matchLabels, ...this.#mark } })),
      },
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
    this.#group(namespace, role, bindingName).own.add(subject, owner);
  }

  /** Grants a role to all of `members`, who may have it in other places too. */
  grantAll(namespace: string | undefined, role: RoleName, members: Members): void {
    this.#group(namespace, role).shared.push(members);
  }

  #group(namespace: string | undefined, role: RoleName, bindingName?: string): Group {
    const place = `${namespace ?? ''}/${bindingName ?? `${role.kind}/${role.name}`}`;
    const known = this.#groups.get(place);
    if (known !== undefined) return known;
    const name = bindingName ?? `${namespace === undefined ? 'crb' : 'rb'}-${hashOf(namespace, role)}`;
    const group = { namespace, role, name, own: new Members(), shared: [] };
    this.#groups.set(place, group);
    return group;
  }

  get roles(): readonly Role[] {
    return [...this.#roles.values()];
  }

  get clusterRoleBindings(): readonly ClusterRoleBinding[] {
    return [...this.eachClusterRoleBinding()];
  }

  get roleBindings(): readonly RoleBinding[] {
    return [...this.eachRoleBinding()];
  }

  /** The bindings of the whole cluster, each made when its turn comes: they can be many. */
  *eachClusterRoleBinding(): Iterable<ClusterRoleBinding> {
    for (const group of this.#groups.values()) {
      if (group.namespace !== undefined) continue;
      for (const { name, labels, roleRef, subjects } of this.#bindings(group)) {
        const metadata = { name, labels };
        yield { apiVersion: API_VERSION, kind: 'ClusterRoleBinding', metadata, roleRef, subjects };
      }
    }
  }

  /** The bindings in namespaces, each made when its turn comes. */
  *eachRoleBinding(): Iterable<RoleBinding> {
    for (const group of this.#groups.values()) {
      const { namespace } = group;
      if (namespace === undefined) continue;
      for (const { name, labels, roleRef, subjects } of this.#bindings(group)) {
        const metadata = { namespace, name, labels };
        yield { apiVersion: API_VERSION, kind: 'RoleBinding', metadata, roleRef, subjects };
      }
    }
  }

  #bindings({ name, role, own, shared }: Group) {
    const { lists } = Members.of(own.isEmpty ? shared : [own, ...shared]);
    const roleRef = { apiGroup: RBAC, ...role };
    return lists.map((list, index) => ({
      name: index === 0 ? name : `${name}-${index + 1}`,
      labels: this.#labelsOf(list),
      roleRef,
      subjects: list.subjects,
    }));
  }

  /** One object for each list, so that whoever compares many bindings looks at each list once. */
  #labelsOf(list: MemberList): Record<string, string> {
    const known = this.#bindingLabels.get(list) ?? { ...this.#labels, ...list.owners };
    this.#bindingLabels.set(list, known);
    return known;
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

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first ten characters of the lower-case base32 (RFC 4648) of the sha256, as in Rancher's names of bindings. */
export function rancherHash(text: string): string {
  const bytes = createHash('sha256').update(text).digest();
  let name = '';
  // Fifty bits: five at a time, of the two bytes in which they are.
  for (let bit = 0; bit < 50; bit += 5) {
    const byte = bit >> 3;
    const both = ((bytes[byte] ?? 0) << 8) | (bytes[byte + 1] ?? 0);
    name += BASE32[(both >> (11 - (bit & 7))) & 31];
  }
  return name;
}
