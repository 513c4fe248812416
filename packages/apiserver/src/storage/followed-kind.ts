import type { KubeObject } from '@drover/api';
import type { Change, Entry, Store } from '@drover/store';
import { collectionPrefix } from './key.js';
import { decodeStored } from './rendering.js';

/** What is made of the objects of a kind. Neither may throw. */
export interface Reading<T> {
  /** What an object means; `previous` is what its last state meant. */
  read(object: KubeObject, previous: T | undefined): T;
  /** Lets go of what is held no more. */
  drop?(item: T): void;
}

/**
 * What the objects of a kind mean, in memory and in the order of their names. Follows the store in the moment a change becomes
 * visible: whoever was told that an object is stored is served by it.
 */
export class FollowedKind<T> {
  readonly #held = new Map<string, T>();
  #items: readonly T[] = [];

  /** Reads what `store` holds and follows it until `signal` aborts. Each object is given as the reader's own. */
  constructor(
    store: Store,
    resource: { readonly group: string; readonly plural: string },
    readonly reading: Reading<T>,
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
      else {
        this.#drop(this.#held.get(change.key), undefined);
        this.#held.delete(change.key);
      }
    }
    this.#settle();
  }

  #put({ key, value, revision }: Entry): void {
    const previous = this.#held.get(key);
    const item = this.reading.read(decodeStored(value, revision), previous);
    this.#drop(previous, item);
    this.#held.set(key, item);
  }

  #drop(item: T | undefined, next: T | undefined): void {
    if (item !== undefined && item !== next) this.reading.drop?.(item);
  }

  #settle(): void {
    this.#items = [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }
}
