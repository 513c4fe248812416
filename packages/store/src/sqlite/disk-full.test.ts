import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../errors.js';
import { checkNoStaleWrite, checkRevisionsGrow, checkWatchOrdered, checkWatchReliable } from '../promises.js';
import { Recorder } from '../recorder.js';
import type { Store } from '../store.js';
import { openSqliteStore } from './open-sqlite-store.js';

const MOUNT = '/usr/bin/mount';
const UMOUNT = '/usr/bin/umount';

/** A file system of 16 MiB, of its own; `undefined` when this process may not mount one. */
function smallDisk(): ({ readonly path: string } & Disposable) | undefined {
  const path = mkdtempSync(join(tmpdir(), 'drover-small-disk-'));
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=16m', 'drover-test', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    [Symbol.dispose]() {
      // Lazily: SQLite may hold its files a moment longer than the store.
      execFileSync(UMOUNT, ['--lazy', path]);
      rmSync(path, { recursive: true });
    },
  };
}

const canMount = ((): boolean => {
  using disk = smallDisk();
  return disk !== undefined;
})();

/** Creates until a write is refused; the refusal. */
async function fill(store: Store, recorder: Recorder, prefix: string): Promise<unknown> {
  for (let count = 0; ; count += 1) {
    try {
      await recorder.create(store, `${prefix}/${count}`, new Uint8Array(100_000).fill(count));
    } catch (error) {
      return error;
    }
  }
}

describe('a store whose file system is full', () => {
  it.skipIf(!canMount)(
    `says so, goes on reading, and takes writes again when there is room${canMount ? '' : ' (skipped: needs mount)'}`,
    async () => {
      using disk = smallDisk();
      if (!disk) throw new Error('there was a file system a moment ago');
      const file = join(disk.path, 'store.db');
      const ballast = join(disk.path, 'ballast');
      const recorder = new Recorder();
      {
        await using store = await openSqliteStore({ file, clock: systemClock, log: silentLog });
        recorder.watch(store, '', store.revision);
        writeFileSync(ballast, new Uint8Array(12 * 1024 * 1024));
        const refused = await fill(store, recorder, '/first');
        expect(refused).toBeInstanceOf(StoreUnavailable);
        expect(String(refused)).toMatch('database or disk is full');
        expect(store.health).toMatchObject({ ok: false });
        expect(store.list('').entries).toHaveLength(recorder.writes.length);

        rmSync(ballast);
        await recorder.create(store, '/second', new Uint8Array(100_000));
        expect(store.health).toEqual({ ok: true });
        for (const watched of recorder.watched(store.revision)) {
          checkWatchOrdered(watched);
          checkWatchReliable(watched, recorder.writes);
        }
      }
      await using again = await openSqliteStore({ file, clock: systemClock, log: silentLog });
      expect(again.list('').entries).toHaveLength(recorder.writes.length);
      await recorder.create(again, '/third', new Uint8Array(1));
      checkRevisionsGrow(recorder.writes);
      checkNoStaleWrite(recorder.writes);
    },
  );
});
