import { type Entry, type Revision, toRevision } from '../store.js';
import { DEFAULT_MAX_FILE_BYTES } from './open-sqlite-store.js';
import { WorkerJournal } from './worker-journal.js';

/** Entries in one batch: some megabytes with usual objects. */
const BATCH = 1_000;

/** What a store is made from. */
export interface Restored {
  /** The file that is made; there must be none. */
  readonly file: string;
  /** All entries as of one revision, in any order, each key once. */
  readonly entries: AsyncIterable<Entry>;
  /** Where the new store begins, see `revisionAfterRestore`: no entry may be newer. */
  readonly revision: Revision;
}

/**
 * Makes a store's file that holds `entries`, each at the revision it was at, and no history: watches and lists of whatever was
 * seen before `revision` get `RevisionCompacted`.
 *
 * @throws SqliteError, or Error when two entries have the same revision or one is too new. What was made so far is left.
 */
export async function restoreSqliteStore({ file, entries, revision }: Restored): Promise<void> {
  const { journal } = await WorkerJournal.open({ file, maxFileBytes: DEFAULT_MAX_FILE_BYTES, load: false });
  await using closing = journal;
  const commit = (batch: readonly Entry[]): Promise<void> =>
    closing.commit({ writes: batch.map((entry) => ({ ...entry, entry })), forgotten: [], oldest: revision });
  let batch: Entry[] = [];
  for await (const entry of entries) {
    if (entry.revision > revision)
      throw new Error(`"${entry.key}" is at ${entry.revision}, which is after ${revision}`);
    batch.push(entry);
    if (batch.length < BATCH) continue;
    await commit(batch);
    batch = [];
  }
  await commit(batch);
}

/** As etcd's guide to disaster recovery has it (`--bump-revision`): days of writes at some thousand a second. */
const REVISIONS_SKIPPED = 1_000_000_000;
/** More than any store writes in a millisecond. */
const REVISIONS_PER_MS = 1_000;

/**
 * The revision at which a store begins that is restored at `now` from what it was at `revision`, at `taken` (milliseconds since
 * the Unix epoch): greater than any that was given out meanwhile, so that none is ever given to another write. It counts a
 * million writes a second since then, so that one backup can be restored again and again, and a thousand million at least, for
 * clocks that went back by a quarter of an hour. `known` is the newest revision of the store that is replaced, if it can be read.
 */
export function revisionAfterRestore(
  revision: Revision,
  taken: number,
  now: number,
  known: Revision = revision,
): Revision {
  const elapsed = Math.max(0, Math.round(now - taken));
  return toRevision(Math.max(revision + elapsed * REVISIONS_PER_MS, known) + REVISIONS_SKIPPED);
}
