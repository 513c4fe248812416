import { StoreLocked, StoreUnavailable } from '../errors.js';
import type { Write } from '../journal.js';
import { JournaledStore, type StoreOptions } from '../journaled-store.js';
import { Keyspace } from '../keyspace.js';
import { type Revision, type Store, toRevision } from '../store.js';
import type { Row } from './rows.js';
import { FileLocked, WorkerJournal } from './worker-journal.js';

/** The size at which etcd's guide draws the line (https://etcd.io/docs/v3.5/dev-guide/limit/). */
export const DEFAULT_MAX_FILE_BYTES = 8 * 1024 * 1024 * 1024;

/** Options of a store in a file. */
export interface SqliteStoreOptions extends StoreOptions {
  /** The database file; made when absent. Its directory must exist, and holds `-wal` beside it. */
  readonly file: string;
  /** How long the file may become; writes beyond are refused with `StoreUnavailable` until something was deleted. Default 8 GiB. */
  readonly maxFileBytes?: number;
}

/**
 * Opens a store that is kept in a SQLite file and read from memory. It holds all current entries in memory.
 *
 * @throws StoreLocked when a live process (or another store in this one) has the file.
 * @throws StoreUnavailable when the file cannot be read or is not a store.
 */
export function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  return openThrough(undefined, options);
}

/** The same with another program in the thread that writes: for fault tests. */
export async function openThrough(program: URL | undefined, options: SqliteStoreOptions): Promise<Store> {
  const { file, clock, maxFileBytes = DEFAULT_MAX_FILE_BYTES } = options;
  try {
    const { journal, oldest, rows } = await WorkerJournal.open({ file, maxFileBytes, load: true }, program);
    try {
      const forgotten: Revision[] = [];
      const keyspace = await Keyspace.load(replay(rows), toRevision(oldest), clock.now(), (revision) => {
        forgotten.push(revision);
      });
      return new JournaledStore(keyspace, journal, options, forgotten);
    } catch (error) {
      await journal[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    if (error instanceof FileLocked) throw new StoreLocked(file);
    throw new StoreUnavailable(`${file} cannot be opened: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function* replay(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Write[], void, undefined> {
  for await (const rows of pages) yield rows.map(writeOf);
}

function writeOf({ key, revision: at, created, value }: Row): Write {
  const revision = toRevision(at);
  return { key, revision, entry: value && { key, value, revision, created: toRevision(created) } };
}
