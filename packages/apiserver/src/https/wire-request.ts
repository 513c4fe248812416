import type { Readable } from 'node:stream';
import type { ApiRequest } from '@drover/api';

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
    stream: Pick<Readable, 'iterator'>,
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
class WireBody implements AsyncIterable<Uint8Array> {
  readonly #stream: Pick<Readable, 'iterator'>;

  constructor(stream: Pick<Readable, 'iterator'>) {
    this.#stream = stream;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#stream.iterator({ destroyOnReturn: false });
  }
}
