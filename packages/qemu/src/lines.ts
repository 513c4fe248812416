/** Thrown by a `LineReader` when a line has no end within the bound. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';

  constructor(readonly limit: number) {
    super(`a line is longer than ${limit} bytes`);
  }
}

const NEWLINE = 0x0a;

/** Cuts a byte stream into lines, holding at most `limit` bytes of an unfinished one. */
export class LineReader {
  #held: Buffer[] = [];
  #size = 0;

  constructor(readonly limit: number) {}

  /** The lines that `chunk` completes, without their ends. @throws LineTooLong */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, at));
      lines.push(Buffer.concat(this.#held, this.#size).toString('utf8'));
      this.#held = [];
      this.#size = 0;
      from = at + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
    return lines;
  }

  #hold(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.limit) throw new LineTooLong(this.limit);
    this.#held.push(part);
  }
}
