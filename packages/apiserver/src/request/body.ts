import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError, badRequest, MAX_REQUEST_BYTES } from '@drover/api';

/**
 * The whole body of a request.
 *
 * @throws ApiError RequestEntityTooLarge from `limit` bytes on, also when it grows over it by unpacking.
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  limit: number = MAX_REQUEST_BYTES,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const bytes = chunks.length === 1 ? Buffer.from(chunks[0] as Uint8Array) : Buffer.concat(chunks);
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

function tooLarge(limit: number): ApiError {
  return new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}
