import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History } from './history.js';

describe('the history of a stream', () => {
  it('is all of it while it is short', () => {
    const history = new History(10);
    for (const text of ['01', '2345', '6789']) history.push(Buffer.from(text));
    expect(String(history.snapshot())).toBe('0123456789');
  });

  it('is its end, from a whole line on, when it is long', () => {
    const history = new History(10);
    for (const text of ['first\n', 'second\n', 'third\n']) history.push(Buffer.from(text));
    expect(String(history.snapshot())).toBe('third\n');
  });

  it('never exceeds its capacity, and is always an end of the stream', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const history = new History(32);
        for (const chunk of chunks) {
          history.push(Buffer.from(chunk));
          const held = history.snapshot();
          expect(held.length).toBeLessThanOrEqual(32);
        }
        const all = Buffer.concat(chunks);
        const held = history.snapshot();
        expect(all.subarray(all.length - held.length).equals(held)).toBe(true);
      }),
    );
  });
});
