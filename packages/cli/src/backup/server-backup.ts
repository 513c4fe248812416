import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@drover/kit';
import type { Store } from '@drover/store';
import { encodeBackup, KEPT_FILES, type KeptFile } from './backup-file.js';

/**
 * A backup of a server whose directory and open store these are, as bytes. It is what there was at the moment of the call; the
 * store goes on meanwhile, at the cost of keeping what changes in memory until the last byte is taken.
 */
export async function serverBackup(
  directory: string,
  store: Store,
  clock: Clock,
  version: string,
): Promise<Iterable<Uint8Array>> {
  const files = await keptFiles(directory);
  return encodeBackup({ version, taken: clock.now() }, files, store.list(''));
}

async function keptFiles(directory: string): Promise<KeptFile[]> {
  const files: KeptFile[] = [];
  for (const name of KEPT_FILES) {
    try {
      files.push({ name, content: await readFile(join(directory, name)) });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return files;
}
