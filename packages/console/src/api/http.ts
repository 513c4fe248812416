import { fromStatus, type Json } from '@drover/api';

/** No answer came: the server is away, or the network between. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** How the browser's requests leave: `fetch` in the browser, a function in tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request of ours. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** JSON over HTTP with the session's cookie. */
export interface Http {
  /** @throws ApiError when the server refuses, Unreachable when it does not answer. */
  request(url: string, request?: HttpRequest): Promise<unknown>;
}

/** What the server wants to see in `X-API-CSRF` with each write of a cookie session: the cookie's own value. */
export function csrfToken(cookies: string): string | undefined {
  return cookies
    .split(';')
    .map((pair) => pair.trim().split('='))
    .find(([name]) => name === 'CSRF')?.[1];
}

/** An `Http` over `fetch`; `cookies` reads the document's cookies at the moment of each request. */
export function createHttp(fetch: Fetch, cookies: () => string, onSignedOut: () => void): Http {
  return {
    async request(url, { method = 'GET', body, contentType = 'application/json', signal } = {}) {
      const token = method === 'GET' ? undefined : csrfToken(cookies());
      const response = await fetch(url, {
        method,
        credentials: 'same-origin',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...(token === undefined ? {} : { 'x-api-csrf': token }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      }).catch((error: unknown) => {
        if (signal?.aborted) throw error;
        throw new Unreachable(`no answer from ${url}`, { cause: error });
      });
      const answer = parse(await response.text());
      if (response.ok) return answer;
      if (response.status === 401) onSignedOut();
      throw fromStatus(response.status, answer);
    },
  };
}

function parse(text: string): Json | string {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
