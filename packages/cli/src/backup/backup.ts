import { constants, createReadStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Closing } from '@drover/kit';
import { openSqliteStore } from '@drover/store';
import type { BackupConfig } from '../config.js';
import { syncDirectory } from '../data-dir.js';
import type { Surroundings } from '../surroundings.js';
import { UsageError } from '../usage-error.js';
import { decodeBackup } from './backup-file.js';
import { requestBackup } from './control-socket.js';
import { serverBackup } from './server-backup.js';

/**
 * `drover server backup`: has the running server write down what it is, or does so itself when none runs. The file is there
 * whole, checked and durable, or not at all.
 *
 * @throws UsageError when there is no server's state, or the file is there already.
 */
export async function runBackup({ dataDir, output }: BackupConfig, surroundings: Surroundings): Promise<void> {
  const directory = join(dataDir, 'server');
  if (!existsSync(join(directory, 'store.db'))) throw new UsageError(`--data-dir: ${dataDir} holds no server’s state`);
  if (existsSync(output)) throw new UsageError(`--output: ${output} is there already`);
  const draft = `${output}.${process.pid}.tmp`;
  try {
    await writeDraft(draft, directory, surroundings);
    const { revision, entries } = await check(draft);
    await rename(draft, output);
    surroundings.print(JSON.stringify({ backup: output, revision, entries }));
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(dirname(output));
}

async function writeDraft(draft: string, directory: string, { clock, log, version }: Surroundings): Promise<void> {
  await using closing = new Closing();
  let bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined = await requestBackup(directory);
  if (bytes === undefined) {
    const store = closing.use(await openSqliteStore({ file: join(directory, 'store.db'), clock, log }));
    bytes = await serverBackup(directory, store, clock, version);
  }
  const file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600).catch(
    (error: unknown) => {
      throw new UsageError(`--output: ${error instanceof Error ? error.message : error}`);
    },
  );
  try {
    for await (const chunk of bytes) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads it to its end. */
async function check(file: string): Promise<{ readonly revision: number; readonly entries: number }> {
  const { head, entries } = await decodeBackup(createReadStream(file));
  let count = 0;
  for await (const _ of entries) count += 1;
  return { revision: head.revision, entries: count };
}
