import { isJsonObject, type Json, type JsonObject } from '@drover/api';
import type { TransportResponse } from '@drover/client';
import { type Answer, valueAt } from './answer.js';

/** One line of a watch. */
export interface WatchLine {
  readonly type: string;
  readonly object: JsonObject;
}

/** A watch that has been accepted. Disposing it ends the request. */
export class Watch implements AsyncDisposable {
  readonly #lines: AsyncIterator<WatchLine>;
  readonly #stop: AbortController;

  constructor(response: TransportResponse, stop: AbortController) {
    this.#lines = linesOf(response.body);
    this.#stop = stop;
  }

  /** The next line, or `undefined` when the server has ended the watch. */
  async next(): Promise<WatchLine | undefined> {
    const { done, value } = await this.#lines.next();
    return done === true ? undefined : value;
  }

  /** The next `count` changes as `ADDED name`, without bookmarks. */
  async changes(count: number): Promise<string[]> {
    const seen: string[] = [];
    while (seen.length < count) {
      const line = await this.next();
      if (line === undefined) break;
      if (line.type !== 'BOOKMARK') seen.push(`${line.type} ${String(valueAt(line.object, 'metadata.name'))}`);
    }
    return seen;
  }

  /** The first line that is as `wanted` says. @throws Error when the watch ends before. */
  async until(wanted: (line: WatchLine) => boolean): Promise<WatchLine> {
    for (;;) {
      const line = await this.next();
      if (line === undefined) throw new Error('the watch ended before what was waited for');
      if (wanted(line)) return line;
    }
  }

  /** Every line until the server ends the watch. */
  async rest(): Promise<WatchLine[]> {
    const lines: WatchLine[] = [];
    for (let line = await this.next(); line !== undefined; line = await this.next()) lines.push(line);
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the watch is not needed any more'));
  }
}

/** Thrown when a watch is refused before it begins. */
export class WatchRefused extends Error {
  override readonly name = 'WatchRefused';

  constructor(readonly answer: Answer) {
    super(`the watch is refused: ${answer.text}`);
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WatchLine> {
  const decoder = new TextDecoder();
  let waiting = '';
  for await (const chunk of chunks) {
    waiting += decoder.decode(chunk, { stream: true });
    const lines = waiting.split('\n');
    waiting = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield lineOf(JSON.parse(line) as Json);
  }
}

function lineOf(value: Json): WatchLine {
  const object = valueAt(value, 'object');
  if (!isJsonObject(object)) throw new SyntaxError('no watch event');
  return { type: String(valueAt(value, 'type')), object };
}
