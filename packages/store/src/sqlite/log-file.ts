import { chmodSync } from 'node:fs';
import Database from 'libsql';
import type { Row } from './rows.js';

/** Why the file did not do what was asked: another process has it, there is no room, or it is broken. */
export type LogFileFault = 'locked' | 'full' | 'failed';

/** Which of the faults an error of `LogFile` is (SQLite's result codes, https://www.sqlite.org/rescode.html). */
export function faultOf(error: unknown): LogFileFault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'SQLITE_BUSY') return 'locked';
  return code === 'SQLITE_FULL' ? 'full' : 'failed';
}

/** The layout below; a file of another one is refused. */
const LAYOUT = 1;
const PAGE_BYTES = 8192;
/** A process that was killed holds its locks until the kernel has taken it down. */
const LOCK_WAIT_MS = 1_000;
/** SQLite's own default is 1,000 pages of 4 KiB: below this most of the disk's work is checkpoints. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** After a burst the write-ahead log is cut back to this. */
const WAL_KEEP_BYTES = 16 * 1024 * 1024;
/** Pages given back to the file system at a time: a few milliseconds of copying. */
const VACUUM_PAGES = 256;

/**
 * The durable log: a SQLite file with one row a write, appended in the order of revisions and removed when no reader can ask
 * for it any more. The current entries are the newest row of each key.
 *
 * One process has the file at a time: SQLite's exclusive locking mode holds a lock that the kernel releases when the process
 * ends, however it ends. (Such locks are lost when any other descriptor of the file is closed in this process, so nothing
 * here opens the file except SQLite: https://www.sqlite.org/howtocorrupt.html, 2.2.)
 * Each call blocks its thread until the disk has answered.
 */
export class LogFile implements Disposable {
  readonly #db: Database.Database;
  readonly #insert: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #page: Database.Statement;
  #oldest: number;
  #sinceCheckpoint = 0;

  /**
   * Opens the file, or makes it; `maxBytes` is how long it may become. Only its owner may read it: it holds Secrets.
   *
   * @throws SqliteError, to be told apart by `faultOf`; Error when the file has another layout.
   */
  constructor(file: string, maxBytes: number) {
    const db = new Database(file);
    this.#db = db;
    try {
      // Before the write-ahead log is made, which takes its mode from this file. By name: see above about descriptors.
      chmodSync(file, 0o600);
      db.exec(`PRAGMA busy_timeout=${LOCK_WAIT_MS}`);
      db.exec('PRAGMA locking_mode=EXCLUSIVE');
      db.exec(`PRAGMA page_size=${PAGE_BYTES}`);
      db.exec('PRAGMA auto_vacuum=INCREMENTAL');
      const mode = db.prepare('PRAGMA journal_mode=WAL').raw().get();
      if (!Array.isArray(mode) || mode[0] !== 'wal')
        throw new Error('the file system does not allow a write-ahead log');
      db.exec('PRAGMA synchronous=FULL');
      db.exec('PRAGMA wal_autocheckpoint=0');
      db.exec(`PRAGMA journal_size_limit=${WAL_KEEP_BYTES}`);
      db.exec(`PRAGMA max_page_count=${Math.floor(maxBytes / PAGE_BYTES)}`);
      db.exec('BEGIN IMMEDIATE');
      this.#layOut();
      db.exec('COMMIT');
      this.#insert = db.prepare('INSERT INTO log (revision, key, created, value) VALUES (?, ?, ?, ?)');
      this.#remove = db.prepare('DELETE FROM log WHERE revision = ?');
      this.#page = db
        .prepare('SELECT revision, key, created, value FROM log WHERE revision > ? ORDER BY revision LIMIT ?')
        .raw();
      this.#oldest = number(db.prepare('SELECT oldest FROM horizon').raw().get());
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** The oldest revision whose history is complete. */
  get oldest(): number {
    return this.#oldest;
  }

  /** The next rows after `revision`, in order, at most `limit`. */
  after(revision: number, limit: number): Row[] {
    return this.#page.all(revision, limit).map(row);
  }

  /** Removes the rows at the revisions `forgotten`, appends `rows` and remembers `oldest`: all of it durable on return, or none. */
  commit(rows: Iterable<Row>, forgotten: readonly number[], oldest: number): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      // First what gives room, then what takes it.
      for (const revision of forgotten) this.#remove.run(revision);
      for (const { revision, key, created, value } of rows) {
        this.#insert.run(revision, key, created, value ?? null);
        this.#sinceCheckpoint += PAGE_BYTES + (value?.byteLength ?? 0);
      }
      if (oldest !== this.#oldest) this.#db.prepare('UPDATE horizon SET oldest = ?').run(oldest);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    this.#oldest = oldest;
    this.#sinceCheckpoint += forgotten.length * (PAGE_BYTES / 4);
  }

  /** What has to be done now and then, when nobody waits: takes the write-ahead log into the file, gives room back. */
  tidy(): void {
    if (this.#sinceCheckpoint < CHECKPOINT_BYTES) return;
    this.#sinceCheckpoint = 0;
    const pages = number(this.#db.prepare('PRAGMA page_count').raw().get());
    const free = number(this.#db.prepare('PRAGMA freelist_count').raw().get());
    if (free > VACUUM_PAGES && free * 4 > pages) this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Takes all into the file and closes it. The lock goes with the thread: libsql keeps statements until they are collected. */
  [Symbol.dispose](): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // What is in the write-ahead log is durable, and is taken over when the file is opened again.
    }
    this.#db.close();
  }

  #layOut(): void {
    const layout = number(this.#db.prepare('PRAGMA user_version').raw().get());
    if (layout === LAYOUT) return;
    if (layout !== 0) throw new Error(`the file has layout ${layout}; this program reads layout ${LAYOUT}`);
    this.#db.exec(`
      CREATE TABLE log (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, value BLOB) STRICT;
      CREATE TABLE horizon (oldest INTEGER NOT NULL) STRICT;
      INSERT INTO horizon VALUES (1);
      PRAGMA user_version=${LAYOUT};
    `);
  }
}

function number(answer: unknown): number {
  if (Array.isArray(answer) && typeof answer[0] === 'number') return answer[0];
  throw new Error(`SQLite answered ${JSON.stringify(answer)} where one number was expected`);
}

function row(cells: unknown): Row {
  const [revision, key, created, value] = Array.isArray(cells) ? cells : [];
  if (typeof revision !== 'number' || typeof key !== 'string' || typeof created !== 'number') {
    throw new Error('the log holds a row that is not one of ours');
  }
  const bytes =
    value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
  return { revision, key, created, value: bytes };
}
