import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError, badRequest, MAX_REQUEST_BYTES } from '@drover/api';

/** A body that can be had as a whole for less than its pieces cost. */
export interface WholeBody extends AsyncIterable<Uint8Array> {
  /** All of it; `undefined` when it has more than `limit` bytes. Rejects when it breaks off. */
  whole(limit: number): Promise<readonly Uint8Array[] | undefined>;
}

/**
 * The whole body of a request.
 *
 * @throws ApiError RequestEntityTooLarge from `limit` bytes on, also when it grows over it by unpacking.
 */
export async function readBody(
  body: AsyncIterable<Uint8Array> | WholeBody,
  encoding: string | undefined,
  limit: number = MAX_REQUEST_BYTES,
): Promise<Buffer> {
  const chunks = await ('whole' in body ? body.whole(limit) : collected(body, limit));
  if (chunks === undefined) throw tooLarge(limit);
  const bytes = Buffer.concat(chunks);
  if (encoding === undefined || encoding === 'identity') return bytes;
  if (encoding !== 'gzip')
    throw new ApiError('UnsupportedMediaType', `the body's content encoding "${encoding}" is not supported`);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw badRequest('the body is not valid gzip');
  }
}

async function collected(body: AsyncIterable<Uint8Array>, limit: number): Promise<readonly Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return chunks;
}

function tooLarge(limit: number): ApiError {
  return new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}
