/**
 * Lets one writer at a time at a key, in the order they came, so that writers of one object wait for each other instead of
 * failing and starting over. Writers of different keys never wait.
 */
export class KeyLock {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs `work` when all earlier work on `key` has ended, however it ended. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    this.#tails.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    }
  }

  /** Keys with work that has not ended. */
  get size(): number {
    return this.#tails.size;
  }
}
