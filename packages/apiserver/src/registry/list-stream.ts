import type { Writable } from 'node:stream';
import { drained } from './event-stream.js';
import type { ListBody } from './list-body.js';

/**
 * A long list on its way to its reader, put together as it is taken. Other requests have a turn of the loop between two chunks.
 *
 * There is one reader: whoever iterates, who may keep what it is given, or the stream of Node given to `sendTo`. That one has done
 * with a chunk when it says so, and gets others in the same memory: chunks of its own for each list would wait for the collector by
 * the tens of megabytes.
 */
export class ListStream implements AsyncIterable<Uint8Array> {
  constructor(readonly body: ListBody) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (const chunk of this.body.chunks(Buffer.allocUnsafe)) {
      yield chunk;
      await turn();
    }
  }

  /** Gives everything to `answer`, no more than it has room for, and ends it. */
  async sendTo(answer: Writable): Promise<void> {
    const memory = new LentMemory();
    for (const chunk of this.body.chunks((size) => memory.lend(size))) {
      if (answer.destroyed) return;
      if (!answer.write(chunk, () => memory.takeBack(chunk))) await drained(answer);
      await turn();
    }
    answer.end();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Buffers that are lent again once they were given back. As many as are on loan at the same time. */
class LentMemory {
  readonly #lent = new Set<ArrayBufferLike>();
  readonly #free: Buffer[] = [];

  lend(size: number): Buffer {
    const index = this.#free.findIndex(({ length }) => length >= size);
    const [buffer = Buffer.allocUnsafeSlow(size)] = index < 0 ? [] : this.#free.splice(index, 1);
    this.#lent.add(buffer.buffer);
    return buffer;
  }

  /** Takes back the buffer that `part` is of; of others nothing. */
  takeBack({ buffer }: Buffer): void {
    if (this.#lent.delete(buffer)) this.#free.push(Buffer.from(buffer));
  }
}
