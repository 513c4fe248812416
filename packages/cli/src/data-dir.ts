import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes a directory for one process's state: mode 0700, also when it was there with a wider one. */
export async function openDataDir(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  return path;
}

/**
 * Writes a file that holds a secret (mode 0600) so that a reader sees the old text or the new one, and a crash leaves one of
 * them.
 */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const next = join(dirname(path), `.${process.pid}.tmp`);
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}

/** Removes a file if it is there. */
export const removeFile = (path: string): Promise<void> => rm(path, { force: true });

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
