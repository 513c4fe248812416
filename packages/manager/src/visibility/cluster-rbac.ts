import type { Identity, PolicyRule } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';
import { AccessReviews } from '../proxy/access-reviews.js';
import { bindingsOf, eachOf, type RbacInformers, roleOf } from '../rbac/rbac-informers.js';

/** The rules somebody has in a cluster, as its RBAC objects put them together. */
export interface HeldRules {
  readonly everywhere: readonly PolicyRule[];
  readonly inNamespace: ReadonlyMap<string, readonly PolicyRule[]>;
}

/** Whether two looks at somebody's rules came upon the same ones: an object that was changed has new ones. */
export function isSame(one: HeldRules, other: HeldRules): boolean {
  if (one === other) return true;
  const same = (a: readonly PolicyRule[], b: readonly PolicyRule[] | undefined): boolean =>
    a.length === b?.length && a.every((rule, index) => rule === b[index]);
  return (
    same(one.everywhere, other.everywhere) &&
    one.inNamespace.size === other.inNamespace.size &&
    [...one.inNamespace].every(([namespace, rules]) => same(rules, other.inNamespace.get(namespace)))
  );
}

/** People whose rules are remembered in one cluster until the next change. */
const REMEMBERED = 1_000;

/**
 * What RBAC says about somebody in one cluster, which tells where to look; whether they may is asked of the cluster's own
 * authorizer.
 */
export class ClusterRbac implements Disposable {
  /** What that authorizer answers, remembered until the next change. */
  readonly reviews: AccessReviews;
  readonly #held = new Map<string, HeldRules>();
  readonly #forgetting: readonly Disposable[];

  /** `client` reaches the cluster with every right. */
  constructor(
    readonly client: Client,
    readonly rbac: RbacInformers,
    clock: Clock,
  ) {
    const informers = eachOf(rbac);
    this.#forgetting = informers.map((informer) => informer.subscribe(() => this.#held.clear()));
    this.reviews = new AccessReviews({ client, clock, rules: informers });
  }

  /** What somebody has by all bindings to them and to their groups. */
  async rulesOf({ name, groups }: Identity): Promise<HeldRules> {
    await Promise.all(eachOf(this.rbac).map(({ synced }) => synced));
    const key = JSON.stringify([name, groups]);
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const everywhere: PolicyRule[] = [];
    const inNamespace = new Map<string, PolicyRule[]>();
    const bindings = [
      bindingsOf(this.rbac, 'User', name),
      ...groups.map((each) => bindingsOf(this.rbac, 'Group', each)),
    ];
    for (const binding of bindings.flatMap((each) => each.everywhere))
      everywhere.push(...(roleOf(this.rbac, binding)?.rules ?? []));
    for (const binding of bindings.flatMap((each) => each.inNamespaces)) {
      const { namespace = '' } = binding.metadata;
      const rules = inNamespace.get(namespace) ?? [];
      rules.push(...(roleOf(this.rbac, binding)?.rules ?? []));
      inNamespace.set(namespace, rules);
    }
    const held = { everywhere, inNamespace };
    if (this.#held.size >= REMEMBERED) this.#held.clear();
    this.#held.set(key, held);
    return held;
  }

  [Symbol.dispose](): void {
    this.reviews[Symbol.dispose]();
    for (const subscription of this.#forgetting) subscription[Symbol.dispose]();
  }
}
