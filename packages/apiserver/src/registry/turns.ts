/**
 * Steps one after the other, in the order they were given, each of which may take its time. Bounded: a step that finds too many
 * before it ends all of them, as does one that fails.
 */
export class Turns {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #ended = false;

  constructor(
    readonly limit: number,
    readonly onEnd: (error: unknown) => void,
  ) {}

  /** Runs a step in its turn. */
  add(step: () => void | Promise<void>): void {
    if (this.#ended) return;
    this.#waiting += 1;
    if (this.#waiting > this.limit) {
      this.#end(new RangeError('too many steps wait for their turn'));
      return;
    }
    this.#tail = this.#tail.then(() => this.#run(step));
  }

  async #run(step: () => void | Promise<void>): Promise<void> {
    if (this.#ended) return;
    try {
      await step();
      this.#waiting -= 1;
    } catch (error) {
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd(error);
  }
}
