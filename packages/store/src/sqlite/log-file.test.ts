import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultOf, LogFile } from './log-file.js';
import type { Row } from './rows.js';

const GIB = 1024 ** 3;
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
    using log = new LogFile(file, GIB);
    log.commit([...rows(2, 5), { key: '/key/2', revision: 6, created: 0, value: undefined }], [], 1);
    expect(log.after(1, 3).map(({ revision }) => revision)).toEqual([2, 3, 4]);
    expect(log.after(4, 3)).toMatchObject([row(5), { key: '/key/2', revision: 6, value: undefined }]);
  });

  it('keeps a batch whole or not at all', () => {
    using log = new LogFile(file, GIB);
    log.commit(rows(2, 3), [], 1);
    expect(fault(() => log.commit([row(4), row(3)], [2], 2))).toBe('failed');
    expect(log.after(0, 10).map(({ revision }) => revision)).toEqual([2, 3]);
    expect(log.oldest).toBe(1);
  });

  it('is for its owner alone, and so is its write-ahead log', () => {
    using log = new LogFile(file, GIB);
    log.commit(rows(2, 3), [], 1);
    expect([file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('belongs to one opener at a time', () => {
    using _log = new LogFile(file, GIB);
    expect(fault(() => new LogFile(file, GIB))).toBe('locked');
  });

  it('says when it has no room, and has room again when something is removed', () => {
    using log = new LogFile(file, 256 * 1024);
    expect(fault(() => log.commit(rows(2, 500), [], 1))).toBe('full');
    log.commit(rows(2, 50), [], 1);
    expect(fault(() => log.commit(rows(51, 500), [], 1))).toBe('full');
    log.commit(
      rows(51, 90),
      rows(2, 50).map((row) => row.revision),
      50,
    );
    expect(log.after(0, 500)).toHaveLength(40);
  });

  it('does not grow for ever, and shrinks again', () => {
    using log = new LogFile(file, GIB);
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

  it('refuses a file that is not one of ours, and one of a later layout', () => {
    writeFileSync(file, 'this is not a database, but long enough to look at'.repeat(100));
    expect(fault(() => new LogFile(file, GIB))).toBe('failed');
    const later = join(dir, 'later.db');
    const db = new Database(later);
    db.exec('PRAGMA user_version=7');
    db.close();
    expect(() => new LogFile(later, GIB)).toThrow('has layout 7');
  });
});

describe('a write-ahead log that was cut off', () => {
  it('leaves the writes before the cut, whole batches of them, wherever the cut is', () => {
    using log = new LogFile(file, GIB);
    const ends = [1];
    for (let batch = 0; batch < 10; batch += 1) {
      const from = (ends.at(-1) as number) + 1;
      log.commit(rows(from, from + batch, 300), [], 1);
      ends.push(from + batch);
    }
    const [main, wal] = [readFileSync(file), readFileSync(`${file}-wal`)];
    let most = 0;
    for (let cut = 0; cut <= wal.length; cut += Math.ceil(wal.length / 40)) {
      const copy = join(dir, `cut-${cut}.db`);
      writeFileSync(copy, main);
      writeFileSync(`${copy}-wal`, wal.subarray(0, cut));
      using left = new LogFile(copy, GIB);
      const found = left.after(0, 1_000);
      const last = found.at(-1)?.revision ?? 1;
      expect(ends).toContain(last);
      expect(found).toEqual(rows(2, last, 300));
      expect(last).toBeGreaterThanOrEqual(most);
      most = last;
    }
    expect(most).toBeGreaterThan(ends[ends.length >> 1] as number);
  });
});
