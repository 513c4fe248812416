import type { IncomingMessage, OutgoingHttpHeader, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { readAsStream } from '@drover/kit';
import type { Sender } from '../auth/identity.js';
import { EventStream } from '../registry/event-stream.js';
import type { ApiServer } from '../server.js';
import { chunks } from './chunks.js';
import { type CertificateSender, certificateSender } from './client-certificate.js';
import { headerFields } from './header-fields.js';
import { cutStalled, sendBody } from './sending.js';
import { TurnEnd } from './turn-end.js';
import { WireRequest } from './wire-request.js';

/** How long a sender may go on with what nobody reads, so that it comes to read the answer instead of a reset. */
const LINGER_MS = 1000;

/** Answers that become ready in one turn of the loop are sent together. */
const turn = new TurnEnd();

/** What has no end of its own: raw connections and watches. */
export type Endless = (stream: Duplex | ServerResponse) => void;

/** Serves HTTP/1.1, upgrades included, on a listening server; its `timeout` is how long a reader may take nothing of an answer. */
export function serveHttp1(front: Pick<Server, 'on'>, server: ApiServer, onEndless: Endless): void {
  /** What each connection's certificate says. */
  const known = new WeakMap<object, CertificateSender>();
  const senderOf = ({ socket }: IncomingMessage): Sender | undefined => {
    let sender = known.get(socket);
    if (sender === undefined) {
      sender = certificateSender(socket as TLSSocket);
      known.set(socket, sender);
    }
    return sender(server.clock.now());
  };
  front.on('request', (message: IncomingMessage, answer: ServerResponse) => {
    const served = async (): Promise<void> => serve(server, message, answer, senderOf(message), onEndless);
    // The caller has gone, or the body broke off: an answer that has begun can only be cut.
    served().catch(() => answer.destroy());
  });
  front.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    onEndless(socket);
    // From here on nothing may be sent for as long as both sides want.
    message.socket.setTimeout(0);
    socket.on('error', () => socket.destroy());
    // Who was refused, or was sent everything, need not end its side: the connection would stay open for as long as it likes.
    socket.once('finish', () => message.socket.setTimeout(LINGER_MS, () => socket.destroy()));
    const request = requestOf(message);
    socket.once('close', () => request.abandon());
    const served = async (): Promise<void> => server.upgrade(request, socket, head, senderOf(message));
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
  const request = requestOf(message);
  answer.on('close', () => request.abandon());
  answer.on('timeout', cutStalled);
  const { status, headers, body } = await server.handle(request, sender);
  await turn.reached();
  const whole = body instanceof Uint8Array;
  // What is sent at once leaves its connection as fast as it was: the other way of reading costs a tenth of a small request.
  if (!whole || fills(message.socket, body)) readAsStream(message.socket);
  const head: (string | readonly string[])[] = [];
  for (const name in headers) head.push(name, headers[name] as string | readonly string[]);
  if (headers['content-length'] === undefined && status !== 204) {
    if (whole) head.push('content-length', String(body.length));
    else onEndless(answer);
  }
  // What of the body was not read would be taken for the next request.
  if (!message.complete) head.push('connection', 'close');
  answer.writeHead(status, outgoing(head));
  // Clients of a watch wait for the headers before there is a first event.
  if (!whole) answer.flushHeaders();
  if (!message.complete) answer.once('finish', () => linger(message));
  await (body instanceof EventStream ? sendEvents(body, answer) : sendBody(body, answer));
}

/**
 * Sends a watch whose head is sent, with its chunking taken over from Node, and straight to the connection where no other answer is
 * before it: one event goes to many watchers, and both would be done anew for each. Answers in HTTP/1.0 are not chunked.
 */
function sendEvents(body: EventStream, answer: ServerResponse): Promise<void> {
  const { chunkedEncoding, socket } = answer;
  answer.chunkedEncoding = false;
  return body.sendTo(answer, chunkedEncoding ? chunks : undefined, socket ?? answer);
}

/** Whether sending so much makes Node wait with the next request until it has left. */
const fills = ({ writableLength, writableHighWaterMark }: Socket, { length }: Uint8Array): boolean =>
  writableLength + length >= writableHighWaterMark;

/** Reads on for a moment, and ends the connection. */
function linger(message: IncomingMessage): void {
  message.resume();
  const patience = setTimeout(() => message.destroy(), LINGER_MS).unref();
  message.once('close', () => clearTimeout(patience));
}

/** Node takes lists of values it may change, and does not change them. */
const outgoing = (fields: readonly (string | readonly string[])[]): OutgoingHttpHeader[] =>
  fields as OutgoingHttpHeader[];

function requestOf(message: IncomingMessage): WireRequest {
  const { method = 'GET', url = '/', rawHeaders, socket } = message;
  return new WireRequest({ method, url, headers: headerFields(rawHeaders), from: socket.remoteAddress }, message);
}
