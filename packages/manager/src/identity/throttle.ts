import { type Backoff, type Clock, delayMs } from '@drover/kit';

interface Failures {
  count: number;
  readonly until: number;
}

/** Guesses that cost nothing: people mistype. */
const FREE = 5;
const BACKOFF: Backoff = { baseMs: 1_000, capMs: 60_000 };
/** Forgotten after this long without a failure. */
const FORGET_MS = 15 * 60_000;

/**
 * Slows down guessing: after a few failures a key (an address, or an address with a user name) must wait, longer each time.
 * Holds at most `capacity` keys; when full the one that failed least recently is forgotten.
 */
export class Throttle {
  readonly #failures = new Map<string, Failures>();

  constructor(
    readonly clock: Clock,
    readonly capacity: number,
  ) {}

  /** How long `key` must wait before its next attempt; 0 when it may try now. */
  waitMs(key: string): number {
    const failures = this.#failures.get(key);
    return failures === undefined ? 0 : Math.max(0, failures.until - this.clock.now());
  }

  failed(key: string): void {
    const before = this.#failures.get(key);
    const now = this.clock.now();
    const count = before !== undefined && now - before.until < FORGET_MS ? before.count + 1 : 1;
    const wait = count < FREE ? 0 : delayMs(count - FREE, BACKOFF, () => 1);
    this.#failures.delete(key);
    this.#failures.set(key, { count, until: now + wait });
    if (this.#failures.size > this.capacity) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}
