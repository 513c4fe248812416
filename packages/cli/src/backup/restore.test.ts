import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@drover/kit';
import { openSqliteStore, type Store, StoreLocked } from '@drover/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeBackup } from './backup-file.js';
import { runRestore } from './restore.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drover-restore-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const surroundings = {
  clock: systemClock,
  random: (length: number) => new Uint8Array(length),
  log: silentLog,
  print: () => {},
  tell: () => {},
  signal: new AbortController().signal,
  self: [],
  version: '1.0.0',
};

it('lets no server begin meanwhile on the state that a restore puts aside', async () => {
  const dataDir = join(directory, 'data');
  mkdirSync(join(dataDir, 'server'), { recursive: true });
  const open = (): Promise<Store> =>
    openSqliteStore({ file: join(dataDir, 'server', 'store.db'), clock: systemClock, log: silentLog });
  const former = await open();
  await former.create('/registry/a', Buffer.from('{}'));
  const backup = Buffer.concat([...encodeBackup({ version: '1.0.0', taken: 0 }, [], former.list(''))]);
  await former[Symbol.asyncDispose]();

  const from = join(directory, 'backup');
  execFileSync('mkfifo', [from]);
  const watcher = watch(dataDir);
  const begun = once(watcher, 'change').finally(() => watcher.close());
  const config = { dataDir, from, force: true, logLevel: 'error', audit: undefined } as const;
  const restored = runRestore(config, surroundings);
  const sending = createWriteStream(from);
  sending.write(backup.subarray(0, -1));
  await begun;
  await expect(open()).rejects.toThrow(StoreLocked);
  sending.end(backup.subarray(-1));
  await restored;
  await using after = await open();
  expect(after.get('/registry/a')).toBeDefined();
});
