import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { serveHttp1 } from './https/http1.js';
import { type Http2Connections, serveHttp2 } from './https/http2.js';
import { STALL_MS } from './https/sending.js';
import type { ApiServer } from './server.js';

/** Where to listen, and with which certificate. */
export interface ListenOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Names and addresses the certificate is for, beside `host` and the loopback ones. */
  readonly hosts?: readonly string[];
  /** A certificate of the caller's own, instead of one by the server's authority. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
}

/** An open port. Disposing it ends connections after their present request, watches at once. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** `https://HOST:PORT`, reachable from this machine. */
  readonly url: string;
}

/** Names by which programs inside a cluster call the API. */
const CLUSTER_NAMES = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'localhost',
  '127.0.0.1',
  '::1',
];
/** Bytes of all headers of a request together; a client certificate's user may be in dozens of groups. */
const HEADER_BYTES = 64 * 1024;
/** How long a sender may take over its headers. */
const HEADERS_MS = 20_000;
/** How long a client may take over the TLS handshake. */
const HANDSHAKE_MS = 10_000;
/** Connections that have been answered and ask nothing more are closed after this time. */
const IDLE_MS = 90_000;
/** Open connections; further ones are refused until some end. */
const CONNECTIONS = 10_000;
/** Time for requests on their way when the listener closes. */
const DRAIN_MS = 2_000;

/** Serves an API server over HTTPS, HTTP/1.1 and HTTP/2. Client certificates of its authority are identities. */
export async function listen(server: ApiServer, options: ListenOptions): Promise<Listener> {
  const { host, port, hosts = [] } = options;
  const names = [...new Set([...(host === '0.0.0.0' || host === '::' ? [] : [host]), ...hosts, ...CLUSTER_NAMES])];
  const { certPem, keyPem } = options.tls ?? (await server.servingCertificate(names));
  const front = createServer({
    cert: certPem,
    key: keyPem,
    ca: server.caPem,
    requestCert: true,
    // Tokens are the other way in; what a certificate proves is asked of each connection.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: HANDSHAKE_MS,
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: HEADERS_MS,
    keepAliveTimeout: IDLE_MS,
    requestTimeout: 0,
    noDelay: true,
  });
  front.maxConnections = CONNECTIONS;
  front.timeout = STALL_MS;
  /** What has no end of its own: raw connections and watches. */
  const endless = new Set<Duplex | ServerResponse>();
  const track = (stream: Duplex | ServerResponse): void => {
    endless.add(stream);
    stream.once('close', () => endless.delete(stream));
  };
  serveHttp1(front, server, track);
  const http2 = serveHttp2(server, { headerBytes: HEADER_BYTES, idleMs: IDLE_MS, stallMs: STALL_MS }, track);
  byProtocol(front, http2);
  front.listen(port, host);
  await once(front, 'listening');
  const bound = front.address();
  const open = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    port: open,
    url: `https://${reachable(host)}:${open}`,
    async [Symbol.asyncDispose]() {
      const closed = once(front, 'close');
      front.close();
      http2.drain();
      for (const stream of endless) stream.destroy();
      front.closeIdleConnections();
      const late = setTimeout(() => {
        front.closeAllConnections();
        http2.destroy();
      }, DRAIN_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

/** Hands each connection to the server of the protocol that it chose. */
function byProtocol(front: Server, http2: Http2Connections): void {
  const serveHttp1 = front.listeners('secureConnection');
  front.removeAllListeners('secureConnection');
  front.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') http2.take(socket);
    else for (const serve of serveHttp1) Reflect.apply(serve, front, [socket]);
  });
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}
