import type { Branded } from '@drover/kit';

/**
 * A point in the store's history: a whole number that grows by one with each write, never repeats and never goes back,
 * also over restarts (architecture promise 2).
 */
export type Revision = Branded<number, 'Revision'>;

/** A key's value as of `revision`, the last write to it; `created` is the revision of the write that made the key. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: Revision;
  readonly created: Revision;
}

/** Part of a range, as of one `revision`. `after` of the next page is the last key; `more` counts what remains. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
  readonly more: number;
}

/** One write, seen by a watcher. A delete has a revision of its own and carries what was deleted. */
export type Change =
  | { readonly type: 'put'; readonly entry: Entry; readonly previous: Entry | undefined }
  | { readonly type: 'delete'; readonly key: string; readonly revision: Revision; readonly previous: Entry };

/**
 * The whole promise of the store. Reads are served from memory; a write resolves only after it is durable, and is visible
 * to reads and watchers no earlier than that. Keys are ordered by UTF-16 code unit.
 */
export interface Store extends AsyncDisposable {
  /** The newest durable revision. */
  readonly revision: Revision;
  /** The entry now, or `undefined`. */
  get(key: string): Entry | undefined;
  /**
   * Entries whose keys start with `prefix`, in key order, at `at` (default: now), after the key `after`, at most `limit`.
   * @throws RevisionCompacted when `at` is older than what is kept.
   * @throws RevisionFuture when `at` has not happened yet.
   */
  list(prefix: string, page?: { readonly limit?: number; readonly after?: string; readonly at?: Revision }): Page;
  /** How many keys start with `prefix` now. */
  count(prefix: string): number;
  /** @throws KeyExists when the key has an entry. */
  create(key: string, value: Uint8Array): Promise<Entry>;
  /**
   * @throws KeyMissing when there is no such key.
   * @throws RevisionConflict unless the entry is still at `expected`.
   */
  update(key: string, value: Uint8Array, expected: Revision): Promise<Entry>;
  /** Same errors as `update`. Resolves with the revision of the delete. */
  delete(key: string, expected: Revision): Promise<Revision>;
  /**
   * Every change to keys under `prefix` with a revision greater than `after`, once and in order, until `signal` aborts.
   * `onChanges` is called synchronously with a batch; history first, then live, without a gap.
   * The watcher decides what to do when it cannot keep up (it owns its queue): the store never waits for it.
   * @throws RevisionCompacted when changes after `after` are no longer kept.
   */
  watch(prefix: string, after: Revision, onChanges: (changes: readonly Change[]) => void, signal: AbortSignal): void;
  /** Forgets history older than `revision`: older reads and watches get `RevisionCompacted`. Current entries stay. */
  compact(revision: Revision): Promise<void>;
}
