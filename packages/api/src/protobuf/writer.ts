const utf8 = new TextEncoder();

/** Room to begin with: most objects are smaller. */
const ROOM = 16 * 1024;
/** Of a buffer that had to grow for one large object, this much is kept for the next ones. */
const KEPT = 1024 * 1024;
/** Up to this many characters, a loop is quicker than an encoder. */
const SHORT = 48;

/**
 * Writes protobuf's wire format from its end to its beginning: the last field first, a field's content before its length and its
 * tag. So each length is known when it is written, and nothing is measured twice.
 */
export class WireWriter {
  #bytes = new Uint8Array(ROOM);
  /** Where what was written begins. */
  #at = ROOM;

  /** How many bytes were written. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** A copy of what was written; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(this.#at);
    this.clear();
    return taken;
  }

  /** Forgets what was written. */
  clear(): void {
    if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(ROOM);
    this.#at = this.#bytes.length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[--this.#at] = value;
  }

  /** A whole number of 64 bits; a negative one takes ten bytes. */
  integer(value: number): void {
    if (value >= 0 && value < 0x80) this.byte(value);
    else if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) this.#positive(value);
    else this.#large(BigInt.asUintN(64, BigInt(value)));
  }

  #positive(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
    this.#reserve(size);
    this.#at -= size;
    let rest = value;
    for (let index = 0; index < size - 1; index += 1) {
      this.#bytes[this.#at + index] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at + size - 1] = rest;
  }

  #large(value: bigint): void {
    const digits: number[] = [];
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) digits.push(Number(rest & 0x7fn) + 0x80);
    this.byte(Number(rest));
    for (const digit of digits.reverse()) this.byte(digit);
  }

  /** Four bytes, the most significant one first. */
  uint32(value: number): void {
    this.#reserve(4);
    this.#at -= 4;
    new DataView(this.#bytes.buffer).setUint32(this.#at, value);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true);
  }

  /** A text and its length. */
  text(value: string): void {
    const { length } = value;
    this.#reserve(length * 3);
    this.integer(this.#ascii(value) ? length : this.#utf8(value));
  }

  /** Writes a text of a byte a character; `false` when it is none, and nothing is written. */
  #ascii(value: string): boolean {
    const { length } = value;
    const start = this.#at - length;
    if (length > SHORT) {
      if (utf8.encodeInto(value, this.#bytes.subarray(start, this.#at)).read !== length) return false;
    } else {
      for (let index = 0; index < length; index += 1) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) return false;
        this.#bytes[start + index] = code;
      }
    }
    this.#at = start;
    return true;
  }

  #utf8(value: string): number {
    const start = this.#at - value.length * 3;
    const { written } = utf8.encodeInto(value, this.#bytes.subarray(start, this.#at));
    this.#bytes.copyWithin(this.#at - written, start, start + written);
    this.#at -= written;
    return written;
  }

  /** The bytes that a base64 text stands for, and their length. @throws DOMException for what is no base64. */
  base64(value: string): void {
    const binary = atob(value);
    const { length } = binary;
    this.#reserve(length);
    this.#at -= length;
    for (let index = 0; index < length; index += 1) this.#bytes[this.#at + index] = binary.charCodeAt(index);
    this.integer(length);
  }

  #reserve(size: number): void {
    if (this.#at >= size) return;
    const { length } = this;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, length + size + ROOM));
    grown.set(this.#bytes.subarray(this.#at), grown.length - length);
    this.#at = grown.length - length;
    this.#bytes = grown;
  }
}
