import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RevisionCompacted } from '../errors.js';
import {
  checkDurable,
  checkNoStaleWrite,
  checkRevisionsGrow,
  checkWatchOrdered,
  checkWatchReliable,
  checkWatchUnique,
} from '../promises.js';
import { Recorder } from '../recorder.js';
import { type Page, type Store, toRevision } from '../store.js';
import { openSqliteStore } from './open-sqlite-store.js';
import { restoreSqliteStore, revisionAfterRestore } from './restore.js';

let dir: string;
let files = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-restore-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const newFile = (): string => {
  files += 1;
  return join(dir, `${files}.db`);
};
const open = (file: string): Promise<Store> => openSqliteStore({ file, clock: systemClock, log: silentLog });

/** Restores what a store was as of a page of all, as if it were `later` milliseconds after that. */
async function restore({ entries, revision }: Page, later: number): Promise<Store> {
  const file = newFile();
  async function* each() {
    yield* entries;
  }
  await restoreSqliteStore({ file, entries: each(), revision: revisionAfterRestore(revision, 0, later) });
  return open(file);
}

/** Four callers create, update and delete. */
async function write(store: Store, recorder: Recorder, round: string): Promise<void> {
  const caller = async (name: number): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) {
      const key = `/${(name + turn) % 5}`;
      const found = store.get(key);
      const value = new TextEncoder().encode(`${round} ${name} ${turn}`);
      if (!found) await recorder.create(store, key, value).catch(() => undefined);
      else if (turn % 4 === 3) await recorder.delete(store, key, found.revision).catch(() => undefined);
      else await recorder.update(store, key, value, found.revision).catch(() => undefined);
    }
  };
  await Promise.all([0, 1, 2, 3].map(caller));
}

const last = (recorder: Recorder) => toRevision(Math.max(...recorder.writes.map(({ revision }) => revision)));

describe('a store that is restored from what it was', () => {
  it('has every entry at the revision it was at', async () => {
    await using store = await open(newFile());
    await write(store, new Recorder(), 'before');
    const backup = store.list('');
    await using restored = await restore(backup, 1);
    expect(restored.list('').entries).toEqual(backup.entries);
  });

  it('keeps its promises over backup, writes, restore and writes: no revision twice, no stale write, watches or 410', async () => {
    const recorder = new Recorder();
    await using original = await open(newFile());
    await write(original, recorder, 'before');
    const backup = original.list('');
    await write(original, recorder, 'lost');
    const lost = last(recorder);

    const kept = recorder.writes.filter(({ revision }) => revision <= backup.revision);
    // The same backup again: what the first restored store gave out is not given out again either.
    for (const later of [5_000, 6_000]) {
      const offset = Math.max(...recorder.writes.map(({ answered }) => answered)) + 1;
      await using restored = await restore(backup, later);
      checkDurable(kept, new Map(restored.list('').entries.map((entry) => [entry.key, entry])), restored.revision);
      for (const seen of [backup.revision, lost, last(recorder)]) {
        expect(() => restored.watch('', seen, () => {}, new AbortController().signal)).toThrow(RevisionCompacted);
      }
      const again = new Recorder();
      again.watch(restored, '', restored.revision);
      await write(restored, again, `after ${later}`);
      for (const watched of again.watched(restored.revision)) {
        checkWatchOrdered(watched);
        checkWatchUnique(watched);
        checkWatchReliable(watched, again.writes);
      }
      checkNoStaleWrite([...kept, ...again.writes]);
      recorder.writes.push(
        ...again.writes.map((one) => ({ ...one, called: one.called + offset, answered: one.answered + offset })),
      );
      checkRevisionsGrow(recorder.writes);
    }
  });

  it('is at its revision again after a restart, although nothing was written', async () => {
    const file = newFile();
    async function* none() {}
    await restoreSqliteStore({ file, entries: none(), revision: toRevision(5_000) });
    await using store = await open(file);
    expect([store.revision, store.oldest]).toEqual([5_000, 5_000]);
  });

  it('is not made from an entry that is newer than it', async () => {
    async function* newer() {
      yield { key: '/a', value: new Uint8Array(), revision: toRevision(9), created: toRevision(9) };
    }
    await expect(restoreSqliteStore({ file: newFile(), entries: newer(), revision: toRevision(8) })).rejects.toThrow(
      '"/a" is at 9, which is after 8',
    );
  });
});

describe('the revision after a restore', () => {
  it('is beyond what was given out meanwhile, also when the clock went back', () => {
    const revision = toRevision(100);
    expect(revisionAfterRestore(revision, 50_000, 50_000)).toBe(1_000_000_100);
    expect(revisionAfterRestore(revision, 50_000, 0)).toBe(1_000_000_100);
    expect(revisionAfterRestore(revision, 50_000, 51_000)).toBe(1_001_000_100);
    expect(revisionAfterRestore(revision, 50_000, 51_000, toRevision(7_000_000))).toBe(1_007_000_000);
  });
});
