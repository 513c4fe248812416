import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, type Frame } from './frame.js';
import { FrameError, VarintReader, writeVarint } from './varint.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Frames as a peer of the Go library writes them, with id 1. */
const golden: readonly [string, Frame][] = [
  [
    '02 04 04 b0ea01 7463702f31302e35332e302e313a343433',
    { type: 'connect', stream: 2, proto: 'tcp', address: '10.53.0.1:443' },
  ],
  ['02 04 02 b0ea01 6869', { type: 'data', stream: 2, payload: hex('6869') }],
  ['02 04 06 454f46', { type: 'error', stream: 2, message: 'EOF' }],
  ['02 04 0c', { type: 'pause', stream: 2 }],
  ['02 04 0e', { type: 'resume', stream: 2 }],
  ['02 00 10 0200000000000000 0300000000000000', { type: 'sync', streams: [2, 3] }],
  ['02 00 08 632d6d2d6162632f3432', { type: 'addClient', client: 'c-m-abc/42' }],
  ['02 00 0a 632d6d2d6162632f3432', { type: 'removeClient', client: 'c-m-abc/42' }],
];

describe('a frame', () => {
  it.each(golden)('%s is encoded as upstream does', (bytes, frame) => {
    expect(encodeFrame(1, frame).toString('hex')).toBe(bytes.replaceAll(' ', ''));
  });

  it.each(golden)('%s is decoded as upstream means it', (bytes, frame) => {
    expect(decodeFrame(hex(bytes))).toEqual(frame);
  });

  it('may carry an id of ten bytes, also a negative one', () => {
    const bytes = hex(`${'ff'.repeat(9)}01 04 0c`);
    expect(decodeFrame(bytes)).toEqual({ type: 'pause', stream: 2 });
  });

  it('of an unknown type is nothing', () => {
    expect(decodeFrame(hex('02 04 12 00'))).toEqual({ type: 'unknown', code: 9 });
  });

  it.each([
    ['nothing', ''],
    ['half a varint', 'ff'],
    ['an id beyond 64 bits', `${'ff'.repeat(9)}02 04 0c`],
    ['a stream beyond 2^53', `02 ${'fe'.repeat(9)}01 0c`],
    ['a CONNECT without a slash', '02 04 04 b0ea01 746370'],
    ['a CONNECT that is too long', `02 04 04 b0ea01 ${'61'.repeat(267)}`],
    ['a SYNCCONNECTIONS of seven bytes', '02 00 10 02000000000000'],
  ])('is refused when it is %s', (_what, bytes) => {
    expect(() => decodeFrame(hex(bytes))).toThrow(FrameError);
  });

  it('cuts an error where the receiver stops reading, between characters', () => {
    const frame = decodeFrame(encodeFrame(1, { type: 'error', stream: 2, message: `${'x'.repeat(99)}ä` }));
    expect(frame).toEqual({ type: 'error', stream: 2, message: 'x'.repeat(99) });
  });

  it('survives the way there and back', () => {
    const stream = fc.integer({ min: 0, max: 2 ** 40 });
    const frames = fc.oneof(
      fc.record({ type: fc.constant('data' as const), stream, payload: fc.uint8Array({ maxLength: 100_000 }) }),
      fc.record({
        type: fc.constant('connect' as const),
        stream,
        proto: fc.constantFrom('tcp', 'unix', 'c-m-abc::tcp'),
        address: fc.string({ maxLength: 40 }),
      }),
      fc.record({ type: fc.constantFrom('pause' as const, 'resume' as const), stream }),
      fc.record({ type: fc.constant('sync' as const), streams: fc.array(stream) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 }), frames, (id, frame) => {
        const decoded = decodeFrame(encodeFrame(id, frame));
        expect(decoded.type === 'data' ? { ...decoded, payload: Uint8Array.from(decoded.payload) } : decoded).toEqual(
          frame,
        );
      }),
    );
  });

  it('of random bytes decodes or is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          decodeFrame(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('a varint', () => {
  it('of any number below 2^52 survives the way there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 - 1 }), (value) => {
        const bytes = new Uint8Array(10);
        const length = writeVarint(bytes, 0, value);
        const reader = new VarintReader(bytes.subarray(0, length));
        expect(reader.read()).toBe(value);
        expect(reader.offset).toBe(length);
      }),
    );
  });

  it('may be negative', () => {
    expect(new VarintReader(hex('01')).read()).toBe(-1);
    expect(new VarintReader(hex('03')).read()).toBe(-2);
  });
});
