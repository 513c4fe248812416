import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartError, parseMultipart } from './multipart.js';

const BOUNDARY = '----formBoundary7MA4';

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const form = (fields: readonly { name: string; body: Buffer; filename?: string }[]): Buffer =>
  Buffer.concat([
    ...fields.flatMap(({ name, body, filename }) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`),
      Buffer.from(filename === undefined ? '\r\n\r\n' : `; filename="${filename}"\r\nContent-Type: a/b\r\n\r\n`),
      body,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);

async function read(body: AsyncIterable<Uint8Array>): Promise<{ name: string; filename?: string; body: Buffer }[]> {
  const fields = [];
  for await (const part of parseMultipart(body, BOUNDARY)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.body) chunks.push(Buffer.from(chunk));
    const { name, filename } = part;
    fields.push({ name, ...(filename === undefined ? {} : { filename }), body: Buffer.concat(chunks) });
  }
  return fields;
}

describe('multipart forms', () => {
  it('are read back whatever they contain and however they are cut', async () => {
    const tricky = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .constantFrom('', '\r\n', '\r\n--', `\r\n--${BOUNDARY.slice(0, -1)}`, `--${BOUNDARY}`, '\r\n\r\n')
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), body: tricky.map((bytes) => Buffer.from(bytes)) }),
          { maxLength: 4 },
        ),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (fields, sizes) => {
          expect(await read(inPieces(form(fields), sizes))).toEqual(fields);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('may have their parts left unread', async () => {
    const names = [];
    const body = form([
      { name: 'size', body: Buffer.from('12') },
      { name: 'chunk', filename: 'a.qcow2', body: Buffer.alloc(5000, 7) },
      { name: 'last', body: Buffer.from('x') },
    ]);
    for await (const part of parseMultipart(inPieces(body, [100]), BOUNDARY)) {
      names.push([part.name, part.filename]);
      for await (const _ of part.body) break;
    }
    expect(names).toEqual([
      ['size', undefined],
      ['chunk', 'a.qcow2'],
      ['last', undefined],
    ]);
  });

  it('that end early are refused at every length', async () => {
    const whole = form([{ name: 'chunk', filename: 'a', body: Buffer.from('some bytes') }]);
    const closing = whole.length - '--\r\n'.length;
    for (let length = 0; length < closing + 2; length += 1) {
      await expect(read(inPieces(whole.subarray(0, length), [7]))).rejects.toThrow(MultipartError);
    }
  });

  it('never hold more than a chunk of a part', async () => {
    const megabyte = Buffer.alloc(1 << 20, 'a');
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="chunk"\r\n\r\n`);
      for (let count = 0; count < 64; count += 1) yield megabyte;
      yield Buffer.from(`\r\n--${BOUNDARY}--`);
    }
    let total = 0;
    let largest = 0;
    for await (const part of parseMultipart(endless(), BOUNDARY)) {
      for await (const chunk of part.body) {
        total += chunk.length;
        largest = Math.max(largest, chunk.length);
      }
    }
    expect(total).toBe(64 << 20);
    expect(largest).toBeLessThan(2 << 20);
  });

  it('with an endless header, a nameless part or too many parts are refused', async () => {
    const header = Buffer.from(`--${BOUNDARY}\r\nx: ${'y'.repeat(20_000)}`);
    await expect(read(inPieces(header, [1000]))).rejects.toThrow(/exceeds/);
    await expect(read(inPieces(Buffer.from(`--${BOUNDARY}\r\nx: y\r\n\r\nz\r\n--${BOUNDARY}--`), [9]))).rejects.toThrow(
      /no field name/,
    );
    const many = form(Array.from({ length: 40 }, () => ({ name: 'a', body: Buffer.alloc(0) })));
    await expect(read(inPieces(many, [512]))).rejects.toThrow(/more than 32 parts/);
  });

  it('name their boundary in the content type, quoted or not', () => {
    expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc');
    expect(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b;c"')).toBe('a b;c');
    expect(() => boundaryOf('application/json')).toThrow(/expected a multipart/);
    expect(() => boundaryOf('multipart/form-data; boundary=')).toThrow(/no boundary/);
  });
});
