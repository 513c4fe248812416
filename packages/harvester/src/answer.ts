import { ApiError, type ApiResponse, type Json } from '@drover/api';

/** An answer without a body. */
export const empty = (status: number): ApiResponse => ({ status, headers: {}, body: new Uint8Array() });

/** A JSON answer. */
export const json = (status: number, value: Json | object): ApiResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});

/** A plain text answer. */
export const text = (status: number, message: string): ApiResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(message),
});

/** 501: this cluster does not do that, and says so by name. */
export const notImplemented = (what: string): ApiError =>
  new ApiError('Unknown', `${what} is not supported by this cluster`, {}, { code: 501 });

/** A request's whole body. @throws ApiError 413 above `limit` bytes. */
export async function readBody(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new ApiError('RequestEntityTooLarge', `the request body exceeds ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
