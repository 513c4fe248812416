/** The kubelet's back-off for containers: 10 s, doubled up to 5 min, from the start again after 10 min without an end. */
const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;
const FORGIVEN_MS = 600_000;

/** How often a container ended in a row, and when last. */
export interface Ends {
  readonly count: number;
  readonly lastAt: number;
}

/** After one more end at `now` of a process that ran for `ranMs`. */
export function afterEnd(before: Ends | undefined, ranMs: number, now: number): Ends {
  const count = before === undefined || ranMs >= FORGIVEN_MS ? 1 : before.count + 1;
  return { count, lastAt: now };
}

/** How long to wait after the `count`th end; the first restart comes at once. */
export function restartDelay({ count }: Ends): number {
  return count <= 1 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - 2));
}

/** "10s", "1m20s", "5m0s": how the kubelet writes a back-off. */
export function spoken(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
