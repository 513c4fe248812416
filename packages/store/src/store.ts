import type { Branded } from '@drover/kit';

/**
 * A point in the store's history: a whole number that grows with each write, never repeats and never goes back, also over
 * restarts (architecture promise 2). A new store is at 1, because Kubernetes gives 0 a meaning of its own. Not each number
 * is used: a write that the disk refused takes its revision with it.
 */
export type Revision = Branded<number, 'Revision'>;

/**
 * The revision `value` stands for.
 *
 * @throws RangeError unless it is a whole number that is not negative.
 */
export function toRevision(value: number): Revision {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a revision`);
  return value as Revision;
}

/** The revision of a store that has never been written to. */
export const FIRST_REVISION: Revision = toRevision(1);

/**
 * A key's value as of `revision`, the last write to it; `created` is the revision of the write that made the key. Entries
 * never change: the same write is the same `Entry` object in reads and watches, so that it can key a cache.
 */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: Revision;
  readonly created: Revision;
}

/** Which part of a range to list: after the key `after`, at most `limit` entries, as of revision `at` (default: now). */
export interface PageRequest {
  readonly limit?: number;
  readonly after?: string;
  readonly at?: Revision;
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
 * Whether writes can be taken; `reason` is a sentence for an operator. What is `lasting` ends only when the store is opened again;
 * anything else may be over at the next write.
 */
export type StoreHealth =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly lasting: boolean };

/**
 * The whole promise of the store. Reads are served from memory; a write resolves only after it is durable, and is visible
 * to reads and watchers no earlier than that, in the order in which the writes were called. Keys are ordered by UTF-16 code
 * unit. The store keeps the `Uint8Array`s it is given: nobody may change them afterwards.
 *
 * Every write may also be refused with `StoreUnavailable` (the disk failed, or the store is closing: the outcome of writes
 * then on their way is unknown until the store is opened again), `StoreBusy` (too many are waiting; nothing was done) and
 * `EntryRefused` (the key or the value is not one the store takes).
 */
export interface Store extends AsyncDisposable {
  /** The newest durable revision. */
  readonly revision: Revision;
  /** The oldest revision that `list` and `watch` still know. */
  readonly oldest: Revision;
  readonly health: StoreHealth;
  /** The entry now, or `undefined`. */
  get(key: string): Entry | undefined;
  /**
   * Entries whose keys start with `prefix`, in key order.
   * @throws RevisionCompacted when `at` is older than `oldest`.
   * @throws RevisionFuture when `at` has not happened yet.
   */
  list(prefix: string, page?: PageRequest): Page;
  /** How many keys start with `prefix` now. */
  count(prefix: string): number;
  /** Bytes that the store takes on a disk; 0 for one in memory. */
  size(): Promise<number>;
  /** Rejects with `KeyExists` when the key has an entry. */
  create(key: string, value: Uint8Array): Promise<Entry>;
  /** Rejects with `KeyMissing` when there is no such key, with `RevisionConflict` unless it is still at `expected`. */
  update(key: string, value: Uint8Array, expected: Revision): Promise<Entry>;
  /** Same errors as `update`. Resolves with the revision of the delete. */
  delete(key: string, expected: Revision): Promise<Revision>;
  /**
   * Every change to keys under `prefix` with a revision greater than `after`, once and in order, until `signal` aborts or
   * the store closes. `onChanges` is called synchronously with a batch: history first, before `watch` returns, then live,
   * without a gap. Whoever has returned from it has seen all up to `revision`.
   * The watcher decides what to do when it cannot keep up (it owns its queue): the store never waits for it. One that throws
   * is logged and dropped.
   * @throws RevisionCompacted when `after` is older than `oldest`.
   * @throws RevisionFuture when `after` has not happened yet.
   */
  watch(prefix: string, after: Revision, onChanges: (changes: readonly Change[]) => void, signal: AbortSignal): void;
  /**
   * Forgets history older than `revision`: older reads and watches get `RevisionCompacted`. Current entries stay. Resolves
   * when that is durable; the space is given back in slices after that. Stores also forget by themselves (`Retention`).
   * Rejects with `RevisionFuture` when `revision` has not happened yet.
   */
  compact(revision: Revision): Promise<void>;
}
