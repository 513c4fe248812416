import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Inspection } from './inspection.js';
import { faultOf, LogFile, type LogFileOptions } from './log-file.js';
import { type Row, unpack } from './rows.js';

const GIB = 1024 ** 3;
const open = (path: string, options: Partial<LogFileOptions> = {}): LogFile =>
  new LogFile(path, { maxBytes: GIB, ...options });
const row = (revision: number, bytes = 2_000): Row => ({
  key: `/key/${revision}`,
  revision,
  created: revision,
  value: new Uint8Array(bytes).fill(revision % 251),
});
const rows = (from: number, to: number, bytes?: number): Row[] =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index, bytes));

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-log-'));
  file = join(dir, 'store.db');
});
afterEach(() => rmSync(dir, { recursive: true }));

function rowsOf(log: LogFile): Row[] {
  const inspection = new Inspection(log.seal);
  const rows = [...log.pages(10)].flatMap((page) => inspection.rows(page));
  inspection.end();
  return rows;
}

function fault(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return faultOf(error);
  }
}

describe('the log file', () => {
  it('gives back its rows in order, in pages', () => {
    using log = open(file);
    log.commit([...rows(2, 5), { key: '/key/2', revision: 6, created: 0, value: undefined }], [], 1);
    const [first = [], second, ...none] = [...log.pages(3)].map((page) => unpack(page));
    expect(first.map(({ revision }) => revision)).toEqual([2, 3, 4]);
    expect(second).toMatchObject([row(5), { key: '/key/2', revision: 6, value: undefined }]);
    expect(none).toEqual([]);
  });

  it('gives back any bytes and any key as they were', () => {
    using log = open(file);
    const values = [[], [0], [0, 0, 255, 0xed, 0xa0, 0x80], [0xc3], [0x27, 0x22], undefined].map(
      (bytes) => bytes && Uint8Array.from(bytes),
    );
    const keys = ['/é/\u{1f404}', '/"\n\t\\', "/'", '/\u0001', '/\u2028', '/a'];
    const odd = keys.map((key, index) => ({ key, revision: index + 2, created: 2, value: values[index] }));
    log.commit(odd, [], 1);
    expect(rowsOf(log)).toEqual(odd);
  });

  it('keeps a batch whole or not at all', () => {
    using log = open(file);
    log.commit(rows(2, 3), [], 1);
    expect(fault(() => log.commit([row(4), row(3)], [2], 2))).toBe('failed');
    expect(rowsOf(log).map(({ revision }) => revision)).toEqual([2, 3]);
    expect(log.oldest).toBe(1);
  });

  it('is for its owner alone, and so is its write-ahead log', () => {
    using log = open(file);
    log.commit(rows(2, 3), [], 1);
    expect([file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('belongs to one opener at a time', () => {
    using _log = open(file);
    expect(fault(() => open(file))).toBe('locked');
  });

  it('says when it has no room, and has room again when something is removed', () => {
    using log = open(file, { maxBytes: 256 * 1024 });
    expect(fault(() => log.commit(rows(2, 500), [], 1))).toBe('full');
    log.commit(rows(2, 50), [], 1);
    expect(fault(() => log.commit(rows(51, 500), [], 1))).toBe('full');
    log.commit(
      rows(51, 90),
      rows(2, 50).map((row) => row.revision),
      50,
    );
    expect(rowsOf(log)).toHaveLength(40);
  });

  it('does not grow for ever, and shrinks again', () => {
    using log = open(file);
    log.commit(rows(2, 10_001), [], 1);
    for (let revision = 10_002; revision < 40_000; revision += 100) {
      log.commit(
        rows(revision, revision + 99),
        rows(revision - 10_000, revision - 9_901).map((row) => row.revision),
        1,
      );
      log.tidy();
    }
    const steady = statSync(file).size;
    expect(steady).toBeLessThan(2 * 10_000 * 2_100);
    for (let revision = 29_000; revision < 39_902; revision += 100) {
      log.commit(
        [],
        rows(revision, revision + 99).map((row) => row.revision),
        1,
      );
      log.tidy();
    }
    expect(statSync(file).size).toBeLessThan(steady / 1.5);
  });

  it('reads a file of layout 1, and guards what is in it from then on', () => {
    const db = new Database(file);
    db.exec(`
      CREATE TABLE log (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, value BLOB) STRICT;
      CREATE TABLE horizon (oldest INTEGER NOT NULL) STRICT;
      INSERT INTO log VALUES (2, '/a', 2, x'0102'), (3, '/a', 0, NULL);
      INSERT INTO horizon VALUES (2);
      PRAGMA user_version=1;
    `);
    db.close();
    using log = open(file);
    expect(rowsOf(log)).toMatchObject([
      { key: '/a', revision: 2, value: new Uint8Array([1, 2]) },
      { key: '/a', revision: 3, value: undefined },
    ]);
    log.commit([row(4)], [2], 3);
    expect(rowsOf(log).map(({ revision }) => revision)).toEqual([3, 4]);
  });

  it('refuses a file that is not one of ours, and one of a later layout', () => {
    writeFileSync(file, 'this is not a database, but long enough to look at'.repeat(100));
    expect(fault(() => open(file))).toBe('failed');
    const later = join(dir, 'later.db');
    const db = new Database(later);
    db.exec('PRAGMA user_version=7');
    db.close();
    expect(() => open(later)).toThrow('has layout 7');
  });
});
