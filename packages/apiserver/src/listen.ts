import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest, ApiResponse, Identity } from '@drover/api';
import { AUTHENTICATED } from './auth/identity.js';
import { drained, EventStream } from './registry/event-stream.js';
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
/** Connections that do nothing are closed after this time. */
const IDLE_MS = 90_000;
/** Open connections; further ones are refused until some end. */
const CONNECTIONS = 10_000;
/** Time for requests on their way when the listener closes. */
const DRAIN_MS = 2_000;

/** Why a request's signal aborts. One for all: making an error with its stack for each request costs a twentieth of it. */
const CLOSED = new Error('the connection is closed');

/** Tells that the caller went away, by a signal that is made when somebody asks for it: most requests are over before anyone does. */
class Departure {
  #controller: AbortController | undefined;
  #gone = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort(CLOSED);
    }
    return this.#controller.signal;
  }

  tell(): void {
    this.#gone = true;
    this.#controller?.abort(CLOSED);
  }
}

/** Serves an API server over HTTPS. Client certificates of its authority are identities. */
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
    ALPNProtocols: ['http/1.1'],
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: HEADERS_MS,
    keepAliveTimeout: IDLE_MS,
    requestTimeout: 0,
    noDelay: true,
  });
  front.maxConnections = CONNECTIONS;
  /** What has no end of its own: raw connections and watches. */
  const endless = new Set<Duplex | ServerResponse>();
  const track = (stream: Duplex | ServerResponse): void => {
    endless.add(stream);
    stream.once('close', () => endless.delete(stream));
  };
  front.on('request', (message: IncomingMessage, answer: ServerResponse) => {
    void serve(server, message, answer, track);
  });
  front.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    track(socket);
    socket.on('error', () => socket.destroy());
    const departure = new Departure();
    socket.once('close', () => departure.tell());
    void server.upgrade(requestOf(message, departure), socket, head, certificateIdentity(message));
  });
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
      for (const stream of endless) stream.destroy();
      front.closeIdleConnections();
      const late = setTimeout(() => front.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

async function serve(
  server: ApiServer,
  message: IncomingMessage,
  answer: ServerResponse,
  onEndless: (answer: ServerResponse) => void,
): Promise<void> {
  const departure = new Departure();
  answer.once('close', () => departure.tell());
  const response = await server.handle(requestOf(message, departure), certificateIdentity(message));
  try {
    const { body, headers } = response;
    if (!(body instanceof Uint8Array) && headers['content-length'] === undefined) onEndless(answer);
    await send(answer, response);
  } catch {
    // The caller has gone, or the body broke off: an answer that has begun can only be cut.
    answer.destroy();
  }
}

async function send(answer: ServerResponse, { status, headers, body }: ApiResponse): Promise<void> {
  if (body instanceof Uint8Array) {
    const known = headers['content-length'] !== undefined || status === 204;
    answer.writeHead(status, outgoing(known ? headers : { ...headers, 'content-length': String(body.length) }));
    answer.end(body);
    return;
  }
  answer.writeHead(status, outgoing(headers));
  // Clients of a watch wait for the headers before there is a first event.
  answer.flushHeaders();
  if (body instanceof EventStream) return body.sendTo(answer);
  for await (const chunk of body) {
    if (answer.destroyed) return;
    if (!answer.write(chunk)) await drained(answer);
  }
  answer.end();
}

/** Node takes lists of values it may change, and does not change them. */
const outgoing = (headers: ApiResponse['headers']): OutgoingHttpHeaders => headers as OutgoingHttpHeaders;

function requestOf(message: IncomingMessage, departure: Departure): ApiRequest {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values !== undefined && values.length > 0) headers[name] = values.length === 1 ? (values[0] as string) : values;
  }
  // A refusal leaves the body unread; that must not cut the connection before the refusal is sent.
  const body = { [Symbol.asyncIterator]: () => message.iterator({ destroyOnReturn: false }) };
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers,
    body,
    get signal() {
      return departure.signal;
    },
  };
}

/** What the certificate of a connection says, which stays the same as long as the connection. */
const known = new WeakMap<TLSSocket, Identity>();

/** Who a verified client certificate says it is: its common name, in its organizations. */
function certificateIdentity(message: IncomingMessage): Identity | undefined {
  const socket = message.socket as TLSSocket;
  if (!socket.authorized) return undefined;
  const identity = known.get(socket) ?? readCertificate(socket);
  if (identity !== undefined) known.set(socket, identity);
  return identity;
}

function readCertificate(socket: TLSSocket): Identity | undefined {
  const { subject, raw } = socket.getPeerCertificate();
  const { CN, O } = (subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const [name] = listOf(CN);
  if (name === undefined || name === '') return undefined;
  const id = `X509SHA256=${createHash('sha256').update(raw).digest('hex')}`;
  const extra = { 'authentication.kubernetes.io/credential-id': [id] };
  return { name, groups: [...listOf(O), AUTHENTICATED], extra };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}
