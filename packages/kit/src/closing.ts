/**
 * What has been opened so far, to be closed in reverse: ECMAScript's `AsyncDisposableStack`, which Node 20 lacks. A function
 * that opens several things holds one with `await using` and gives it away with `move` when all went well.
 */
export class Closing implements AsyncDisposable {
  #steps: (() => PromiseLike<void> | void)[] = [];

  /** Closes `resource` when its turn comes; answers it. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.#steps.push(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Runs `step` when its turn comes. */
  defer(step: () => PromiseLike<void> | void): void {
    this.#steps.push(step);
  }

  /** Hands everything to a new owner; this one then has nothing to close. */
  move(): Closing {
    const heir = new Closing();
    heir.#steps = this.#steps;
    this.#steps = [];
    return heir;
  }

  /** Closes everything, last opened first, also when a step fails; then throws the first failure. */
  async [Symbol.asyncDispose](): Promise<void> {
    const steps = this.#steps.reverse();
    this.#steps = [];
    const failures: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
