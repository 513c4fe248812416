import { type Amounts, inWords } from '@drover/api/quota';
import type { Observation } from '@drover/controller';
import type { NamespaceQuota } from './quota-objects.js';
import { refusalOf } from './shares.js';

/** Whether each namespace has the share it asked for; and whether there is something left of everything the quota limits. */
const VALIDATED = 'ResourceQuotaValidated';
const AVAILABLE = 'ResourceQuotaAvailable';

/** The conditions that tell how the quota of a project fares. */
export const QUOTA_CONDITIONS: readonly string[] = [VALIDATED, AVAILABLE];

/** Namespaces that are named one by one. */
const NAMED = 5;

/** How the quota of a project fares: what its namespaces were refused, and what they use of what it limits. */
export function quotaObservations(
  limit: Amounts,
  derived: ReadonlyMap<string, NamespaceQuota>,
  use: Amounts,
): readonly Observation[] {
  const refusals = [...derived].flatMap(([name, quota]) => {
    const words = wordsOf(quota);
    return words === '' ? [] : [`namespace ${name}: ${words}`];
  });
  const more = refusals.length > NAMED ? [`and ${refusals.length - NAMED} more namespaces`] : [];
  const used = new Map([...limit.keys()].map((name) => [name, use.get(name) ?? 0n]));
  const exhausted = [...limit].some(([name, amount]) => (used.get(name) ?? 0n) >= amount);
  return [
    {
      type: VALIDATED,
      status: refusals.length === 0 ? 'True' : 'False',
      message: [...refusals.slice(0, NAMED), ...more].join('; '),
    },
    {
      type: AVAILABLE,
      status: exhausted ? 'False' : 'True',
      message: `used ${inWords(used)} of ${inWords(limit)}`,
    },
  ];
}

/** Why a namespace has not what it asked for; empty when it has. */
export const wordsOf = ({ share, fault }: NamespaceQuota): string =>
  fault !== '' ? fault : share === undefined ? '' : refusalOf(share);
