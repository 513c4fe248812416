import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@drover/kit';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeConformance } from '../conformance.js';
import { StoreLocked, StoreUnavailable } from '../errors.js';
import {
  checkNoStaleWrite,
  checkRevisionsGrow,
  checkWatchOrdered,
  checkWatchReliable,
  checkWatchUnique,
} from '../promises.js';
import { Recorder } from '../recorder.js';
import type { Change, Store } from '../store.js';
import { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.js';

let dir: string;
let files = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-store-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function newFile(): string {
  files += 1;
  return join(dir, `store-${files}.db`);
}

const open = (file: string, options: Partial<SqliteStoreOptions> = {}): Promise<Store> =>
  openSqliteStore({ file, clock: systemClock, log: silentLog, ...options });

storeConformance('the SQLite store', () => open(newFile()), 20);

describe('the SQLite store over restarts', () => {
  it('has its keys, its revision and its history again', async () => {
    const file = newFile();
    const before = await open(file);
    const { revision } = await before.create('/a', new Uint8Array([1]));
    const updated = await before.update('/a', new Uint8Array([2]), revision);
    await before.delete('/a', updated.revision);
    await before.create('/b', new Uint8Array([3]));
    const answers = (store: Store): unknown[] => {
      const seen: Change[] = [];
      store.watch('/', revision, (changes) => seen.push(...changes), new AbortController().signal);
      return [store.revision, store.oldest, store.list(''), store.list('', { at: revision }), seen];
    };
    const expected = answers(before);
    await before[Symbol.asyncDispose]();
    await using after = await open(file);
    expect(answers(after)).toEqual(expected);
  });

  it('does not give a revision again when the newest write was a delete that is forgotten', async () => {
    const file = newFile();
    const before = await open(file);
    const { revision } = await before.create('/a', new Uint8Array([1]));
    const last = await before.delete('/a', revision);
    await before.compact(last);
    await before[Symbol.asyncDispose]();
    await using after = await open(file);
    expect([after.revision, after.oldest, after.count('')]).toEqual([last, last, 0]);
    expect((await after.create('/b', new Uint8Array())).revision).toBeGreaterThan(last);
  });

  it('does not remember what it was told to forget', async () => {
    const file = newFile();
    const before = await open(file);
    for (let turn = 0; turn < 50; turn += 1) {
      const found = before.get('/a');
      if (found) await before.update('/a', new Uint8Array([turn]), found.revision);
      else await before.create('/a', new Uint8Array([turn]));
    }
    await before.compact(before.revision);
    await before[Symbol.asyncDispose]();
    await using after = await open(file);
    expect([after.oldest, after.revision]).toEqual([51, 51]);
    expect(after.get('/a')?.value).toEqual(new Uint8Array([49]));
  });
});

describe('the SQLite store under many callers', () => {
  it('keeps its promises: ordered, unique and reliable watches, growing revisions, no stale write', async () => {
    await using store = await open(newFile());
    const recorder = new Recorder();
    recorder.watch(store, '', store.revision);
    await Promise.all(
      Array.from({ length: 32 }, async (_, caller) => {
        for (let turn = 0; turn < 30; turn += 1) {
          const key = `/${(caller + turn) % 7}`;
          const found = store.get(key);
          const value = new Uint8Array([caller, turn]);
          if (!found) await recorder.create(store, key, value).catch(() => undefined);
          else if (turn % 5 === 0) await recorder.delete(store, key, found.revision).catch(() => undefined);
          else await recorder.update(store, key, value, found.revision).catch(() => undefined);
          if (turn % 10 === caller % 10) recorder.watch(store, `/${caller % 7}`, store.revision);
        }
      }),
    );
    expect(recorder.writes.length).toBeGreaterThan(30);
    checkRevisionsGrow(recorder.writes);
    checkNoStaleWrite(recorder.writes);
    for (const watched of recorder.watched(store.revision)) {
      checkWatchOrdered(watched);
      checkWatchUnique(watched);
      checkWatchReliable(watched, recorder.writes);
    }
  });
});

describe('the SQLite store without its disk', () => {
  it('is refused, by name, to a second opener in the same process', async () => {
    const file = newFile();
    await using _first = await open(file);
    await expect(open(file)).rejects.toThrow(StoreLocked);
  });

  it('says what is wrong with a file that is not a store, or not there to be made', async () => {
    const file = newFile();
    writeFileSync(file, 'not a database '.repeat(500));
    await expect(open(file)).rejects.toThrow(StoreUnavailable);
    await expect(open(join(dir, 'absent', 'store.db'))).rejects.toThrow(StoreUnavailable);
  });

  it('is refused when a row is damaged or missing, wherever it is, and its file is free for whoever mends it', async () => {
    const file = newFile();
    {
      await using store = await open(file);
      // Many times what the thread sends at once: it reads on when the first of it is refused.
      await Promise.all(Array.from({ length: 5_000 }, (_, index) => store.create(`/${index}`, new Uint8Array(1_000))));
    }
    const change = (sql: string): void => {
      const db = new Database(file);
      db.exec(sql);
      db.close();
    };
    for (const revision of [2, 2_500, 5_001]) {
      change(`UPDATE log SET value = zeroblob(999) WHERE revision = ${revision}`);
      await expect(open(file)).rejects.toThrow(
        new StoreUnavailable(
          `${file} cannot be opened: the write at revision ${revision} is damaged; restore a backup`,
        ),
      );
      change(`UPDATE log SET value = zeroblob(1000) WHERE revision = ${revision}`);
    }
    {
      await using mended = await open(file);
      expect(mended.count('')).toBe(5_000);
    }
    change('DELETE FROM log WHERE revision = 5001');
    await expect(open(file)).rejects.toThrow('5000 rows were written, and 4999 are there; restore a backup');
  });

  it('refuses writes when its file is full, keeps what it has, and recovers when something is deleted', async () => {
    const file = newFile();
    const retention = { minChanges: 0, maxChanges: 0, maxBytes: 0, maxAgeMs: 0 };
    await using store = await open(file, { maxFileBytes: 1024 * 1024, retention });
    let refused: unknown;
    let count = 0;
    for (; refused === undefined; count += 1) {
      refused = await store.create(`/${count}`, new Uint8Array(50_000)).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(store.health.ok).toBe(false);
    expect(store.count('')).toBe(count - 1);
    for (const { key, revision } of store.list('').entries.slice(0, 10)) await store.delete(key, revision);
    expect(store.health).toEqual({ ok: true });
    await store.create('/again', new Uint8Array(50_000));
  });
});
