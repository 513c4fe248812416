import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, LineTooLong } from './lines.js';

describe('lines of a byte stream', () => {
  it('are the same however the stream is cut', () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const reader = new LineReader(1_000_000);
        const read: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          read.push(...reader.push(bytes.subarray(at, at + length)));
          at += length;
        }
        expect(read).toEqual(lines);
      }),
    );
  });

  it('have a bound', () => {
    const reader = new LineReader(10);
    expect(reader.push(Buffer.from('0123456789\n01234'))).toEqual(['0123456789']);
    expect(() => reader.push(Buffer.from('567890'))).toThrow(LineTooLong);
  });
});
