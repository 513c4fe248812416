const VARINT = 0;
const DOUBLE = 1;
const DELIMITED = 2;
const FIRST_BYTES = 4 * 1024;

/**
 * Writes a protobuf message from its end to its beginning: when a part has been written its length is known, and nothing has to
 * be put together or moved afterwards. Whoever writes several fields writes the last one first.
 */
export class BackwardWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  /** Where what is written so far begins. */
  #start = FIRST_BYTES;

  /** What has been written. */
  bytes(): Buffer {
    return this.#bytes.subarray(this.#start);
  }

  text(number: number, text: string): void {
    const length = Buffer.byteLength(text);
    const at = this.#before(length);
    this.#bytes.write(text, at);
    this.delimitedHead(number, length);
  }

  /** A whole number from 0 to 2^53, or a truth as 0 or 1. */
  whole(number: number, value: number): void {
    this.#varint(value);
    this.#tag(number, VARINT);
  }

  double(number: number, value: number): void {
    const at = this.#before(8);
    this.#bytes.writeDoubleLE(value, at);
    this.#tag(number, DOUBLE);
  }

  /** A field that holds whatever `write` writes. */
  delimited(number: number, write: () => void): void {
    const after = this.#bytes.length - this.#start;
    write();
    this.delimitedHead(number, this.#bytes.length - this.#start - after);
  }

  /** The head of a field that holds the next `length` bytes, wherever these are. */
  delimitedHead(number: number, length: number): void {
    this.#varint(length);
    this.#tag(number, DELIMITED);
  }

  #tag(number: number, type: number): void {
    this.#varint(number * 8 + type);
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1;
    let at = this.#before(length);
    for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
      length -= 1;
      this.#bytes[at] = (rest % 0x80) | (length > 0 ? 0x80 : 0);
      at += 1;
      if (length === 0) return;
    }
  }

  /** Where a part of that many bytes goes. */
  #before(length: number): number {
    if (length > this.#start) {
      const written = this.bytes();
      const larger = Buffer.allocUnsafe(2 * (written.length + length + FIRST_BYTES));
      this.#start = larger.length - written.length;
      written.copy(larger, this.#start);
      this.#bytes = larger;
    }
    this.#start -= length;
    return this.#start;
  }
}
