import { gunzipSync } from 'node:zlib';
import type { ApiRequest } from '@drover/api';
import { expect, it } from 'vitest';
import { packDocument } from './packed-document.js';

const request = (encoding: string): ApiRequest => ({
  method: 'GET',
  url: '/',
  headers: { 'accept-encoding': encoding },
  body: (async function* () {})(),
  signal: new AbortController().signal,
});

it('a large document is kept in gzip, and is whole for who does not take that', async () => {
  const parts = Array.from({ length: 1_000 }, (_, index) => Buffer.from(`${index} `.repeat(100)));
  const whole = Buffer.concat(parts);
  const document = await packDocument(parts);
  const packed = await document.answer(request('gzip, deflate'), { etag: '"1"' });
  expect(packed.headers).toEqual({ etag: '"1"', vary: 'Accept, Accept-Encoding', 'content-encoding': 'gzip' });
  expect(gunzipSync(packed.body as Uint8Array).equals(whole)).toBe(true);
  const plain = await document.answer(request('identity'), { etag: '"1"' });
  expect(plain.headers).toEqual({ etag: '"1"', vary: 'Accept, Accept-Encoding' });
  expect(whole.equals(plain.body as Uint8Array)).toBe(true);
});

it('a small document is sent as it is', async () => {
  const document = await packDocument([Buffer.from('a'), Buffer.from('b')]);
  const { headers, body } = await document.answer(request('gzip'), {});
  expect([headers, String(body)]).toEqual([{ vary: 'Accept, Accept-Encoding' }, 'ab']);
});
