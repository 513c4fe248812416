/** Lets `parallel` pieces of work run at a time and at most `waiting` wait; more are turned away. */
export class Gate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    readonly parallel: number,
    readonly waiting: number,
  ) {}

  /** Runs `work` when its turn comes; `undefined`, at once, when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.parallel) {
      if (this.#waiting.length >= this.waiting) return undefined;
      await new Promise<void>((turn) => this.#waiting.push(turn));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
