import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import type { ApiRequest, ApiResponse } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { compressed } from './response.js';

const request: ApiRequest = {
  method: 'GET',
  url: '/',
  headers: { 'accept-encoding': 'gzip' },
  body: (async function* () {})(),
  signal: new AbortController().signal,
};
const PIECE = randomBytes(256 * 1024);

const answer = (body: AsyncIterable<Uint8Array>): ApiResponse => ({ status: 200, headers: {}, body });

describe('a packed stream', () => {
  it('says what its body says', async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield PIECE;
      yield PIECE;
    }
    const { body: packed } = await compressed(request, answer(body()));
    const chunks: Uint8Array[] = [];
    for await (const chunk of packed as AsyncIterable<Uint8Array>) chunks.push(chunk);
    expect(gunzipSync(Buffer.concat(chunks)).equals(Buffer.concat([PIECE, PIECE]))).toBe(true);
  });

  it('ends its body when its reader leaves', async () => {
    const teller = new EventEmitter();
    const ended = once(teller, 'ended');
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield PIECE;
      } finally {
        teller.emit('ended');
      }
    }
    const { body: packed } = await compressed(request, answer(endless()));
    for await (const _chunk of packed as AsyncIterable<Uint8Array>) break;
    await ended;
  });

  it('breaks off when its body does', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield PIECE;
      throw new Error('broken');
    }
    const { body: packed } = await compressed(request, answer(broken()));
    const read = async (): Promise<void> => {
      for await (const _chunk of packed as AsyncIterable<Uint8Array>);
    };
    await expect(read()).rejects.toThrow('broken');
  });
});
