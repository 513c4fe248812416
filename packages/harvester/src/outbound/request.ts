import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { type ProxySettings, proxyFor } from './proxy.js';

/** How this cluster reaches the world: its proxy and whom it trusts. */
export interface Outbound {
  readonly proxy: ProxySettings;
  /** PEM bundles trusted beside the well-known authorities. */
  readonly ca: readonly string[];
  /** Whether a certificate that nobody vouches for is accepted: only where a setting of that request says so. */
  readonly skipVerify?: boolean;
  /** A client certificate, PEM. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** One request to the world. Redirects are followed for GET and HEAD, without `authorization` once the origin changes. */
export interface OutboundRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the request, and its body, at any time. */
  readonly signal: AbortSignal;
}

/** The answer's head; `body` must be read, or destroyed. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
}

/** No answer came. The message names the URL without credentials and query, and the cause. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
}

/** As many hops as curl and Go's client are willing to go, rounded down. */
const MAX_REDIRECTS = 10;

/**
 * Sends a request to an http or https URL.
 *
 * @throws OutboundError when no answer came: refused, unknown host, TLS, timeout by `signal`, too many redirects.
 */
export async function send(request: OutboundRequest, outbound: Outbound): Promise<OutboundResponse> {
  let { url, headers = {} } = request;
  for (let hops = 0; ; hops += 1) {
    const body = await once({ ...request, url, headers }, outbound);
    const status = body.statusCode ?? 0;
    const location = body.headers.location;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) {
      return { status, headers: body.headers, body };
    }
    body.resume();
    if (hops === MAX_REDIRECTS) throw new OutboundError(`${plain(request.url)}: more than ${MAX_REDIRECTS} redirects`);
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined) throw new OutboundError(`${plain(url)}: redirects to what is no URL`);
    if (next.origin !== url.origin) {
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
    }
    url = next;
  }
}

/** The URL as a message may show it. */
export const plain = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

async function once(request: OutboundRequest, outbound: Outbound): Promise<IncomingMessage> {
  const { url, method, signal } = request;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new OutboundError(`${plain(url)}: only http and https URLs are fetched`);
  }
  const headers = { 'user-agent': 'drover', ...credentials(url), ...request.headers };
  const options = { method, headers, signal, agent: false as const, ...tlsOptions(outbound) };
  const target = new URL(url);
  target.username = '';
  target.password = '';
  try {
    const proxy = proxyFor(url, outbound.proxy);
    if (proxy === undefined) {
      return await answer((url.protocol === 'https:' ? requestHttps : requestHttp)(target, options));
    }
    if (url.protocol === 'http:') {
      const { hostname, port } = proxy;
      const through = { ...options, hostname: bare(hostname), port, path: target.href };
      return await answer(requestHttp({ ...through, headers: { host: url.host, ...headers, ...proxyHeaders(proxy) } }));
    }
    const socket = await tunnel(proxy, url, signal);
    return await answer(requestHttps(target, { ...options, socket } as Parameters<typeof requestHttps>[1] & object));
  } catch (error) {
    if (error instanceof OutboundError) throw error;
    throw new OutboundError(`${method} ${plain(url)}: ${reason(error, signal)}`, { cause: error });
  }
}

function answer(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });
}

/** A connection to `url`'s host through an HTTP proxy (RFC 9110, CONNECT). */
function tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const authority = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
  const connect = requestHttp({
    method: 'CONNECT',
    hostname: bare(proxy.hostname),
    port: proxy.port === '' ? 80 : proxy.port,
    path: authority,
    headers: { host: authority, ...proxyHeaders(proxy) },
    agent: false,
    signal,
  });
  return new Promise((resolve, reject) => {
    connect.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new OutboundError(`the proxy ${proxy.host} answered ${response.statusCode} for ${authority}`));
    });
    connect.once('response', (response) => {
      response.resume();
      reject(new OutboundError(`the proxy ${proxy.host} answered ${response.statusCode} for ${authority}`));
    });
    connect.once('error', reject);
    connect.end();
  });
}

function tlsOptions({ ca, skipVerify, identity }: Outbound): object {
  return {
    ...(ca.length > 0 ? { ca: [...rootCertificates, ...ca] } : {}),
    ...(skipVerify === true ? { rejectUnauthorized: false } : {}),
    ...identity,
  };
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

function credentials(url: URL): Record<string, string> {
  return url.username === '' && url.password === '' ? {} : { authorization: basic(url.username, url.password) };
}

function proxyHeaders(proxy: URL): Record<string, string> {
  return proxy.username === '' ? {} : { 'proxy-authorization': basic(proxy.username, proxy.password) };
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString('base64')}`;

function reason(error: unknown, signal: AbortSignal): string {
  if (signal.aborted && signal.reason instanceof Error) return signal.reason.message;
  if (!(error instanceof Error)) return String(error);
  // Happy-eyeballs failures carry their sentences inside.
  if (error instanceof AggregateError) return error.errors.map((one: unknown) => reason(one, signal)).join('; ');
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
