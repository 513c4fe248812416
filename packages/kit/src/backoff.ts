/** How long to wait between attempts: doubling from `baseMs` up to `capMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * The delay before attempt number `attempt` (0 is the first retry): half of the doubled delay fixed, half jitter, so that
 * many clients that failed together do not come back together.
 */
export function delayMs(attempt: number, { baseMs, capMs }: Backoff, random: () => number): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 40));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
