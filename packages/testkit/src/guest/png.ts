import { inflateSync } from 'node:zlib';

/** The part of a PNG's image data that is not zero: 0 for a black picture, whatever its size. */
export function pictured(png: Uint8Array): number {
  const data = inflateSync(Buffer.concat([...chunks(Buffer.from(png))]));
  return data.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0) / data.length;
}

/** The bodies of the IDAT chunks: length, type, body, checksum (PNG Specification, 5.3). */
function* chunks(png: Buffer): Generator<Buffer> {
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') yield png.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
}
