import {
  type AdmissionPlugin,
  type AdmissionReview,
  forbidden,
  type KubeObject,
  type Pod,
  type QuotaMeasure,
  type ResourceQuota,
} from '@drover/api';
import { type Clock, formatAmount } from '@drover/kit';
import type { Store } from '@drover/store';
import type { ObjectReader } from '../catalog/strategy.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { inScope } from './scope.js';
import { measureOf, missingFrom, type Usage, usageOf } from './usage.js';
import { hardOf, usedOf } from './used.js';

const QUOTAS = { group: '', plural: 'resourcequotas' };
/** A write that was admitted is stored within this time, or not at all. */
const PENDING_MS = 30_000;

interface Pending {
  readonly quotaUid: string;
  readonly added: Usage;
  readonly expiry: Disposable;
}

/**
 * Refuses what would exceed a ResourceQuota of its namespace.
 *
 * What was admitted counts at once, although it is not stored yet: until its key is written, or long enough that it will not be.
 * So many writes at the same time cannot pass together what each alone may (within this process: several servers on one store
 * would each admit up to the limit).
 */
export class QuotaAdmission implements AdmissionPlugin {
  readonly name = 'ResourceQuota';
  readonly resources = ['*/*'];
  readonly #pending = new Map<string, Pending[]>();

  constructor(
    readonly store: Store,
    readonly reader: ObjectReader,
    readonly clock: Clock,
    signal: AbortSignal,
    readonly further: readonly QuotaMeasure[] = [],
  ) {
    const onChanges: Parameters<Store['watch']>[2] = (changes) => {
      for (const change of changes) this.#settle(change.type === 'put' ? change.entry.key : change.key);
    };
    store.watch('', store.revision, onChanges, signal);
  }

  admit(review: AdmissionReview): undefined {
    const { namespace, subresource, operation, object } = review;
    if (namespace === undefined || object === undefined || operation === 'DELETE' || subresource !== undefined) return;
    const quotas = this.reader.list(QUOTAS, namespace) as readonly ResourceQuota[];
    if (quotas.length === 0) return;
    const key = objectKey(collectionPrefix({ group: review.group, plural: review.resource }), {
      namespace,
      name: review.name,
    });
    // A name that is taken will be refused as such; it adds nothing.
    if (operation === 'CREATE' && this.store.get(key) !== undefined) return;
    const charges = quotas.map((quota) => ({ quota, added: this.#check(quota, review, object) }));
    if (!review.dryRun) for (const { quota, added } of charges) if (added.size > 0) this.#hold(key, quota, added);
  }

  /** What the write adds to what the quota limits. @throws ApiError Forbidden when that is too much. */
  #check(quota: ResourceQuota, review: AdmissionReview, object: KubeObject): Usage {
    const resource = { group: review.group, plural: review.resource };
    const hard = hardOf(quota);
    const added = increase(hard, this.#usage(quota, resource, object), this.#usage(quota, resource, review.old));
    const refuse = (why: string): Error => forbidden(resource, review.name, why);
    const { name = '', uid = '' } = quota.metadata;
    if (review.operation === 'CREATE' && inScope(quota, resource, object)) {
      const missing = this.#missing(resource, object, hard);
      if (missing.length > 0) throw refuse(`failed quota: ${name}: must specify ${missing.join('; ')}`);
    }
    if (added.size === 0) return added;
    const used = new Map(usedOf(this.reader, quota, this.further));
    for (const pending of [...this.#pending.values()].flat()) {
      if (pending.quotaUid !== uid) continue;
      for (const [what, amount] of pending.added) used.set(what, (used.get(what) ?? 0n) + amount);
    }
    const over = [...added.keys()]
      .filter((what) => (used.get(what) ?? 0n) + (added.get(what) ?? 0n) > (hard.get(what) ?? 0n))
      .sort();
    if (over.length === 0) return added;
    const list = (amounts: Usage): string =>
      over.map((what) => `${what}=${formatAmount(what, amounts.get(what) ?? 0n)}`).join(',');
    throw refuse(`exceeded quota: ${name}, requested: ${list(added)}, used: ${list(used)}, limited: ${list(hard)}`);
  }

  #usage(quota: ResourceQuota, resource: { group: string; plural: string }, object: KubeObject | undefined): Usage {
    return object && inScope(quota, resource, object) ? usageOf(resource, object, this.further) : new Map();
  }

  /** What the quota limits and the object does not say: it could not be counted. */
  #missing(resource: { group: string; plural: string }, object: KubeObject, hard: Usage): string[] {
    if (resource.group === '' && resource.plural === 'pods') return missingFrom(object as Pod, hard.keys());
    const measure = measureOf(resource, this.further);
    if (measure === undefined) return [];
    const usage = measure.usage(object);
    return measure.names.filter((name) => hard.has(name) && !usage.has(name));
  }

  #hold(key: string, { metadata: { uid = '' } }: ResourceQuota, added: Usage): void {
    const expiry = this.clock.after(PENDING_MS, () => {
      const left = (this.#pending.get(key) ?? []).filter((other) => other !== pending);
      if (left.length > 0) this.#pending.set(key, left);
      else this.#pending.delete(key);
    });
    const pending: Pending = { quotaUid: uid, added, expiry };
    this.#pending.set(key, [...(this.#pending.get(key) ?? []), pending]);
  }

  #settle(key: string): void {
    const held = this.#pending.get(key);
    if (held === undefined) return;
    this.#pending.delete(key);
    for (const { expiry } of held) expiry[Symbol.dispose]();
  }
}

/** By how much `now` is more than `before`, of what is limited. */
function increase(hard: Usage, now: Usage, before: Usage): Usage {
  const added = new Map<string, bigint>();
  for (const name of hard.keys()) {
    const more = (now.get(name) ?? 0n) - (before.get(name) ?? 0n);
    if (more > 0n) added.set(name, more);
  }
  return added;
}
