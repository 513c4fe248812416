import { createHash } from 'node:crypto';
import { open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The bytes could not be taken in; the message says why in words for the image's condition. */
export class ReceiveError extends Error {
  override readonly name = 'ReceiveError';
}

/** What was received. */
export interface Received {
  readonly size: number;
  /** SHA-512 in hexadecimal. */
  readonly checksum: string;
}

/**
 * Writes bytes to a new file as they come, one chunk in memory at a time, and syncs it: when this resolves, a power cut loses
 * nothing of them. `onBytes` hears how many there are so far.
 *
 * @param expected how many bytes are announced, if they are.
 * @throws ReceiveError when more or fewer come than announced, when the disk cannot hold them, or when `limit` is passed;
 *   whatever `source` throws.
 */
export async function receive(
  source: AsyncIterable<Uint8Array>,
  path: string,
  { expected, limit, onBytes }: { expected?: number | undefined; limit: number; onBytes: (size: number) => void },
): Promise<Received> {
  const { bavail, bsize } = await statfs(dirname(path));
  const free = bavail * bsize;
  if (expected !== undefined && expected > free)
    throw new ReceiveError(`${expected} bytes do not fit: ${free} bytes are free on this host`);
  const hash = createHash('sha512');
  await using file = await open(path, 'wx', 0o600);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (expected !== undefined && size > expected)
      throw new ReceiveError(`more bytes came than the ${expected} announced`);
    if (size > limit) throw new ReceiveError(`the image is larger than the ${limit} bytes this host takes`);
    hash.update(chunk);
    await file.writev([chunk]).catch((error: unknown) => {
      throw error instanceof Error && 'code' in error && error.code === 'ENOSPC'
        ? new ReceiveError(`the disk of this host is full after ${size} bytes`, { cause: error })
        : error;
    });
    onBytes(size);
  }
  if (expected !== undefined && size < expected) throw new ReceiveError(`only ${size} of ${expected} bytes came`);
  if (size === 0) throw new ReceiveError('the image is empty');
  await file.sync();
  return { size, checksum: hash.digest('hex') };
}
