import { Agent } from 'node:https';
import type { Secret } from '@drover/kit';
import type { ConnectionTransport } from './connection-transport.js';
import { httpTransport } from './http-exchange.js';
import type { TokenSource } from './token.js';

/** How to reach a Kubernetes API and as whom: what a kubeconfig's context says. */
export interface ClusterAccess {
  /** `https://host:port`, with a path when the API is behind a proxy's prefix. */
  readonly server: string;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Name to expect in the server's certificate when it is not the host of `server`. */
  readonly tlsServerName?: string | undefined;
  /** PEM of a client certificate, and its key. */
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
  readonly token?: TokenSource | undefined;
  /** The context's namespace, for programs that show "the" namespace. */
  readonly namespace?: string | undefined;
}

/** Options beyond the kubeconfig's. */
export interface HttpsTransportOptions extends ClusterAccess {
  /** Sent with each request unless the request has its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Connections at once; more requests wait. Default 100: a watch holds one, and a manager has a few dozen kinds. */
  readonly maxSockets?: number;
}

/** Thrown for an address that is no HTTPS URL. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/**
 * HTTP/1.1 over TLS with connections kept alive. The server's certificate is always verified, against `ca` or the system's
 * authorities. TCP keep-alive probes after 15 s find a peer that vanished.
 *
 * @throws AccessError when `server` is not an https URL.
 */
export function httpsTransport(options: HttpsTransportOptions): ConnectionTransport {
  const url = parseServer(options.server);
  const agent = new Agent({
    keepAlive: true,
    keepAliveMsecs: 15_000,
    maxSockets: options.maxSockets ?? 100,
    maxFreeSockets: 16,
    scheduling: 'lifo',
    // Shorter than the 5 s after which a Node server closes an idle connection, so that no request meets a closing one.
    timeout: 4_000,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key.reveal() }),
    ...(options.tlsServerName === undefined ? {} : { servername: options.tlsServerName }),
  });
  return httpTransport({
    label: url.origin,
    secure: true,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 443),
    agent,
    pathPrefix: url.pathname.replace(/\/+$/, ''),
    token: options.token,
    headers: { host: url.host, ...options.headers },
  });
}

function parseServer(server: string): URL {
  let url: URL;
  try {
    url = new URL(server);
  } catch (cause) {
    throw new AccessError(`"${server}" is not a URL such as https://10.0.0.1:6443`, { cause });
  }
  if (url.protocol !== 'https:') throw new AccessError(`"${server}": only https is supported for a Kubernetes API`);
  if (url.username !== '' || url.password !== '')
    throw new AccessError(`${url.host}: credentials in a URL are refused`);
  return url;
}
