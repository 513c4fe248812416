import type { KubeObject } from './object.js';

/**
 * How much the objects of a kind use of what ResourceQuotas limit, beside being counted. Quotas speak of pods: a kind whose objects
 * take their place says by this what it takes.
 */
export interface QuotaMeasure {
  readonly group: string;
  readonly plural: string;
  /** What of quotas the objects use, as quotas name it. */
  readonly names: readonly string[];
  /** Amounts by these names, in billionths. Where a new object says nothing of a name that a quota limits, it is refused. */
  usage(object: KubeObject): ReadonlyMap<string, bigint>;
}
