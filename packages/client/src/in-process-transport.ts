import { type ApiRequest, type ApiResponse, type Identity, toStatus } from '@drover/api';
import { type Transport, TransportError } from './transport.js';

/** The core of an API server: `(request, identity) => server.handle(request, identity)`. */
export type Handle = (request: ApiRequest, identity: Identity) => Promise<ApiResponse>;

/**
 * Calls an API server in this process as `identity`: no sockets, no copies of bodies. A thrown error becomes the answer that a
 * client over the network would see.
 */
export function inProcessTransport(handle: Handle, identity: Identity): Transport {
  return {
    async send({ method, path, headers, body, signal }) {
      if (signal?.aborted)
        throw new TransportError(`${method} ${path.split('?', 1)[0] ?? ''}: aborted`, { cause: signal.reason });
      // The body's reader may stop early (a watch): its end is the server's signal that nobody listens any more.
      const gone = new AbortController();
      const abort = (): void => gone.abort(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      const done = (): void => {
        signal?.removeEventListener('abort', abort);
        gone.abort();
      };
      const response = await handle(
        { method, url: path, headers, body: bytes(body), signal: gone.signal },
        identity,
      ).catch((error: unknown): ApiResponse => {
        const status = toStatus(error);
        return {
          status: status.code,
          headers: { 'content-type': 'application/json' },
          body: new TextEncoder().encode(JSON.stringify(status)),
        };
      });
      if (response.body instanceof Uint8Array) {
        signal?.removeEventListener('abort', abort);
        return { status: response.status, headers: response.headers, body: bytes(response.body) };
      }
      return {
        status: response.status,
        headers: response.headers,
        body: until(response.body, gone.signal, signal, done),
      };
    },
  };
}

async function* bytes(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (body instanceof Uint8Array) {
    if (body.byteLength > 0) yield body;
    return;
  }
  yield* body;
}

/** `body`, breaking off when `signal` aborts even while the producer is silent. */
async function* until(
  body: AsyncIterable<Uint8Array>,
  gone: AbortSignal,
  signal: AbortSignal | undefined,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new TransportError('aborted', { cause: signal?.reason }));
    if (gone.aborted) fail();
    else gone.addEventListener('abort', fail, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    done();
    // Not awaited: a producer that waits for its next event would answer only then.
    iterator.return?.()?.catch?.(() => undefined);
  }
}
