/** Thrown for bytes that are no frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** The longest varint of 64 bits. */
const MAX_LENGTH = 10;

/**
 * Reads signed varints (Go encoding/binary: zigzag, then groups of seven bits, lowest first) from the front of `bytes`.
 */
export class VarintReader {
  offset = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** @throws FrameError when there is no varint, or one beyond the numbers that are exact (2^53). */
  read(): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; length <= MAX_LENGTH; length += 1) {
      const byte = this.#next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new FrameError('a varint is larger than 2^53');
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      scale *= 0x80;
    }
    throw new FrameError('a varint is longer than 10 bytes');
  }

  /** Passes over a varint of any 64-bit value. @throws FrameError when there is none. */
  skip(): void {
    for (let length = 1; length <= MAX_LENGTH; length += 1) {
      const byte = this.#next();
      if (byte < 0x80) {
        if (length === MAX_LENGTH && byte > 1) break;
        return;
      }
    }
    throw new FrameError('a varint is longer than 64 bits');
  }

  #next(): number {
    const byte = this.bytes[this.offset];
    if (byte === undefined) throw new FrameError('a frame ends within its head');
    this.offset += 1;
    return byte;
  }
}

/** Writes a whole number from 0 to below 2^52 as a signed varint at `offset` of `bytes`; answers the offset behind it. */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  let rest = value * 2;
  let at = offset;
  while (rest >= 0x80) {
    bytes[at] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}
