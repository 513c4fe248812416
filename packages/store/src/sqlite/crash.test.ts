import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreLocked } from '../errors.js';
import { type AckedWrite, checkDurable, checkRevisionsGrow } from '../promises.js';
import type { Store } from '../store.js';
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

/** What writers were heard to do. */
class Heard {
  readonly writes: AckedWrite[] = [];
  /** Keys whose delete was asked for and not acknowledged. */
  readonly deleting = new Set<string>();

  /** Takes a line of a writer; answers whether it acknowledges a write. */
  take(line: string): boolean {
    const seen = JSON.parse(line) as
      | { opened: number }
      | { deleting: string }
      | Pick<AckedWrite, 'type' | 'key' | 'revision'>;
    if ('opened' in seen) return false;
    if ('deleting' in seen) {
      this.deleting.add(seen.deleting);
      return false;
    }
    if (seen.type === 'delete') this.deleting.delete(seen.key);
    this.writes.push({ ...seen, expected: undefined, called: this.writes.length, answered: Number.POSITIVE_INFINITY });
    return true;
  }

  /** The store has kept it all. */
  check(store: Store): void {
    const there = new Map(store.list('').entries.map((entry) => [entry.key, entry]));
    checkDurable(this.writes, there, store.revision, this.deleting);
  }
}

/** Runs a writer to its end and hears what it acknowledges; calls `onWrite` after each. */
async function run(command: string[], heard: Heard, onWrite?: (child: ChildProcess) => unknown): Promise<void> {
  const [executable = '', ...args] = command;
  const child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    // The end may cut the last line; what was not printed in full was not seen to be acknowledged.
    if (!line.endsWith('}')) break;
    if (heard.take(line)) await onWrite?.(child);
  }
  await ended;
}

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
      writes.push({
        type: 'put',
        key: `/after/${round}`,
        revision,
        expected: undefined,
        called: writes.length,
        answered: Number.POSITIVE_INFINITY,
      });
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
