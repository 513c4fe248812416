import { badRequest } from '../errors.js';

/** How a field's bytes are laid out. */
export type WireType = 0 | 1 | 2 | 5;

const text = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads protobuf's wire format from a slice of bytes. Every method checks the bounds first.
 *
 * @throws ApiError BadRequest for bytes that end early or are no protobuf.
 */
export class WireReader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.#at >= this.bytes.length;
  }

  /** The next field's number and wire type. */
  tag(): { field: number; wire: WireType } {
    const key = this.integer();
    const wire = key & 7;
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) throw malformed(`wire type ${wire}`);
    return { field: Math.floor(key / 8), wire };
  }

  /** A signed number of 64 bits; as exact as JSON's numbers are. */
  integer(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    let large = BigInt(value);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      large |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, large));
    }
    throw malformed('a number is too long');
  }

  #byte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw malformed('the body ends early');
    this.#at += 1;
    return byte;
  }

  double(): number {
    if (this.#at + 8 > this.bytes.length) throw malformed('the body ends early');
    const { buffer, byteOffset } = this.bytes;
    const value = new DataView(buffer, byteOffset + this.#at, 8).getFloat64(0, true);
    this.#at += 8;
    return value;
  }

  /** The bytes of a length-delimited field: a view, not a copy. */
  slice(): Uint8Array {
    const length = this.integer();
    if (length < 0 || this.#at + length > this.bytes.length) throw malformed('the body ends early');
    const slice = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return slice;
  }

  text(): string {
    const slice = this.slice();
    const short = asciiText(slice);
    if (short !== undefined) return short;
    try {
      return text.decode(slice);
    } catch {
      throw malformed('a text is not UTF-8');
    }
  }

  /** Passes over a field nobody knows. */
  skip(wire: WireType): void {
    if (wire === 0) this.integer();
    else if (wire === 2) this.slice();
    else {
      const size = wire === 1 ? 8 : 4;
      if (this.#at + size > this.bytes.length) throw malformed('the body ends early');
      this.#at += size;
    }
  }
}

/** Most texts are a few ASCII characters, for which a decoder costs more than they do. */
function asciiText(bytes: Uint8Array): string | undefined {
  if (bytes.length > 64) return undefined;
  let result = '';
  for (const byte of bytes) {
    if (byte > 0x7f) return undefined;
    result += String.fromCharCode(byte);
  }
  return result;
}

/** 400: the body is no protobuf of the kind it claims. */
export const malformed = (why: string): Error => badRequest(`the protobuf body could not be read: ${why}`);
