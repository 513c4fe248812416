/** Who is told what an HTTP/1.1 answer says, as it comes in. */
export interface AnswerSink {
  /** The head is there. */
  head(status: number): void;
  /** A part of the body, without the framing of its transfer. */
  body(bytes: Buffer): void;
  /** The answer is complete; what follows on the connection is the next one. */
  end(): void;
}

const BLANK_LINE = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);

/**
 * Reads the answers of one connection, with a length or chunked. It looks at nothing of a head but the status and the framing, and
 * copies no body: what measures a server shares the processors with it. Nor does it keep what it is given.
 */
export class AnswerParser {
  #state: 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' = 'head';
  /** Bytes of the body, or of the chunk, that are still to come. */
  #remaining = 0;
  /** The beginning of a head or line whose end has not come yet. */
  #partial: Buffer = NOTHING;

  constructor(readonly sink: AnswerSink) {}

  /** @throws Error for what is no HTTP answer. */
  take(data: Buffer): void {
    let rest = this.#partial.length === 0 ? data : Buffer.concat([this.#partial, data]);
    this.#partial = NOTHING;
    while (rest.length > 0) {
      const used = this.#step(rest);
      if (used === undefined) {
        this.#partial = Buffer.from(rest);
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** Takes in what the state is about; how many bytes that was, `undefined` when there are too few yet. */
  #step(data: Buffer): number | undefined {
    switch (this.#state) {
      case 'head':
        return this.#through(data, BLANK_LINE, (head) => this.#head(head));
      case 'chunk size':
        return this.#through(data, LINE_END, (line) => this.#chunk(Number.parseInt(line, 16)));
      case 'chunk end':
        return this.#through(data, LINE_END, () => {
          this.#state = 'chunk size';
        });
      case 'trailers':
        return this.#through(data, LINE_END, (line) => {
          if (line === '') this.#end();
        });
      case 'length':
      case 'chunk':
        return this.#content(data);
    }
  }

  #through(data: Buffer, end: Buffer, read: (text: string) => void): number | undefined {
    const at = data.indexOf(end);
    if (at < 0) return undefined;
    read(data.toString('latin1', 0, at));
    return at + end.length;
  }

  #head(head: string): void {
    const status = Number(head.slice(9, 12));
    if (!head.startsWith('HTTP/1.1 ') || !(status >= 200)) throw new Error(`this is no answer: ${head.slice(0, 80)}`);
    this.sink.head(status);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length === null && /\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#state = 'chunk size';
      return;
    }
    this.#remaining = Number(length?.[1] ?? 0);
    this.#state = 'length';
    if (this.#remaining === 0) this.#end();
  }

  #chunk(size: number): void {
    if (!(size >= 0)) throw new Error('this is no size of a chunk');
    this.#remaining = size;
    this.#state = size === 0 ? 'trailers' : 'chunk';
  }

  #content(data: Buffer): number {
    const used = Math.min(this.#remaining, data.length);
    this.#remaining -= used;
    this.sink.body(data.subarray(0, used));
    if (this.#remaining > 0) return used;
    if (this.#state === 'chunk') this.#state = 'chunk end';
    else this.#end();
    return used;
  }

  #end(): void {
    this.#state = 'head';
    this.sink.end();
  }
}
