const NEWLINE = 0x0a;

/** How much is set aside at first; it doubles as it fills, up to the capacity. */
const FIRST_BYTES = 4096;

/** The last `capacity` bytes of a stream, in one ring; older ones are forgotten. */
export class History {
  #ring = Buffer.alloc(0);
  #end = 0;
  #size = 0;
  #cut = false;

  constructor(readonly capacity: number) {}

  push(chunk: Buffer): void {
    if (this.#size + chunk.length > this.capacity) this.#cut = true;
    const kept = chunk.subarray(Math.max(0, chunk.length - this.capacity));
    this.#grow(Math.min(this.capacity, this.#size + kept.length));
    const first = Math.min(kept.length, this.#ring.length - this.#end);
    kept.copy(this.#ring, this.#end, 0, first);
    kept.copy(this.#ring, 0, first);
    this.#end = this.#ring.length === 0 ? 0 : (this.#end + kept.length) % this.#ring.length;
    this.#size = Math.min(this.#ring.length, this.#size + kept.length);
  }

  /** What is held; when something was forgotten, from the first line that is whole. */
  snapshot(): Buffer {
    const held = this.#held();
    return this.#cut ? held.subarray(held.indexOf(NEWLINE) + 1) : held;
  }

  #held(): Buffer {
    const start = this.#end - this.#size;
    if (start >= 0) return Buffer.from(this.#ring.subarray(start, this.#end));
    return Buffer.concat([this.#ring.subarray(start), this.#ring.subarray(0, this.#end)]);
  }

  #grow(needed: number): void {
    if (needed <= this.#ring.length) return;
    const length = Math.min(this.capacity, Math.max(needed, FIRST_BYTES, this.#ring.length * 2));
    const held = this.#held();
    this.#ring = Buffer.alloc(length);
    held.copy(this.#ring);
    this.#end = held.length % length;
  }
}
