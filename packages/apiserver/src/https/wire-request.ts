import type { Readable } from 'node:stream';
import type { ApiRequest } from '@drover/api';
import type { WholeBody } from '../request/body.js';

/** Why a request's signal aborts. One for all: making an error with its stack for each request costs a twentieth of it. */
const CLOSED = new Error('the connection is closed');

/**
 * A request from a connection. Its signal is made when somebody asks for it: most requests are over before anyone does. It is no
 * property of the object itself, so that a copy by `...` has none, and must name one.
 */
export class WireRequest implements ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ApiRequest['headers'];
  readonly body: AsyncIterable<Uint8Array>;
  readonly from: string | undefined;
  #controller: AbortController | undefined;
  #gone = false;

  constructor(
    { method, url, headers, from }: Pick<ApiRequest, 'method' | 'url' | 'headers' | 'from'>,
    stream: Readable,
  ) {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.body = new WireBody(stream);
    this.from = from;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort(CLOSED);
    }
    return this.#controller.signal;
  }

  /** Tells that the caller went away. */
  abandon(): void {
    this.#gone = true;
    this.#controller?.abort(CLOSED);
  }
}

/** What of a body is not read stays where it is: a refusal must not cut the connection before the refusal is sent. */
class WireBody implements WholeBody {
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#stream.iterator({ destroyOnReturn: false });
  }

  whole(limit: number): Promise<readonly Uint8Array[] | undefined> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      if (stream.readableEnded) return resolve([]);
      if (stream.destroyed) return reject(CLOSED);
      const chunks: Uint8Array[] = [];
      let size = 0;
      const stop = (): void => {
        stream.off('data', take).off('end', end).off('close', close).off('error', fail);
      };
      const take = (chunk: Uint8Array): void => {
        size += chunk.length;
        chunks.push(chunk);
        if (size <= limit) return;
        stop();
        stream.pause();
        resolve(undefined);
      };
      const end = (): void => {
        stop();
        resolve(chunks);
      };
      const fail = (error: Error): void => {
        stop();
        reject(error);
      };
      const close = (): void => fail(CLOSED);
      stream.on('data', take).on('end', end).on('close', close).on('error', fail);
    });
  }
}
