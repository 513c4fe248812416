import { type Identity, type Kind, unavailable } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';
import type { RbacInformers } from '../rbac/rbac-informers.js';
import { ClusterRbac, type HeldRules, isSame } from './cluster-rbac.js';
import { type Sight, sightOf } from './sight.js';

/** What is looked for: a kind, of it perhaps one namespace, of it perhaps one object. */
export interface Wanted {
  readonly kind: Kind;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The rights in one cluster, as long as it stays connected. */
export interface ClusterView {
  /** The cluster, with every right: to learn that something has changed, never to show what. */
  readonly client: Client;
  /**
   * What of `wanted` somebody may see: everything, when the cluster lets them list and watch it, or the parts of it that
   * RBAC names.
   *
   * @throws ApiError or TransportError when the cluster does not answer.
   */
  sight(identity: Identity, wanted: Wanted): Promise<'everything' | Sight>;
  /** All rules that somebody has there. */
  rulesOf(identity: Identity): Promise<HeldRules>;
  /** Calls `listener` soon after somebody's rights in the cluster may have changed. */
  onChange(identity: Identity, listener: () => void): Disposable;
}

/** What is seen by. */
export interface VisibilityParts {
  /** A cluster with every right, and what is followed of its RBAC; `undefined` while it is not connected. */
  readonly rbacOf: (cluster: string) => { readonly client: Client; readonly rbac: RbacInformers } | undefined;
  readonly clock: Clock;
}

/** Who may see what in which cluster, by its RBAC and by the word of its own authorizer. */
export class Visibility implements Disposable {
  readonly #known = new Map<string, ClusterRbac>();

  constructor(private readonly parts: VisibilityParts) {}

  /** @throws ApiError ServiceUnavailable when the cluster is not connected. */
  of(cluster: string): ClusterView {
    const known = this.#rbacOf(cluster);
    return {
      client: known.client,
      rulesOf: (identity) => known.rulesOf(identity),
      async sight(identity, wanted) {
        const { kind, namespace, name } = wanted;
        const question = { group: kind.group, resource: kind.plural, namespace, name };
        const ask = (verb: string): Promise<boolean> => known.reviews.allowed(identity, { verb, ...question });
        if ((await ask('list')) && (await ask('watch'))) return 'everything';
        return sightOf(await known.rulesOf(identity), kind).within(wanted);
      },
      onChange(identity, listener) {
        // What cannot be read now, because the cluster is leaving, counts as different.
        const read = (): Promise<HeldRules | undefined> => known.rulesOf(identity).catch(() => undefined);
        let before = read();
        return known.reviews.onChange(async () => {
          const [then, now] = await Promise.all([before, read()]);
          before = Promise.resolve(now);
          // Of the thousands of changes that concern others nobody is asked anything.
          if (then === undefined || now === undefined || !isSame(then, now)) listener();
        });
      },
    };
  }

  [Symbol.dispose](): void {
    for (const known of this.#known.values()) known[Symbol.dispose]();
    this.#known.clear();
  }

  #rbacOf(cluster: string): ClusterRbac {
    const followed = this.parts.rbacOf(cluster);
    const known = this.#known.get(cluster);
    if (known !== undefined && known.rbac === followed?.rbac) return known;
    known?.[Symbol.dispose]();
    this.#known.delete(cluster);
    if (followed === undefined) throw unavailable(`the rights of users in cluster ${cluster} are not known yet`);
    const rbac = new ClusterRbac(followed.client, followed.rbac, this.parts.clock);
    this.#known.set(cluster, rbac);
    return rbac;
  }
}
