/**
 * What tells whether a set of rows is complete: their number and the exclusive or of their checksums, so that a row is added and
 * removed at the cost of one.
 */
export class Seal {
  #rows: number;
  #value: number;

  constructor(rows = 0, value = 0) {
    this.#rows = rows;
    this.#value = value;
  }

  get rows(): number {
    return this.#rows;
  }

  /** From 0 to 2³² − 1. */
  get value(): number {
    return this.#value;
  }

  add(checksum: number): void {
    this.#rows += 1;
    this.#value = (this.#value ^ checksum) >>> 0;
  }

  remove(checksum: number): void {
    this.#rows -= 1;
    this.#value = (this.#value ^ checksum) >>> 0;
  }

  copy(): Seal {
    return new Seal(this.#rows, this.#value);
  }

  equals(other: Seal): boolean {
    return this.#rows === other.rows && this.#value === other.value;
  }
}
