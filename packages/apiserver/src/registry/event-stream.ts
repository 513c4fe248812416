import type { Writable } from 'node:stream';
import { Bounded } from '@drover/kit';

/** Events written together: a burst costs a connection few writes, and none grows without end. */
export const PIECE_BYTES = 64 * 1024;

/** What a stream of events begins with, how far its reader may be behind, and who is told what becomes of it. */
export interface EventStreamOptions {
  /** Comes before all lines that are pushed; taken as the reader takes it. */
  readonly initial?: AsyncIterable<Buffer>;
  readonly bounds: { readonly lines: number; readonly bytes: number };
  /** The reader was too far behind and is cut off. */
  readonly onOverflow: () => void;
}

/** How lines are framed on a connection. One frame may go to many connections: nobody changes it. */
export interface Framing {
  frame(lines: Uint8Array): Uint8Array;
  /** What tells the other side that there is no more. */
  readonly end: Uint8Array | undefined;
}

const UNFRAMED: Framing = { frame: (lines) => lines, end: undefined };

/**
 * The lines of one watch on their way to its reader. A reader that is ready gets each line in the moment it is pushed; for one that
 * is not they wait, up to a bound of lines and of bytes. A reader that is further behind is cut off, and starts again from the last
 * revision it saw.
 *
 * There is one reader: whoever iterates, or the stream of Node given to `sendTo`, which costs less for each line.
 */
export class EventStream implements AsyncIterable<Uint8Array> {
  readonly #initial: AsyncIterable<Buffer> | undefined;
  readonly #bounds: EventStreamOptions['bounds'];
  readonly #onOverflow: () => void;
  readonly #onEnd: (() => void)[] = [];
  readonly #queue: Bounded<Buffer>;
  #bytes = 0;
  #ended = false;
  /** Tells the reader that there is something to take. */
  #wake: (() => void) | undefined;
  /** Takes lines as they come. Invariant: as long as it is there, nothing is queued and it is not full. */
  #ready: Writable | undefined;
  #framing = UNFRAMED;

  constructor({ initial, bounds, onOverflow }: EventStreamOptions) {
    this.#initial = initial;
    this.#bounds = bounds;
    this.#onOverflow = onOverflow;
    this.#queue = new Bounded(bounds.lines);
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(line: Buffer): void {
    if (this.#ended) return;
    if (this.#ready !== undefined) {
      if (this.#ready.destroyed || !this.#ready.write(this.#framing.frame(line))) this.#ready = undefined;
      return;
    }
    if (this.#bytes + line.length > this.#bounds.bytes || !this.#queue.offer(line)) {
      this.#onOverflow();
      this.end();
      return;
    }
    this.#bytes += line.length;
    this.#wake?.();
  }

  /** Ends the stream after what is queued. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ready = undefined;
    for (const act of this.#onEnd.splice(0)) act();
    this.#wake?.();
  }

  /** Calls `act` once, when no more lines are taken: the stream was ended, its reader has left, or was cut off. */
  onEnd(act: () => void): void {
    if (this.#ended) act();
    else this.#onEnd.push(act);
  }

  /**
   * Gives everything to `answer`, each line in the moment it comes unless it is full, and ends it. `wire` is what the answer's bytes
   * go to, for who may write there in its stead.
   */
  async sendTo(answer: Writable, framing: Framing = UNFRAMED, wire: Writable = answer): Promise<void> {
    this.#framing = framing;
    answer.once('close', () => this.end());
    for await (const batch of this.#batches(wire)) {
      if (!wire.write(framing.frame(batch))) await drained(wire);
      if (answer.destroyed) return;
    }
    if (answer.destroyed) return;
    if (framing.end !== undefined) wire.write(framing.end);
    answer.end();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    return this.#batches(undefined);
  }

  /** What the reader has to take; while there is nothing, `direct` is given each line as it comes. */
  async *#batches(direct: Writable | undefined): AsyncGenerator<Uint8Array> {
    try {
      if (this.#initial !== undefined) yield* this.#initial;
      for (;;) {
        const batch = this.#take();
        if (batch !== undefined) yield batch;
        else if (this.#ended) return;
        else {
          this.#ready = direct;
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
          this.#wake = undefined;
        }
      }
    } finally {
      this.end();
    }
  }

  #take(): Buffer | undefined {
    const first = this.#queue.take();
    if (first === undefined) return undefined;
    const lines = [first];
    let size = first.length;
    while (size < PIECE_BYTES) {
      const next = this.#queue.take();
      if (next === undefined) break;
      lines.push(next);
      size += next.length;
    }
    this.#bytes -= size;
    return lines.length === 1 ? first : Buffer.concat(lines, size);
  }
}

/** Resolves when `stream` has room again, or is closed. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
