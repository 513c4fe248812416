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
 * Counts failed guesses and slows them down: after a few a key (an address with a user name, say) must wait, longer each time.
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

  /** How often `key` has failed lately. */
  count(key: string): number {
    const failures = this.#failures.get(key);
    return failures !== undefined && this.clock.now() - failures.until < FORGET_MS ? failures.count : 0;
  }

  failed(key: string): void {
    const count = this.count(key) + 1;
    const wait = count < FREE ? 0 : delayMs(count - FREE, BACKOFF, () => 1);
    this.#failures.delete(key);
    this.#failures.set(key, { count, until: this.clock.now() + wait });
    if (this.#failures.size > this.capacity) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}
