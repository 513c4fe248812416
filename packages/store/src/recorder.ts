import type { AckedWrite, SeenChange, Watched } from './promises.js';
import { seenChange } from './promises.js';
import type { Entry, Revision, Store } from './store.js';

/** Does writes and watches on a store and keeps what was answered and told, for the promise checkers. */
export class Recorder {
  readonly writes: AckedWrite[] = [];
  readonly #watches: { readonly prefix: string; readonly after: number; readonly seen: SeenChange[] }[] = [];
  readonly #signal = new AbortController().signal;
  #events = 0;

  async create(store: Store, key: string, value: Uint8Array): Promise<Entry> {
    const called = this.#events++;
    const entry = await store.create(key, value);
    this.#acknowledge({ type: 'put', key, revision: entry.revision, expected: undefined, called });
    return entry;
  }

  async update(store: Store, key: string, value: Uint8Array, expected: Revision): Promise<Entry> {
    const called = this.#events++;
    const entry = await store.update(key, value, expected);
    this.#acknowledge({ type: 'put', key, revision: entry.revision, expected, called });
    return entry;
  }

  async delete(store: Store, key: string, expected: Revision): Promise<Revision> {
    const called = this.#events++;
    const revision = await store.delete(key, expected);
    this.#acknowledge({ type: 'delete', key, revision, expected, called });
    return revision;
  }

  /** Watches from `after` until the store closes. */
  watch(store: Store, prefix: string, after: Revision): void {
    const seen: SeenChange[] = [];
    store.watch(prefix, after, (changes) => seen.push(...changes.map(seenChange)), this.#signal);
    this.#watches.push({ prefix, after, seen });
  }

  /** What each watcher was told, given that the store is at `until`. */
  watched(until: Revision): Watched[] {
    return this.#watches.map((watch) => ({ ...watch, until }));
  }

  #acknowledge(write: Omit<AckedWrite, 'answered'>): void {
    this.writes.push({ ...write, answered: this.#events++ });
  }
}
