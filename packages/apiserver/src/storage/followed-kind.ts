import type { KubeObject } from '@drover/api';
import type { Change, Entry, Store } from '@drover/store';
import { collectionPrefix } from './key.js';
import { decodeStored } from './rendering.js';

/**
 * What the objects of a kind mean, in memory and in the order of their names. Follows the store in the moment a change becomes
 * visible: whoever was told that an object is stored is served by it.
 */
export class FollowedKind<T> {
  readonly #held = new Map<string, T>();
  #items: readonly T[] = [];

  /** Reads what `store` holds and follows it until `signal` aborts. `read` is given each object, as its own; it may not throw. */
  constructor(
    store: Store,
    resource: { readonly group: string; readonly plural: string },
    readonly read: (object: KubeObject) => T,
    signal: AbortSignal,
  ) {
    const prefix = collectionPrefix(resource);
    const page = store.list(prefix);
    for (const entry of page.entries) this.#put(entry);
    this.#settle();
    store.watch(prefix, page.revision, (changes) => this.#follow(changes), signal);
  }

  /** In the order of names. The same array until something changes. */
  get items(): readonly T[] {
    return this.#items;
  }

  #follow(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type === 'put') this.#put(change.entry);
      else this.#held.delete(change.key);
    }
    this.#settle();
  }

  #put({ key, value, revision }: Entry): void {
    this.#held.set(key, this.read(decodeStored(value, revision)));
  }

  #settle(): void {
    this.#items = [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }
}
