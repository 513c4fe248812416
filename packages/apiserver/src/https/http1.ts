import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest } from '@drover/api';
import type { Sender } from '../auth/identity.js';
import { EventStream, type Framing } from '../registry/event-stream.js';
import type { ApiServer } from '../server.js';
import { chunks } from './chunks.js';
import { certificateSender } from './client-certificate.js';
import { Departure } from './departure.js';
import { headerFields } from './header-fields.js';
import { sendBody } from './sending.js';

/** How long a sender may go on with a body nobody reads, so that it comes to read the refusal instead of a reset. */
const LINGER_MS = 1000;

/** What has no end of its own: raw connections and watches. */
export type Endless = (stream: Duplex | ServerResponse) => void;

/** Serves HTTP/1.1, upgrades included, on a listening server. */
export function serveHttp1(front: Pick<Server, 'on'>, server: ApiServer, onEndless: Endless): void {
  /** What each connection's certificate says, and of which it is known that they have none. */
  const known = new WeakMap<object, Sender | undefined>();
  const senderOf = ({ socket }: IncomingMessage): Sender | undefined => {
    const said = known.get(socket);
    if (said !== undefined || known.has(socket)) return said;
    const sender = certificateSender(socket as TLSSocket);
    known.set(socket, sender);
    return sender;
  };
  front.on('request', (message: IncomingMessage, answer: ServerResponse) => {
    const served = async (): Promise<void> => serve(server, message, answer, senderOf(message), onEndless);
    // The caller has gone, or the body broke off: an answer that has begun can only be cut.
    served().catch(() => answer.destroy());
  });
  front.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    onEndless(socket);
    socket.on('error', () => socket.destroy());
    const departure = new Departure();
    socket.once('close', () => departure.tell());
    const served = async (): Promise<void> =>
      server.upgrade(requestOf(message, departure), socket, head, senderOf(message));
    served().catch(() => socket.destroy());
  });
}

async function serve(
  server: ApiServer,
  message: IncomingMessage,
  answer: ServerResponse,
  sender: Sender | undefined,
  onEndless: Endless,
): Promise<void> {
  const departure = new Departure();
  answer.once('close', () => departure.tell());
  const { status, headers, body } = await server.handle(requestOf(message, departure), sender);
  const sized = headers['content-length'] !== undefined || status === 204;
  if (!(body instanceof Uint8Array) && !sized) onEndless(answer);
  const length = sized || !(body instanceof Uint8Array) ? {} : { 'content-length': String(body.length) };
  // What of the body was not read would be taken for the next request.
  const last = message.complete ? {} : { connection: 'close' };
  answer.writeHead(status, outgoing({ ...headers, ...length, ...last }));
  // Clients of a watch wait for the headers before there is a first event.
  if (!(body instanceof Uint8Array)) answer.flushHeaders();
  if (!message.complete) answer.once('finish', () => linger(message));
  await sendBody(body, answer, body instanceof EventStream ? ownChunks(answer) : undefined);
}

/** Takes the chunking of an answer's body over from Node, where it is chunked: it is not in HTTP/1.0. */
function ownChunks(answer: ServerResponse): Framing | undefined {
  if (!answer.chunkedEncoding) return undefined;
  answer.chunkedEncoding = false;
  return chunks;
}

/** Reads on for a moment, and ends the connection. */
function linger(message: IncomingMessage): void {
  message.resume();
  const patience = setTimeout(() => message.destroy(), LINGER_MS).unref();
  message.once('close', () => clearTimeout(patience));
}

/** Node takes lists of values it may change, and does not change them. */
const outgoing = (headers: Readonly<Record<string, string | readonly string[]>>): OutgoingHttpHeaders =>
  headers as OutgoingHttpHeaders;

function requestOf(message: IncomingMessage, departure: Departure): ApiRequest {
  // A refusal leaves the body unread; that must not cut the connection before the refusal is sent.
  const body = { [Symbol.asyncIterator]: () => message.iterator({ destroyOnReturn: false }) };
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers: headerFields(message.rawHeaders),
    body,
    from: message.socket.remoteAddress,
    get signal() {
      return departure.signal;
    },
  };
}
