import type { Clock } from '@drover/kit';

/** After work on something, this many times as long goes by before the next on the same. */
const REST = 4;
/** A change is never later than this for it. */
const MAX_REST_MS = 1_000;

/** Keeps work that begins anew with each change from taking all the time there is while changes come one after the other. */
export class Pace {
  readonly #notBefore = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until work on `subject` is due; 0 when it is. */
  restOf(subject: string): number {
    const left = (this.#notBefore.get(subject) ?? 0) - this.clock.now();
    if (left <= 0) this.#notBefore.delete(subject);
    return Math.max(0, left);
  }

  /** Does the work, and notes how long it took. */
  async work<T>(subject: string, work: () => Promise<T>): Promise<T> {
    const began = this.clock.now();
    const result = await work();
    const ended = this.clock.now();
    this.#notBefore.set(subject, ended + Math.min(MAX_REST_MS, (ended - began) * REST));
    return result;
  }
}
