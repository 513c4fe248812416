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
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.bytes.length;
  }

  /** The next field's number and wire type. */
  tag(): { field: number; wire: WireType } {
    const key = Number(this.varint());
    const wire = key & 7;
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) throw malformed(`wire type ${wire}`);
    return { field: Math.floor(key / 8), wire };
  }

  /** An unsigned number of up to 64 bits. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.#at];
      if (byte === undefined) throw malformed('the body ends early');
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed('a number is too long');
  }

  /** A signed number of 64 bits; as exact as JSON's numbers are. */
  integer(): number {
    const first = this.bytes[this.#at];
    if (first !== undefined && first < 0x80) {
      this.#at += 1;
      return first;
    }
    return Number(BigInt.asIntN(64, this.varint()));
  }

  double(): number {
    if (this.#at + 8 > this.bytes.length) throw malformed('the body ends early');
    const value = this.#view.getFloat64(this.#at, true);
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
    try {
      return text.decode(slice);
    } catch {
      throw malformed('a text is not UTF-8');
    }
  }

  /** Passes over a field nobody knows. */
  skip(wire: WireType): void {
    if (wire === 0) this.varint();
    else if (wire === 2) this.slice();
    else {
      const size = wire === 1 ? 8 : 4;
      if (this.#at + size > this.bytes.length) throw malformed('the body ends early');
      this.#at += size;
    }
  }
}

/** 400: the body is no protobuf of the kind it claims. */
export const malformed = (why: string): Error => badRequest(`the protobuf body could not be read: ${why}`);
