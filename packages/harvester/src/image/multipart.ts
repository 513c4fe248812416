/** The body is not what RFC 7578 calls multipart/form-data; the message says what is wrong with it. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError';
}

/** One field of a form. `body` may be left unread: asking for the next part skips the rest. */
export interface Part {
  /** The field's name. */
  readonly name: string;
  readonly filename: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A part's header section and the number of parts have no bound in the RFC; these are far above what browsers send. */
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_PARTS = 32;

/**
 * The boundary of a `multipart/form-data` content type.
 *
 * @throws MultipartError when the type is another one or names no boundary.
 */
export function boundaryOf(contentType: string): string {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new MultipartError(`expected a multipart/form-data body, not "${contentType}"`);
  }
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new MultipartError('the content type names no boundary of 1 to 70 characters');
  return boundary;
}

/**
 * The parts of a form as they arrive. Holds no more of the body than one incoming chunk and a boundary, however large the
 * parts are.
 *
 * @throws MultipartError while iterating, when the body breaks the format or ends early.
 */
export async function* parseMultipart(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const scanner = new Scanner(body);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  try {
    await scanner.skip(scanner.section(delimiter));
    for (let count = 0; await scanner.opensPart(); count += 1) {
      if (count === MAX_PARTS) throw new MultipartError(`the form has more than ${MAX_PARTS} parts`);
      const headers = await scanner.headers();
      const section = scanner.section(delimiter);
      yield { ...disposition(headers), body: section };
      await scanner.skip(section);
    }
  } finally {
    await scanner.close();
  }
}

function disposition(headers: string): Pick<Part, 'name' | 'filename'> {
  const line = headers.split('\r\n').find((header) => /^content-disposition\s*:/i.test(header));
  const name = line && parameter(line, 'name');
  if (line === undefined || name === undefined) throw new MultipartError('a part has no field name');
  return { name, filename: parameter(line, 'filename') };
}

function parameter(header: string, key: string): string | undefined {
  const match = new RegExp(`;\\s*${key}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(header);
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2];
}

/** Bytes up to a delimiter, handed out as they come; knows whether the delimiter was reached when its reader stops early. */
class Section implements AsyncIterable<Uint8Array> {
  #ended = false;

  constructor(
    readonly scanner: Scanner,
    readonly delimiter: Buffer,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (!this.#ended) {
      const { bytes, ended } = await this.scanner.next(this.delimiter);
      this.#ended = ended;
      if (bytes.length > 0) yield bytes;
    }
  }
}

class Scanner {
  readonly #source: AsyncIterator<Uint8Array>;
  // The first delimiter has no line end before it unless there is a preamble: pretend there always is one.
  #held: Buffer = Buffer.from('\r\n');

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  section(delimiter: Buffer): Section {
    return new Section(this, delimiter);
  }

  async skip(section: Section): Promise<void> {
    for await (const _ of section);
  }

  /** Some bytes before the delimiter, and whether it came right after them; then it is consumed. */
  async next(delimiter: Buffer): Promise<{ bytes: Buffer; ended: boolean }> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      if (at >= 0) return { bytes: this.#take(at, delimiter.length), ended: true };
      // What could be the beginning of a delimiter stays until more has come.
      const certain = this.#held.length - delimiter.length + 1;
      if (certain > 0) return { bytes: this.#take(certain, 0), ended: false };
      await this.#fill();
    }
  }

  /** After a delimiter: `true` when a part follows, `false` at the closing one. */
  async opensPart(): Promise<boolean> {
    while (this.#held.length < 2) await this.#fill();
    if (this.#held.subarray(0, 2).toString('latin1') === '--') return false;
    const padding = await this.#until('\r\n', 'a boundary line');
    if (padding.trim() !== '') throw new MultipartError('text follows a boundary on its line');
    // Headers may be absent; then their section is empty and ends with the line end just read.
    this.#held = Buffer.concat([Buffer.from('\r\n'), this.#held]);
    return true;
  }

  headers(): Promise<string> {
    return this.#until('\r\n\r\n', "a part's header");
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #until(end: string, what: string): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf(end, 0, 'latin1');
      if (at >= 0) return this.#take(at, end.length).toString('utf8');
      if (this.#held.length > MAX_HEADER_BYTES) throw new MultipartError(`${what} exceeds ${MAX_HEADER_BYTES} bytes`);
      await this.#fill();
    }
  }

  #take(length: number, drop: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length + drop);
    return taken;
  }

  async #fill(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) throw new MultipartError('the form ended before its closing boundary');
    this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value]);
  }
}
