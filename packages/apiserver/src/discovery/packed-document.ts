import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createGzip, gunzip } from 'node:zlib';
import type { ApiRequest, ApiResponse } from '@drover/api';
import { GZIP_BYTES, takesGzip } from '../request/response.js';

/** A document that is sent again and again, kept as most callers take it: a large one in gzip, a tenth of its size. */
export interface PackedDocument {
  /** The document, for who takes gzip and who does not; `headers` are what the answer says beside that. */
  answer(request: ApiRequest, headers: ApiResponse['headers']): Promise<ApiResponse>;
}

/** Bytes that are handed on at once. */
const CHUNK_BYTES = 64 * 1024;

/** Packs the document that consists of `parts`, one after another. The loop is not blocked. */
export async function packDocument(parts: readonly Uint8Array[]): Promise<PackedDocument> {
  const vary = 'Accept, Accept-Encoding';
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length < GZIP_BYTES) {
    const body = Buffer.concat(parts);
    return { answer: async (_request, headers) => ({ status: 200, headers: { ...headers, vary }, body }) };
  }
  const packed = await gzipped(parts);
  return {
    async answer(request, headers) {
      return takesGzip(request)
        ? { status: 200, headers: { ...headers, vary, 'content-encoding': 'gzip' }, body: packed }
        : { status: 200, headers: { ...headers, vary }, body: await promisify(gunzip)(packed) };
    },
  };
}

async function gzipped(parts: readonly Uint8Array[]): Promise<Buffer> {
  const packed: Uint8Array[] = [];
  await pipeline(Readable.from(chunksOf(parts)), createGzip({ level: constants.Z_BEST_SPEED }), async (source) => {
    for await (const chunk of source) packed.push(chunk);
  });
  return Buffer.concat(packed);
}

function* chunksOf(parts: readonly Uint8Array[]): Generator<Buffer> {
  let chunk: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    chunk.push(part);
    length += part.length;
    if (length < CHUNK_BYTES) continue;
    yield Buffer.concat(chunk);
    chunk = [];
    length = 0;
  }
  yield Buffer.concat(chunk);
}
