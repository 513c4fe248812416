import {
  constants,
  createServer,
  type Http2Server,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ApiResponse } from '@drover/api';
import type { Sender } from '../auth/identity.js';
import type { ApiServer } from '../server.js';
import { certificateSender } from './client-certificate.js';
import { headerFields } from './header-fields.js';
import type { Endless } from './http1.js';
import { cutStalled, sendBody } from './sending.js';
import { WireRequest } from './wire-request.js';

/** Requests on one connection at a time, as kube-apiserver announces. */
export const STREAMS = 100;
/** Bytes of a body that may be on their way: enough for most objects in one go (kube-apiserver's MaxUploadBufferPerStream). */
const WINDOW = 256 * 1024;
/** Megabytes that one connection may hold in the protocol's own buffers; new requests on it are refused beyond. */
const SESSION_MEGABYTES = 16;
/** Frames that are none, and refused requests, after which a connection is ended. */
const INVALID_FRAMES = 100;
const REJECTED_STREAMS = 100;
/** Settings in one frame. */
const SETTINGS = 32;
/** Header fields of a request. */
const HEADER_FIELDS = 256;

/** Fields that mean a connection of HTTP/1.1; HTTP/2 has none (RFC 9113, 8.2.2). */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** HTTP/2 connections of a listener. */
export interface Http2Connections {
  /** Takes a connection that chose HTTP/2. */
  take(socket: TLSSocket): void;
  /** Tells every client to open no further requests here (GOAWAY); those on their way go on. */
  drain(): void;
  /** Cuts what is still open. */
  destroy(): void;
}

/**
 * Serves HTTP/2: many requests, watches among them, on one connection. Upgrades are not part of it; clients open an HTTP/1.1
 * connection for each. One that opens and resets requests faster than anybody needs to is cut by the protocol library
 * (CVE-2023-44487), which allows a thousand at once and 33 a second.
 */
export function serveHttp2(
  server: ApiServer,
  { headerBytes, idleMs, stallMs }: { readonly headerBytes: number; readonly idleMs: number; readonly stallMs: number },
  onEndless: Endless,
): Http2Connections {
  const sessions = new Set<ServerHttp2Session>();
  const protocol: Http2Server = createServer({
    maxSessionMemory: SESSION_MEGABYTES,
    maxSessionInvalidFrames: INVALID_FRAMES,
    maxSessionRejectedStreams: REJECTED_STREAMS,
    maxSettings: SETTINGS,
    maxHeaderListPairs: HEADER_FIELDS,
    settings: {
      maxConcurrentStreams: STREAMS,
      initialWindowSize: WINDOW,
      maxHeaderListSize: headerBytes,
      enablePush: false,
    },
  });
  protocol.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(WINDOW * 4);
    const sender = certificateSender(session.socket as TLSSocket);
    let open = 0;
    session.on('stream', (stream: ServerHttp2Stream, _headers: object, _flags: number, ...[raw]: unknown[]) => {
      open += 1;
      stream.once('close', () => {
        open -= 1;
        // The end of a request is not what Node takes for activity.
        if (open === 0) session.setTimeout(idleMs);
      });
      stream.on('error', () => stream.destroy());
      stream.setTimeout(stallMs);
      // Each time, not once: a watch may be quiet for long before its reader stalls.
      stream.on('timeout', () => cutStalled(stream));
      const fields = Array.isArray(raw) ? raw : [];
      // What fails, fails for this request alone: its answer may have begun, and can only be cut.
      serve(server, stream, fields, session.socket.remoteAddress, sender(server.clock.now()), onEndless).catch(() =>
        stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      );
    });
    session.setTimeout(idleMs);
    session.on('timeout', () => {
      if (open === 0) session.close();
    });
    session.on('error', () => session.destroy());
    session.once('close', () => sessions.delete(session));
  });
  return {
    take: (socket) => void protocol.emit('connection', socket),
    drain() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}

async function serve(
  server: ApiServer,
  stream: ServerHttp2Stream,
  fields: readonly unknown[],
  from: string | undefined,
  sender: Sender | undefined,
  onEndless: Endless,
): Promise<void> {
  const request = requestOf(stream, fields, from);
  stream.once('close', () => request.abandon());
  const response = await server.handle(request, sender);
  if (stream.destroyed || stream.closed) return;
  await send(stream, response, onEndless);
  // Nobody reads what else is sent of a body that was refused.
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}

async function send(
  stream: ServerHttp2Stream,
  { status, headers, body }: ApiResponse,
  onEndless: Endless,
): Promise<void> {
  const head: OutgoingHttpHeaders = { ':status': status };
  for (const [name, value] of Object.entries(headers)) {
    if (!CONNECTION_FIELDS.has(name)) head[name] = typeof value === 'string' ? value : [...value];
  }
  if (body instanceof Uint8Array) {
    if (status !== 204) head['content-length'] ??= String(body.length);
    stream.respond(head, { endStream: body.length === 0 });
    if (body.length > 0) await sendBody(body, stream);
    return;
  }
  if (head['content-length'] === undefined) onEndless(stream);
  stream.respond(head);
  await sendBody(body, stream);
}

function requestOf(stream: ServerHttp2Stream, fields: readonly unknown[], from: string | undefined): WireRequest {
  const {
    ':method': method,
    ':path': path,
    ':authority': authority,
    ':scheme': _scheme,
    ...rest
  } = headerFields(fields);
  return new WireRequest(
    {
      method: typeof method === 'string' ? method : 'GET',
      url: typeof path === 'string' ? path : '/',
      headers: authority === undefined ? rest : { host: authority, ...rest },
      from,
    },
    stream,
  );
}
