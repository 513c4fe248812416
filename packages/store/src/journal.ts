import type { Entry, Revision } from './store.js';

/** A write with its revision; `entry` is `undefined` for a delete. */
export interface Write {
  readonly key: string;
  readonly revision: Revision;
  readonly entry: Entry | undefined;
}

/** What becomes durable together, or not at all. */
export interface Batch {
  readonly writes: readonly Write[];
  /** Revisions of earlier writes that nothing refers to any more. */
  readonly forgotten: readonly Revision[];
  /** The oldest revision that is still to be known after a restart. */
  readonly oldest: Revision;
}

/** Where batches are kept. Batches come one at a time, in the order of their revisions. */
export interface Journal extends AsyncDisposable {
  /** Resolves when everybody who has a write ready by now has had the chance to hand it in. */
  gathered(): Promise<void>;
  /** Resolves when the batch is durable. Rejects with `JournalFull`, or with anything else when the outcome is unknown. */
  commit(batch: Batch): Promise<void>;
  /** Bytes that it takes on a disk. */
  size(): Promise<number>;
}

/** There is no room for the batch. Nothing of it was kept, and a later batch may succeed. */
export class JournalFull extends Error {
  override readonly name = 'JournalFull';
}
