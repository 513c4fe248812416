import { chmodSync, existsSync, statSync } from 'node:fs';
import Database from 'libsql';
import { makeLogFile, upgradeLayout } from './layout.js';
import { checksum, PAGE_COLUMNS, pageOf, type Row, type StoredRows } from './rows.js';
import { Seal } from './seal.js';

/** Why the file did not do what was asked: another process has it, there is no room, or it is broken. */
export type LogFileFault = 'locked' | 'full' | 'failed';

/** Which of the faults an error of `LogFile` is (SQLite's result codes, https://www.sqlite.org/rescode.html). */
export function faultOf(error: unknown): LogFileFault {
  const code = codeOf(error);
  if (code === 'SQLITE_BUSY') return 'locked';
  return code === 'SQLITE_FULL' ? 'full' : 'failed';
}

const PAGE_BYTES = 8192;
/** SQLite's smallest page: no file is shorter. */
const MIN_BYTES = 512;
/** A process that was killed holds its locks until the kernel has taken it down. */
const LOCK_WAIT_MS = 1_000;
/** SQLite's own default is 1,000 pages of 4 KiB: below this most of the disk's work is checkpoints. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** After a burst the write-ahead log is cut back to this. */
const WAL_KEEP_BYTES = 16 * 1024 * 1024;
/** Pages given back to the file system at a time: a few milliseconds of copying. */
const VACUUM_PAGES = 256;

/** How a log file is opened. */
export interface LogFileOptions {
  /** How long the file may become. */
  readonly maxBytes: number;
  /** The page of a file that is made; default 8 KiB. */
  readonly pageBytes?: number;
  /** Opens SQLite on a file: where a fault test sees each statement. */
  readonly open?: (file: string) => Database.Database;
}

/**
 * The durable log: a SQLite file with one row a write, appended in the order of revisions and removed when no reader can ask
 * for it any more. The current entries are the newest row of each key.
 *
 * One process has the file at a time: SQLite's exclusive locking mode holds a lock that the kernel releases when the process
 * ends, however it ends. (Such locks are lost when any other descriptor of the file is closed in this process, so nothing
 * here opens the file except SQLite: https://www.sqlite.org/howtocorrupt.html, 2.2.)
 * Each call blocks its thread until the disk has answered.
 *
 * A file that was damaged is refused or has lost its newest batches whole, but never gives back a row that was not written:
 * SQLite checks the frames of its write-ahead log, but reads what is beyond the end of a file that was cut off as zeroes, which
 * may be a page with no rows on it. So each row has a checksum, and a seal over all of them changes with each batch; whoever reads
 * the rows checks both with an `Inspection`.
 */
export class LogFile implements Disposable {
  readonly #db: Database.Database;
  readonly #insert: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #page: Database.Statement;
  readonly #setHorizon: Database.Statement;
  #seal: Seal;
  #oldest: number;
  #sinceCheckpoint = 0;

  /**
   * Opens the file, or makes it. Only its owner may read it: it holds Secrets.
   *
   * @throws SqliteError, to be told apart by `faultOf`; Error when the file has another layout, or lost what it had.
   */
  constructor(file: string, { maxBytes, pageBytes = PAGE_BYTES, open = (path) => new Database(path) }: LogFileOptions) {
    if (!existsSync(file)) makeLogFile(file, pageBytes);
    // What we make has pages at once, so this one was cut off: to start anew would be to lose all in silence.
    if (statSync(file).size < MIN_BYTES) throw cutOff();
    const db = open(file);
    this.#db = db;
    try {
      // Before the write-ahead log is made, which takes its mode from this file. By name: see above about descriptors.
      chmodSync(file, 0o600);
      db.exec(`PRAGMA busy_timeout=${LOCK_WAIT_MS}`);
      db.exec('PRAGMA locking_mode=EXCLUSIVE');
      const mode = db.prepare('PRAGMA journal_mode=WAL').raw().get();
      if (!Array.isArray(mode) || mode[0] !== 'wal')
        throw new Error('the file system does not allow a write-ahead log');
      db.exec('PRAGMA synchronous=FULL');
      db.exec('PRAGMA wal_autocheckpoint=0');
      db.exec(`PRAGMA journal_size_limit=${WAL_KEEP_BYTES}`);
      db.exec('BEGIN IMMEDIATE');
      upgradeLayout(db, number(db.prepare('PRAGMA user_version').raw().get()));
      db.exec('COMMIT');
      const page = number(db.prepare('PRAGMA page_size').raw().get());
      db.exec(`PRAGMA max_page_count=${Math.floor(maxBytes / page)}`);
      this.#insert = db.prepare('INSERT INTO log (revision, key, created, value, checksum) VALUES (?, ?, ?, ?, ?)');
      this.#remove = db.prepare('DELETE FROM log WHERE revision = ? RETURNING checksum').raw();
      this.#setHorizon = db.prepare('UPDATE horizon SET oldest = ?, rows = ?, seal = ?');
      this.#page = db
        .prepare(`SELECT ${PAGE_COLUMNS} FROM (SELECT * FROM log WHERE revision > ? ORDER BY revision LIMIT ?)`)
        .raw();
      const [oldest, rows, seal] = numbers(db.prepare('SELECT oldest, rows, seal FROM horizon').raw().get());
      if (oldest === undefined || rows === undefined || seal === undefined) throw cutOff();
      this.#oldest = oldest;
      this.#seal = new Seal(rows, seal);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** The oldest revision whose history is complete. */
  get oldest(): number {
    return this.#oldest;
  }

  /** What tells whether all rows are there. */
  get seal(): Seal {
    return this.#seal.copy();
  }

  /**
   * All rows in order, for an `Inspection` by `seal`: in pages of at most `maxRows`, and fewer when that many have brought more than
   * `bytes` of values. Nothing may be committed meanwhile.
   */
  *pages(maxRows: number, bytes = Number.POSITIVE_INFINITY): Generator<StoredRows, void, undefined> {
    let limit = maxRows;
    for (let last = 0; ; ) {
      const page = this.#after(last, limit);
      const { keys, revisions, slabs } = page;
      if (keys.length > 0) yield page;
      if (keys.length < limit) return;
      last = revisions.at(-1) ?? last;
      const each = slabs.reduce((sum, { byteLength }) => sum + byteLength, 0) / keys.length;
      limit = Math.max(1, Math.min(maxRows, Math.floor(bytes / each)));
    }
  }

  #after(revision: number, limit: number): StoredRows {
    try {
      return pageOf(this.#page.get(revision, limit));
    } catch (error) {
      throw codeOf(error) === 'SQLITE_IOERR_SHORT_READ' ? cutOff(error) : error;
    }
  }

  /** Removes the rows at the revisions `forgotten`, appends `rows` and remembers `oldest`: all of it durable on return, or none. */
  commit(rows: Iterable<Row>, forgotten: readonly number[], oldest: number): void {
    const seal = this.#seal.copy();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      // First what gives room, then what takes it.
      for (const revision of forgotten) {
        const removed = this.#remove.get(revision);
        if (removed !== undefined) seal.remove(number(removed));
      }
      for (const row of rows) {
        const sum = checksum(row);
        this.#insert.run(row.revision, row.key, row.created, row.value ?? null, sum);
        seal.add(sum);
        this.#sinceCheckpoint += PAGE_BYTES + (row.value?.byteLength ?? 0);
      }
      this.#setHorizon.run(oldest, seal.rows, seal.value);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    this.#seal = seal;
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
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function cutOff(cause?: unknown): Error {
  return new Error('the file has lost what was in it; restore a backup', { cause });
}

function numbers(answer: unknown): number[] {
  return Array.isArray(answer) ? answer.filter((cell) => typeof cell === 'number') : [];
}

function number(answer: unknown): number {
  if (Array.isArray(answer) && typeof answer[0] === 'number') return answer[0];
  throw new Error(`SQLite answered ${JSON.stringify(answer)} where one number was expected`);
}
