import type { Readable } from 'node:stream';
import { type ApiError, type ApiRequest, badRequest } from '@drover/api';
import type { WholeBody } from '../request/body.js';

/** Why a request's signal aborts. One for all: making an error with its stack for each request costs a twentieth of it. */
const CLOSED = new Error('the connection is closed');

/** Where a body comes from; `aborted` tells that the other side left before it had sent or received everything. */
export type WireStream = Readable & { readonly aborted: boolean };

/** Nobody is left to read this; it says that the mistake is not ours. */
const brokenOff = (): ApiError => badRequest('the body broke off before its end');

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
    stream: WireStream,
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
  readonly #stream: WireStream;

  constructor(stream: WireStream) {
    this.#stream = stream;
  }

  /** @throws ApiError BadRequest when it breaks off. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#stream.iterator({ destroyOnReturn: false });
    } catch {
      throw brokenOff();
    }
    if (this.#stream.aborted) throw brokenOff();
  }

  /** @throws ApiError BadRequest when it breaks off. */
  whole(limit: number): Promise<readonly Uint8Array[] | undefined> {
    const stream = this.#stream;
    return new Promise((resolve, reject) => {
      if (stream.aborted) return reject(brokenOff());
      if (stream.readableEnded) return resolve([]);
      if (stream.destroyed) return reject(brokenOff());
      const chunks: Uint8Array[] = [];
      let size = 0;
      const stop = (): void => {
        stream.off('data', take).off('end', end).off('close', fail).off('error', fail);
      };
      const take = (chunk: Uint8Array): void => {
        size += chunk.length;
        chunks.push(chunk);
        if (size <= limit) return;
        stop();
        stream.pause();
        resolve(undefined);
      };
      const fail = (): void => {
        stop();
        reject(brokenOff());
      };
      const end = (): void => {
        // A stream of HTTP/2 that is reset ends as if that had been all.
        if (stream.aborted) fail();
        else {
          stop();
          resolve(chunks);
        }
      };
      stream.on('data', take).on('end', end).on('close', fail).on('error', fail);
    });
  }
}
