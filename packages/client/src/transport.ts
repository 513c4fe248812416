import type { Duplex } from 'node:stream';

/** Header names in lower case; a header that came more than once has an array. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One HTTP request to a Kubernetes API. `path` starts with `/` and carries the query. Header names are lower case. */
export interface TransportRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Ends the request and, after the head, the body: with this signal's reason as the error. */
  readonly signal?: AbortSignal;
}

/** The answer, as soon as its head is there; `body` must be read to the end or the request's signal aborted. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The answer to a request that asked for another protocol: the raw connection, whose owner the caller becomes, or the
 * refusal as an ordinary answer, after which the connection is closed and was never anybody's.
 */
export type Upgrade =
  | {
      readonly switched: true;
      readonly headers: Headers;
      readonly socket: Duplex;
      /** Bytes of the new protocol that came with the head: they precede what `socket` yields. */
      readonly head: Uint8Array;
    }
  | { readonly switched: false; readonly response: TransportResponse };

/**
 * How bytes reach a Kubernetes API: over TLS, in this process, or through a tunnel. One verb, so that each is
 * interchangeable and a test can stand in. No transport follows a redirect or repeats a request.
 */
export interface Transport {
  /** @throws TransportError when no answer came (refused, reset, TLS, aborted). */
  send(request: TransportRequest): Promise<TransportResponse>;
}

/** A transport over real connections, which it closes when disposed. */
export interface ConnectionTransport extends Transport, AsyncDisposable {
  /**
   * Sends a request whose headers ask for an upgrade (`connection: Upgrade`, `upgrade: websocket`).
   *
   * @throws TransportError when no answer came.
   */
  upgrade(request: Omit<TransportRequest, 'body'>): Promise<Upgrade>;
}

/** No answer came, or it broke off; `cause` is why. The message says what was asked of whom. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}
