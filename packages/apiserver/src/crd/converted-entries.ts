import type { Entry } from '@drover/store';

/**
 * Entries in the form of one version, or on their way there, so that each is converted once for all who look at it. Bounded by
 * the bytes they were made from, in two generations: what is used moves into the young one; when that is full it becomes the
 * old one, and what was in the old one and not used since is dropped.
 */
export class ConvertedEntries {
  #young = new Map<Entry, Promise<Entry>>();
  #old = new Map<Entry, Promise<Entry>>();
  #youngBytes = 0;

  constructor(readonly capacityBytes: number) {}

  get(entry: Entry): Promise<Entry> | undefined {
    const young = this.#young.get(entry);
    if (young !== undefined) return young;
    const old = this.#old.get(entry);
    if (old !== undefined) this.hold(entry, old);
    return old;
  }

  /** Keeps a conversion; one that fails is forgotten, so that it is tried again. */
  hold(entry: Entry, converted: Promise<Entry>): void {
    if (this.#youngBytes + entry.value.length > this.capacityBytes / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(entry, converted);
    this.#youngBytes += entry.value.length;
    converted.catch(() => {
      for (const generation of [this.#young, this.#old]) {
        if (generation.get(entry) === converted) generation.delete(entry);
      }
    });
  }
}
