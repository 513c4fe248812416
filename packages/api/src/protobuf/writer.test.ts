import { describe, expect, it } from 'vitest';
import { WireWriter } from './writer.js';

const written = (write: (out: WireWriter) => void): string => {
  const out = new WireWriter();
  write(out);
  return Buffer.from(out.take()).toString('hex');
};

describe('a wire writer', () => {
  it('puts what is written later before what was written earlier', () => {
    const bytes = written((out) => {
      out.integer(300);
      out.text('é');
      out.byte(0x0a);
    });
    expect(bytes).toBe(`0a${'02c3a9'}${'ac02'}`);
  });

  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [2 ** 31, '8080808008'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
    [2 ** 62, '808080808080808040'],
    [-1, 'ffffffffffffffffff01'],
    [-(2 ** 63), '80808080808080808001'],
  ])('writes %i as a number of 64 bits', (value, bytes) => {
    expect(written((out) => out.integer(value))).toBe(bytes);
  });

  it.each<[string, (out: WireWriter) => void, string]>([
    ['texts', (out) => out.text('ten bytes.'), '0a74656e2062797465732e'],
    ['texts in other scripts', (out) => out.text('テキスト'), '0ce38386e382ade382b9e38388'],
    ['bytes', (out) => out.base64('AAEC'), '03000102'],
    ['doubles', (out) => out.double(1), '000000000000f03f'],
  ])('grows as large as it has to, by %s', (_what, write, bytes) => {
    const out = written((writer) => {
      for (let count = 0; count < 3000; count += 1) write(writer);
    });
    expect(out === bytes.repeat(3000)).toBe(true);
  });

  it('is empty after what was written was taken', () => {
    const out = new WireWriter();
    out.text('a'.repeat(2 * 1024 * 1024));
    expect(out.take().length).toBe(2 * 1024 * 1024 + 4);
    expect(out.length).toBe(0);
    out.byte(1);
    expect([...out.take()]).toEqual([1]);
  });
});
