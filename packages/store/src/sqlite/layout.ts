import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, linkSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { checksum, rowOf } from './rows.js';
import { Seal } from './seal.js';

/** The layout that this program writes; it also reads those before, and refuses those after. */
export const LAYOUT = 2;

/**
 * Makes an empty log, whole or not at all: an empty file is one that lost its content, never one that was being made. Of two
 * processes that make it at once, one does. Only its owner may read it.
 */
export function makeLogFile(file: string, pageBytes: number): void {
  const draft = `${file}.${randomUUID()}`;
  const db = new Database(draft);
  try {
    chmodSync(draft, 0o600);
    db.exec(`PRAGMA page_size=${pageBytes}`);
    db.exec('PRAGMA auto_vacuum=INCREMENTAL');
    db.exec(`
      BEGIN;
      CREATE TABLE log (
        revision INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, value BLOB, checksum INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE horizon (oldest INTEGER NOT NULL, rows INTEGER NOT NULL, seal INTEGER NOT NULL) STRICT;
      INSERT INTO horizon VALUES (1, 0, 0);
      PRAGMA user_version=${LAYOUT};
      COMMIT;
    `);
  } finally {
    db.close();
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  syncDirectory(dirname(file));
}

/**
 * Brings a file of layout `found` to `LAYOUT`, within the transaction that is open.
 *
 * @throws Error when the file has another layout.
 */
export function upgradeLayout(db: Database.Database, found: number): void {
  if (found === LAYOUT) return;
  // Ours always have one; SQLite takes a file that was cut off within its first bytes for one with nothing in it.
  if (found === 0) throw new Error('the file is not a store, or has lost what was in it; restore a backup');
  if (found !== 1) throw new Error(`the file has layout ${found}; this program reads layouts 1 to ${LAYOUT}`);
  db.exec('ALTER TABLE log ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0');
  db.exec('ALTER TABLE horizon ADD COLUMN rows INTEGER NOT NULL DEFAULT 0');
  db.exec('ALTER TABLE horizon ADD COLUMN seal INTEGER NOT NULL DEFAULT 0');
  const next = db.prepare('SELECT revision, key, created, value FROM log WHERE revision > ? ORDER BY revision').raw();
  const mark = db.prepare('UPDATE log SET checksum = ? WHERE revision = ?');
  const seal = new Seal();
  for (let cells = next.get(0); cells !== undefined; ) {
    const row = rowOf(cells);
    mark.run(checksum(row), row.revision);
    seal.add(checksum(row));
    cells = next.get(row.revision);
  }
  db.prepare('UPDATE horizon SET rows = ?, seal = ?').run(seal.rows, seal.value);
  db.exec(`PRAGMA user_version=${LAYOUT}`);
}

/** A name in a directory is durable when the directory is. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
