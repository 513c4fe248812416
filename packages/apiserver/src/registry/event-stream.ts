import { Bounded } from '@drover/kit';

/** Events written together: a burst costs one write to the connection, and no chunk grows without end. */
const BATCH_BYTES = 64 * 1024;

/**
 * The lines of one watch on their way to its reader. Holds what comes until the reader takes it, up to a bound of lines and of
 * bytes; a reader that is further behind is cut off, and starts again from the last revision it saw.
 */
export class EventStream implements AsyncIterable<Uint8Array> {
  readonly #queue: Bounded<Buffer>;
  #bytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(
    readonly bounds: { readonly lines: number; readonly bytes: number },
    readonly onOverflow: () => void,
  ) {
    this.#queue = new Bounded(bounds.lines);
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(line: Buffer): void {
    if (this.#ended) return;
    if (this.#bytes + line.length > this.bounds.bytes || !this.#queue.offer(line)) {
      this.onOverflow();
      this.end();
      return;
    }
    this.#bytes += line.length;
    this.#wake?.();
  }

  /** Ends the stream after what is queued. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const batch = this.#take();
      if (batch !== undefined) yield batch;
      else if (this.#ended) return;
      else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
        this.#wake = undefined;
      }
    }
  }

  #take(): Buffer | undefined {
    const first = this.#queue.take();
    if (first === undefined) return undefined;
    const lines = [first];
    let size = first.length;
    while (size < BATCH_BYTES) {
      const next = this.#queue.take();
      if (next === undefined) break;
      lines.push(next);
      size += next.length;
    }
    this.#bytes -= size;
    return lines.length === 1 ? first : Buffer.concat(lines, size);
  }
}
