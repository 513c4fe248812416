import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Allocate, ListBody } from './list-body.js';
import { ListStream } from './list-stream.js';

const SIZE = 1024;

/** A list of chunks full of one letter each, which are made in memory that is asked for; `asked` is told what it got. */
function list(letters: string, asked: (buffer: Buffer) => void = () => {}): ListBody {
  return {
    length: letters.length * SIZE,
    *chunks(allocate: Allocate): Generator<Buffer> {
      for (const letter of letters) {
        const buffer = allocate(SIZE);
        asked(buffer);
        yield buffer.fill(letter).subarray(0, SIZE);
      }
    },
  };
}

const whole = (letters: string): string => [...letters].map((letter) => letter.repeat(SIZE)).join('');

describe('a long list', () => {
  it('is sent whole and in order in the memory of few chunks, however slowly it is taken', async () => {
    const memory = new Set<ArrayBufferLike>();
    let taken = '';
    const slow = new Writable({
      highWaterMark: SIZE * 2,
      write(chunk: Buffer, _encoding, done) {
        // Until it is done, the bytes must be the ones that were sent.
        setImmediate(() => {
          taken += chunk.toString();
          done();
        });
      },
    });
    const letters = 'abcdefghij'.repeat(10);
    await new ListStream(list(letters, ({ buffer }) => memory.add(buffer))).sendTo(slow);
    await new Promise((resolve) => slow.once('finish', resolve));
    expect(taken).toBe(whole(letters));
    expect(memory.size).toBeLessThanOrEqual(3);
  });

  it('is kept by whoever iterates', async () => {
    const kept: Uint8Array[] = [];
    for await (const chunk of new ListStream(list('abc'))) kept.push(chunk);
    expect(Buffer.concat(kept).toString()).toBe(whole('abc'));
  });

  it('is not made any further for a reader that has gone', async () => {
    let made = 0;
    const gone = new PassThrough();
    gone.destroy();
    await new ListStream(list('abc', () => made++)).sendTo(gone);
    expect(made).toBeLessThanOrEqual(1);
  });
});
