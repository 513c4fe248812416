import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { ImageRefused } from './image-refused.js';

/**
 * The real path of a file, there or not yet, that lies inside `root` also after every symbolic link in between has been
 * followed, and is not itself one.
 *
 * @throws ImageRefused `unsafe-path`
 */
export async function safePath(root: string, path: string): Promise<string> {
  const name = basename(path);
  if (!isAbsolute(path) || path.includes('\0') || name === '' || name === '..' || name === '.') {
    throw new ImageRefused('unsafe-path', 'an image has an absolute path');
  }
  const [realRoot, parent] = await Promise.all([realpath(root), realpath(dirname(path))]);
  if (parent !== realRoot && !parent.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
    throw new ImageRefused('unsafe-path', `the file lies outside of ${root}`);
  }
  const real = join(parent, name);
  const there = await lstat(real).catch(() => undefined);
  if (there && !there.isFile()) throw new ImageRefused('unsafe-path', 'an image is a plain file');
  return real;
}

/** Opens a plain file for reading, never through a link, never waiting on a pipe. @throws ImageRefused `unsafe-path` */
export async function openPlain(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new ImageRefused('unsafe-path', 'an image is a plain file');
}
