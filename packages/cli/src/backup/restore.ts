import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Closing } from '@drover/kit';
import {
  openSqliteStore,
  type Revision,
  restoreSqliteStore,
  revisionAfterRestore,
  type Store,
  StoreUnavailable,
} from '@drover/store';
import type { RestoreConfig } from '../config.js';
import { openDataDir, syncDirectory, writeSecretFile } from '../data-dir.js';
import type { Surroundings } from '../surroundings.js';
import { UsageError } from '../usage-error.js';
import { type Backup, decodeBackup } from './backup-file.js';
import { endInterruptedRestore, restoredDirectory } from './interrupted-restore.js';

/**
 * `drover server restore`: makes the server's directory from a backup, whole or not at all. What was there is put aside, under
 * a name that says when, and nothing of it is deleted.
 *
 * @throws UsageError when there is a server's state and `force` is not given.
 * @throws StoreLocked when a server runs on it.
 * @throws BackupDamaged when the file is not what was written.
 */
export async function runRestore({ dataDir, from, force }: RestoreConfig, surroundings: Surroundings): Promise<void> {
  const { clock, print, tell } = surroundings;
  const directory = join(dataDir, 'server');
  if (!existsSync(from)) throw new UsageError(`--from: there is no ${from}`);
  await endInterruptedRestore(dataDir);
  const occupied = existsSync(directory) && (await readdir(directory)).length > 0;
  if (occupied && !force) {
    throw new UsageError(`--data-dir: ${directory} holds a server already; --force puts it aside`);
  }
  const backup = await decodeBackup(createReadStream(from));
  const { head } = backup;
  // Held until the last moment, since what is open cannot be put aside: no server begins on it meanwhile.
  const former = occupied ? await openFormer(join(directory, 'store.db'), surroundings) : undefined;
  await using holding = new Closing();
  if (former !== undefined) holding.use(former);
  const revision = revisionAfterRestore(head.revision, head.taken, clock.now(), former?.revision);
  const draft = await openDataDir(join(await openDataDir(dataDir), `server.${randomUUID()}.tmp`));
  try {
    await fill(draft, backup, revision);
    await holding[Symbol.asyncDispose]();
    // From here on, whoever starts next finds out how far this came.
    await rename(draft, restoredDirectory(dataDir));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  if (occupied) {
    const aside = `${directory}.${new Date(clock.now()).toISOString().replaceAll(':', '-')}`;
    await rename(directory, aside);
    tell(`What was there is in ${aside}`);
  } else await rm(directory, { recursive: true, force: true });
  await endInterruptedRestore(dataDir);
  print(JSON.stringify({ restored: directory, taken: new Date(head.taken).toISOString(), revision }));
}

/** The store that is about to be replaced; `undefined` when it is absent or cannot be read. */
async function openFormer(file: string, { clock, log }: Surroundings): Promise<Store | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return await openSqliteStore({ file, clock, log });
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

async function fill(directory: string, { files, entries }: Backup, revision: Revision): Promise<void> {
  for (const { name, content } of files) {
    const path = join(directory, name);
    await openDataDir(dirname(path));
    await writeSecretFile(path, Buffer.from(content).toString());
    await syncDirectory(dirname(path));
  }
  await restoreSqliteStore({ file: join(directory, 'store.db'), entries, revision });
  await syncDirectory(directory);
}
