import { FairQueue } from './fair-queue.js';

/** Lets `parallel` pieces of work run at a time and at most `waiting` wait, in fair turns; more are turned away. */
export class Gate {
  #running = 0;
  readonly #waiting: FairQueue<(turn: boolean) => void>;

  constructor(
    readonly parallel: number,
    waiting: number,
  ) {
    this.#waiting = new FairQueue(waiting);
  }

  /** Runs `work` when `party`'s turn comes; `undefined` when too many wait already, or others have waited for less. */
  async run<T>(party: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.parallel) {
      const turn = await new Promise<boolean>((resolve) => this.#waiting.offer(party, resolve)?.(false));
      if (!turn) return undefined;
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.take();
      if (next === undefined) this.#running -= 1;
      else next(true);
    }
  }
}
