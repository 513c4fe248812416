import { expect, it } from 'vitest';
import { chunks } from './chunks.js';

it('lines become one chunk, the same for every connection', () => {
  const lines = Buffer.from('{"type":"ADDED"}\n');
  expect(String(chunks.frame(lines))).toBe('11\r\n{"type":"ADDED"}\n\r\n');
  expect(chunks.frame(lines)).toBe(chunks.frame(lines));
  expect(chunks.frame(Buffer.from(lines))).not.toBe(chunks.frame(lines));
});
