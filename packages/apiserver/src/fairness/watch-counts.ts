/** How many watches are open on each collection, whole or of one namespace, by its prefix among the keys. */
export class WatchCounts {
  readonly #open = new Map<string, number>();

  /** Watches of `prefix` itself. */
  of(prefix: string): number {
    return this.#open.get(prefix) ?? 0;
  }

  /** Counts one more, until `signal` aborts; none for a caller that has left before its watch begins. */
  add(prefix: string, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#open.set(prefix, this.of(prefix) + 1);
    const remove = (): void => {
      const left = this.of(prefix) - 1;
      if (left > 0) this.#open.set(prefix, left);
      else this.#open.delete(prefix);
    };
    signal.addEventListener('abort', remove, { once: true });
  }
}
