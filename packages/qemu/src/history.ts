const NEWLINE = 0x0a;

/** The last `capacity` bytes of a stream; older ones are forgotten. */
export class History {
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = false;

  constructor(readonly capacity: number) {}

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size > this.capacity) this.#forget(this.#size - this.capacity);
  }

  /** What is held; when something was forgotten, from the first line that is whole. */
  snapshot(): Buffer {
    const held = Buffer.concat(this.#chunks, this.#size);
    this.#chunks = this.#size === 0 ? [] : [held];
    return this.#cut ? held.subarray(held.indexOf(NEWLINE) + 1) : held;
  }

  #forget(excess: number): void {
    const first = this.#chunks[0]!;
    this.#cut = true;
    if (first.length <= excess) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(excess);
    this.#size -= Math.min(first.length, excess);
  }
}
