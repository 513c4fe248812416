import { type Amounts, inWords, sum } from '@drover/api/quota';

/** A namespace of a project with a quota. */
export interface Sharer {
  readonly name: string;
  /** RFC 3339: who was there first is served first. */
  readonly created: string;
  /** What its annotation asks for; `undefined` when it asks for nothing, which means the project's default. */
  readonly asked: Amounts | undefined;
  /** What it has of this project's quota now; `undefined` when it has nothing yet. */
  readonly held: Amounts | undefined;
}

/** What a namespace gets of its project's quota. */
export interface Share {
  /** What it asked for: of each that the project limits, the default where it said nothing. */
  readonly wanted: Amounts;
  readonly granted: Amounts;
  /** What of `wanted` was more than there was left; of that it keeps what it had. */
  readonly refused: Amounts;
}

/**
 * Shares the quota of a project out among its namespaces. Their sum never exceeds the quota: a namespace that asks for more than is
 * left keeps, of that, what it had, or gets none. Sharing out again what has been shared out changes nothing.
 *
 * Quotas that were lowered past what was shared out already, which admission prevents, are filled in the order of age.
 */
export function shareOut(limit: Amounts, defaults: Amounts, namespaces: readonly Sharer[]): ReadonlyMap<string, Share> {
  const left = new Map(limit);
  const take = (name: string, amount: bigint): void => void left.set(name, (left.get(name) ?? 0n) - amount);
  const byAge = [...namespaces].sort(
    (a, b) => a.created.localeCompare(b.created) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const asking = byAge.map(({ name, asked, held }) => {
    const wanted = new Map([...limit.keys()].map((each) => [each, asked?.get(each) ?? defaults.get(each) ?? 0n]));
    // First what there is already: who comes with a new wish takes nothing from anybody.
    const granted = new Map<string, bigint>();
    for (const [each, amount] of wanted) {
      const kept = least(amount, held?.get(each) ?? 0n, left.get(each) ?? 0n);
      granted.set(each, kept);
      take(each, kept);
    }
    return { name, wanted, granted };
  });
  const shares = new Map<string, Share>();
  for (const { name, wanted, granted } of asking) {
    const refused = new Map<string, bigint>();
    for (const [each, amount] of wanted) {
      const more = amount - (granted.get(each) ?? 0n);
      if (more <= (left.get(each) ?? 0n)) {
        granted.set(each, amount);
        take(each, more);
      } else refused.set(each, amount);
    }
    shares.set(name, { wanted, granted, refused });
  }
  return shares;
}

/** What all namespaces have together of what the project limits. */
export const sharedOut = (shares: Iterable<Pick<Share, 'granted'>>): Amounts =>
  sum([...shares].map(({ granted }) => granted));

/** That a namespace asked for more than there was, in a sentence; empty when it got what it asked for. */
export function refusalOf({ refused, granted }: Share): string {
  if (refused.size === 0) return '';
  const has = new Map([...refused.keys()].map((name) => [name, granted.get(name) ?? 0n]));
  return `the project has less left than ${inWords(refused)}: the namespace has ${inWords(has)} instead`;
}

const least = (...amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b));
