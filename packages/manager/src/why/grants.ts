import type {
  AccessRequest,
  ClusterRole,
  ClusterRoleBinding,
  Identity,
  PolicyRule,
  Role,
  RoleBinding,
  Stored,
} from '@drover/api';
import { ruleAllows } from '@drover/api';
import { bindingsOf, type RbacInformers, roleOf } from '../rbac/rbac-informers.js';
import type { Subject } from '../rbac/subject.js';

/** A binding that somebody is in, with the role it gives, if there is one. */
export interface Bound {
  readonly binding: Stored<ClusterRoleBinding> | Stored<RoleBinding>;
  readonly subject: Subject;
  readonly role: Stored<ClusterRole> | Stored<Role> | undefined;
}

/** A way by which a request is allowed. */
export interface Grant extends Bound {
  readonly rule: PolicyRule;
}

const MAX_GRANTS = 10;
const MAX_NAMES = 100;

/** The bindings of one cluster that somebody is in, looked up once for many requests. */
export class BindingsOf {
  readonly #everywhere: readonly Bound[];
  readonly #in: ReadonlyMap<string, readonly Bound[]>;

  constructor(
    private readonly rbac: RbacInformers,
    private readonly who: Identity,
  ) {
    const [, account] = /^system:serviceaccount:[^:]+:(.+)$/.exec(who.name) ?? [];
    const found = [
      bindingsOf(rbac, 'User', who.name),
      ...who.groups.map((group) => bindingsOf(rbac, 'Group', group)),
      ...(account === undefined ? [] : [bindingsOf(rbac, 'ServiceAccount', account)]),
    ];
    this.#everywhere = this.#about(found.flatMap(({ everywhere }) => everywhere));
    const inNamespaces = new Map<string, Bound[]>();
    for (const bound of this.#about(found.flatMap((each) => each.inNamespaces))) {
      const { namespace = '' } = bound.binding.metadata;
      inNamespaces.set(namespace, [...(inNamespaces.get(namespace) ?? []), bound]);
    }
    this.#in = inNamespaces;
  }

  /** The ways by which RBAC allows the request, at most ten. */
  grants(request: AccessRequest): readonly Grant[] {
    const grants: Grant[] = [];
    for (const bound of this.#relevant(request)) {
      const rule = bound.role?.rules?.find((each) => ruleAllows(each, request));
      if (rule !== undefined) grants.push({ ...bound, rule });
      if (grants.length === MAX_GRANTS) break;
    }
    return grants;
  }

  /** The names of objects for which the request would be allowed, of a request that has none; at most a hundred. */
  names(request: AccessRequest): readonly string[] {
    if (request.name !== undefined) return [];
    const names = new Set<string>();
    for (const { role } of this.#relevant(request)) {
      for (const rule of role?.rules ?? []) {
        for (const name of rule.resourceNames ?? []) {
          if (names.size === MAX_NAMES) return [...names];
          if (ruleAllows(rule, { ...request, name })) names.add(name);
        }
      }
    }
    return [...names];
  }

  #relevant({ namespace }: AccessRequest): readonly Bound[] {
    return namespace === undefined ? this.#everywhere : [...this.#everywhere, ...(this.#in.get(namespace) ?? [])];
  }

  /** Each binding once: it may name somebody and a group of theirs. */
  #about(bindings: readonly (Stored<ClusterRoleBinding> | Stored<RoleBinding>)[]): readonly Bound[] {
    return [...new Set(bindings)].flatMap((binding) => {
      const subject = binding.subjects?.find((each) => isAbout(each, this.who, binding.metadata.namespace));
      return subject === undefined ? [] : [{ binding, subject, role: roleOf(this.rbac, binding) }];
    });
  }
}

/** Whether a subject of a binding is somebody, as Kubernetes' authorizer sees it. */
function isAbout({ kind, name, namespace }: Subject, who: Identity, bindingNamespace: string | undefined): boolean {
  switch (kind) {
    case 'User':
      return name === who.name;
    case 'Group':
      return who.groups.includes(name);
    case 'ServiceAccount':
      return who.name === `system:serviceaccount:${namespace ?? bindingNamespace ?? ''}:${name}`;
    default:
      return false;
  }
}
