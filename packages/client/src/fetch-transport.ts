import { type Transport, TransportError } from './transport.js';

/** Where a page's requests go, and what goes with them. */
export interface FetchTransportOptions {
  /** Put before each path: '' for the page's own origin, `/k8s/clusters/c-m-abcdefgh`. */
  readonly baseUrl: string;
  /** Asked at each request: a CSRF token changes with the session. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Default: the browser's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The browser's `fetch` with the session's cookie. Redirects fail. */
export function fetchTransport({ baseUrl, headers, fetch = globalThis.fetch }: FetchTransportOptions): Transport {
  return {
    async send({ method, path, headers: own, body, signal }) {
      if (body !== undefined && !(body instanceof Uint8Array)) {
        throw new TransportError(`${method} ${path}: a browser cannot stream a request's body`);
      }
      const flat: Record<string, string> = { ...headers?.() };
      for (const [name, value] of Object.entries(own)) {
        // A browser names itself, and refuses to be named.
        if (name !== 'user-agent') flat[name] = typeof value === 'string' ? value : value.join(', ');
      }
      try {
        const response = await fetch(baseUrl + path, {
          method,
          headers: flat,
          credentials: 'same-origin',
          redirect: 'error',
          ...(body === undefined ? {} : { body: body.slice() }),
          ...(signal === undefined ? {} : { signal }),
        });
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          body: chunks(response.body),
        };
      } catch (cause) {
        throw new TransportError(`${method} ${path.split('?', 1)[0] ?? ''}: no answer`, { cause });
      }
    },
  };
}

/** Safari has no async iteration of streams; a reader does the same everywhere. */
async function* chunks(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } catch (cause) {
    throw new TransportError('the answer broke off', { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
