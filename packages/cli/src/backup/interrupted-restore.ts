import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../data-dir.js';

/** Where a restore puts what it made, once that is whole: nothing else has this name. */
export const restoredDirectory = (dataDir: string): string => join(dataDir, 'server.restored');

/**
 * Brings a restore to its end that was killed: where the former state has been put aside already, the restored one takes its place;
 * before that, nothing had happened to the former one, and what was made is removed. Does nothing where no restore was killed.
 */
export async function endInterruptedRestore(dataDir: string): Promise<void> {
  const restored = restoredDirectory(dataDir);
  if (!existsSync(restored)) return;
  const directory = join(dataDir, 'server');
  if (existsSync(directory)) await rm(restored, { recursive: true });
  else await rename(restored, directory);
  await syncDirectory(dataDir);
}
