import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreLocked } from '../errors.js';
import { checkRevisionsGrow } from '../promises.js';
import { Heard, run } from './heard.js';
import { openSqliteStore } from './open-sqlite-store.js';

const program = fileURLToPath(new URL('./writer-process.js', import.meta.url));
const ROUNDS = 5;

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-crash-'));
  file = join(dir, 'store.db');
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = () => openSqliteStore({ file, clock: systemClock, log: silentLog });

/** Runs the writer until it has acknowledged `count` writes more, calls `meanwhile`, and kills it. */
async function killAfter(count: number, round: number, heard: Heard, meanwhile?: () => Promise<void>): Promise<void> {
  let left = count;
  await run([process.execPath, program, file, String(round)], heard, async (child) => {
    left -= 1;
    if (left !== 0) return;
    await meanwhile?.();
    child.kill('SIGKILL');
  });
}

/** Runs programs with a limit on the length of files (util-linux). */
const prlimit = '/usr/bin/prlimit';
const canLimit = existsSync(prlimit);

describe('a process whose disk fails while it writes', () => {
  it.skipIf(!canLimit)(
    `has kept each write it acknowledged${canLimit ? '' : ' (skipped: needs prlimit)'}`,
    async () => {
      const heard = new Heard();
      await run([prlimit, '--fsize=2000000', process.execPath, program, file, '0'], heard);
      expect(heard.writes.length).toBeGreaterThan(50);
      await using store = await open();
      heard.check(store);
      await store.create('/after', new Uint8Array(1));
    },
  );
});

describe('a process that is killed (SIGKILL) while it writes', () => {
  it('has kept each write it acknowledged, and its successor goes on with greater revisions', async () => {
    const heard = new Heard();
    const { writes } = heard;
    for (let round = 0; round < ROUNDS; round += 1) {
      await killAfter(150 + round * 70, round, heard);
      await using store = await open();
      heard.check(store);
      const { revision } = await store.create(`/after/${round}`, new Uint8Array(1));
      expect(revision).toBeGreaterThan(Math.max(...writes.map((write) => write.revision)));
      heard.add({ type: 'put', key: `/after/${round}`, revision });
    }
    checkRevisionsGrow(writes);
  });

  it('holds the store while it lives, and no longer', async () => {
    await killAfter(20, 0, new Heard(), async () => {
      await expect(open()).rejects.toThrow(StoreLocked);
    });
    await using store = await open();
    expect(store.count('')).toBeGreaterThan(0);
  });

  it('leaves files that can be copied while nobody has them', async () => {
    const heard = new Heard();
    await killAfter(50, 0, heard);
    const copy = join(dir, 'copy.db');
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    await using store = await openSqliteStore({ file: copy, clock: systemClock, log: silentLog });
    heard.check(store);
  });
});

describe('a process that is killed at a step of its writes', () => {
  const program = fileURLToPath(new URL('./steps-process.js', import.meta.url));

  /** Runs the steps in a file of their own until `killed`, then looks at what is left and writes on. */
  async function survives(killed: string): Promise<void> {
    const own = join(dir, `${killed}.db`);
    const heard = new Heard();
    await run([process.execPath, program, own, killed], heard);
    await using store = await openSqliteStore({ file: own, clock: systemClock, log: silentLog });
    heard.check(store);
    const { revision } = await store.create('/after', new Uint8Array(1));
    heard.add({ type: 'put', key: '/after', revision });
    checkRevisionsGrow(heard.writes);
    rmSync(own);
  }

  it('has kept each write it acknowledged, whichever step it was', async () => {
    const whole = new Heard();
    await run([process.execPath, program, file], whole);
    expect(whole.writes.at(-1)?.key).toBe('/last');
    const { statements } = whole;
    const last = (part: string): number => statements.findLastIndex((statement) => statement.includes(part)) + 1;
    // The other moments are those before the next statement.
    const answered = ['COMMIT', 'wal_checkpoint(PASSIVE)', 'incremental_vacuum'].map((part) => `after=${last(part)}`);
    const kinds = [...new Set(statements)].filter(
      (statement) => !/^PRAGMA (busy|locking|sync|page_size)/.test(statement),
    );
    await inTwo([...kinds.map((statement) => `before=${last(statement)}`), ...answered], survives);
    for (const step of ['INSERT', 'DELETE', 'UPDATE horizon', 'COMMIT', 'incremental_vacuum', 'checkpoint(TRUNCATE)']) {
      expect(last(step), step).toBeGreaterThan(0);
    }
  }, 60_000);
});

/** Does `act` for each of `items`, two at a time. */
async function inTwo<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async (): Promise<void> => {
    for (const item of rest) await act(item);
  };
  await Promise.all([lane(), lane()]);
}
