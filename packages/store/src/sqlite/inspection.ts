import { checksum, type Row, type StoredRows, unpack } from './rows.js';
import { Seal } from './seal.js';

/** Sees whether the rows of a log are what was written, and all that was written. */
export class Inspection {
  readonly #expected: Seal;
  readonly #found = new Seal();

  /** `expected` is the seal of the log. */
  constructor(expected: Seal) {
    this.#expected = expected;
  }

  /** The rows of the next page. @throws Error at one that is damaged. */
  rows(stored: StoredRows): readonly Row[] {
    const rows = unpack(stored);
    for (const [index, row] of rows.entries()) {
      const sum = checksum(row);
      if (stored.checksums[index] !== sum) {
        throw new Error(`the write at revision ${row.revision} is damaged; restore a backup`);
      }
      this.#found.add(sum);
    }
    return rows;
  }

  /** After the last page. @throws Error when rows are missing. */
  end(): void {
    if (this.#found.equals(this.#expected)) return;
    throw new Error(`${this.#expected.rows} rows were written, and ${this.#found.rows} are there; restore a backup`);
  }
}
