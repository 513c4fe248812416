import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recognize } from './image-format.js';
import { ImageRefused } from './image-refused.js';
import { readQcow2Header } from './qcow2.js';

/** Bytes that are somewhat like an image: a mark of one, noise, and any length. */
const bytes = fc
  .tuple(
    fc.constantFrom<[number, string]>([0, 'QFI\xfb\0\0\0\x03'], [32_769, 'CD001'], [512, 'EFI PART'], [0, '']),
    fc.uint8Array({ maxLength: 400 }),
    fc.integer({ min: 1, max: 40_000 }),
  )
  .map(([[at, mark], noise, length]) => {
    const all = Buffer.alloc(at + mark.length + noise.length + 1);
    all.write(mark, at, 'latin1');
    Buffer.from(noise).copy(all, at + mark.length);
    return all.subarray(0, length);
  });

describe('the bytes of a file that somebody brings', () => {
  it('are recognized or refused, whatever they are', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 2 ** 40 }), (head, fileSize) => {
        try {
          const { format } = recognize(head, head.subarray(-512), Math.max(head.length, fileSize));
          if (format === 'qcow2') readQcow2Header(head, fileSize, 2 ** 44);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageRefused);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('are no qcow2 image unless a backing file and a data file are ruled out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 104, maxLength: 400 }), fc.constantFrom(8, 12, 16, 19), (noise, at) => {
        const head = Buffer.from(noise);
        head.write('QFI\xfb\0\0\0\x03', 0, 'latin1');
        head[at] = (head[at] ?? 0) | 1;
        expect(() => readQcow2Header(head, 2 ** 40, 2 ** 62)).toThrow(
          expect.objectContaining({ reason: 'backing-file' }),
        );
      }),
    );
  });
});
