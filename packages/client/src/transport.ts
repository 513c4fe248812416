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
 * How bytes reach a Kubernetes API: over TLS, in this process, or through a tunnel. One verb, so that each is
 * interchangeable and a test can stand in. No transport follows a redirect or repeats a request.
 */
export interface Transport {
  /** @throws TransportError when no answer came (refused, reset, TLS, aborted). */
  send(request: TransportRequest): Promise<TransportResponse>;
}

/** No answer came, or it broke off; `cause` is why. The message says what was asked of whom. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}
