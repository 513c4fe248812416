import type { Clock } from '@drover/kit';
import { FairQueue } from './fair-queue.js';

/** Attempts that wait in one lane. */
const WAITING = 32;
/** Lanes there are at most; each took a hundred failed guesses to open. */
const LANES = 1_000;

/** Who waits for a turn, and how each is told whether it comes. */
type Lane = FairQueue<(turn: boolean) => void>;

/**
 * Lets attempts at the same thing pass one by one, `intervalMs` apart, in fair turns among those who try. A flood slows others down
 * by as many intervals as there are parties in it, and keeps nobody out.
 */
export class Turns {
  readonly #lanes = new Map<string, Lane>();

  constructor(
    readonly clock: Clock,
    readonly intervalMs: number,
  ) {}

  /** Resolves with `true` when it is `party`'s turn at `key`; with `false` when too many wait for that. */
  async take(key: string, party: string): Promise<boolean> {
    const lane = this.#lanes.get(key);
    if (lane === undefined) {
      if (this.#lanes.size >= LANES) return false;
      this.#pass(key, new FairQueue(WAITING));
      return true;
    }
    return new Promise((resolve) => lane.offer(party, resolve)?.(false));
  }

  #pass(key: string, lane: Lane): void {
    this.#lanes.set(key, lane);
    this.clock.after(this.intervalMs, () => {
      const turn = lane.take();
      if (turn === undefined) {
        this.#lanes.delete(key);
        return;
      }
      turn(true);
      this.#pass(key, lane);
    });
  }
}
