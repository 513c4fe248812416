/** How many watches are open on each collection, whole or of one namespace, by its prefix among the keys. */
export class WatchCounts {
  readonly #open = new Map<string, number>();

  /** Watches of `prefix` itself. */
  of(prefix: string): number {
    return this.#open.get(prefix) ?? 0;
  }

  /** Counts one more, until the result is disposed. */
  add(prefix: string): Disposable {
    this.#open.set(prefix, this.of(prefix) + 1);
    return {
      [Symbol.dispose]: () => {
        const left = this.of(prefix) - 1;
        if (left > 0) this.#open.set(prefix, left);
        else this.#open.delete(prefix);
      },
    };
  }
}
