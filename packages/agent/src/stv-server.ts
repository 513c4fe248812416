import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionTransport, Headers } from '@drover/client';
import type { Log } from '@drover/kit';
import { explain } from './explain.js';
import { passage } from './impersonation.js';

/** What of the cluster's API server is reachable: the Kubernetes API and Harvester's own. */
const PREFIXES = ['/api', '/apis', '/version', '/openapi', '/v1/harvester'];

/** HTTP/1.1 on the streams of the second tunnel. */
export interface StvServer extends AsyncDisposable {
  /** Serves one stream of the tunnel, whatever address was asked for. */
  serve(stream: Duplex): void;
}

/**
 * Answers `/ping`, and passes what is under the cluster's API on to its API server, in the name of whom the `Impersonate-*`
 * headers say: bodies stream both ways, upgrades pass.
 */
export function createStvServer(transport: ConnectionTransport, log: Log): StvServer {
  const server = createServer();
  server.requestTimeout = 0;
  const streams = new Set<Duplex>();

  server.on('request', (request, response) => {
    answer(transport, request, response).catch((error: unknown) => {
      log.warn('a request through the tunnel failed', { path: pathOf(request), error: explain(error) });
      if (response.headersSent) response.destroy();
      else reply(response, 502, `the cluster's API server cannot be reached: ${explain(error)}`);
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(transport, request, socket, head).catch((error: unknown) => {
      log.warn('an upgrade through the tunnel failed', { path: pathOf(request), error: explain(error) });
      refuse(socket, 502, "the cluster's API server cannot be reached");
    });
  });

  return {
    serve(stream) {
      streams.add(stream);
      stream.once('close', () => streams.delete(stream));
      server.emit('connection', stream);
    },
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
    },
  };
}

async function answer(
  transport: ConnectionTransport,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  if (path === '/ping') {
    reply(response, 200, 'pong');
    return;
  }
  const allowed = admitted(request);
  if ('refused' in allowed) {
    reply(response, allowed.refused, allowed.message);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the caller has gone away')));
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const result = await transport.send({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: allowed.headers,
    // A body of its own: an upload that the API server refuses early must not take the answer's connection along.
    ...(hasBody ? { body: request.pipe(new PassThrough()) } : {}),
    signal: gone.signal,
  });
  response.writeHead(result.status, returned(result.headers));
  // A watch's answer may have no body for a long time; its head must not wait for one.
  response.flushHeaders();
  await pipeline(result.body, response).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
}

async function upgrade(
  transport: ConnectionTransport,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const gone = new AbortController();
  socket.on('error', () => undefined);
  socket.once('close', () => gone.abort(new Error('the caller has gone away')));
  const allowed = admitted(request);
  if ('refused' in allowed) {
    refuse(socket, allowed.refused, allowed.message);
    return;
  }
  const result = await transport.upgrade({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: { ...allowed.headers, connection: 'Upgrade', upgrade: request.headers.upgrade ?? '' },
    signal: gone.signal,
  });
  if (!result.switched) {
    let text = '';
    for await (const chunk of result.response.body) {
      text += Buffer.from(chunk).toString();
      if (text.length > 4096) break;
    }
    refuse(socket, result.response.status, text);
    return;
  }
  const lines = [`HTTP/1.1 101 ${STATUS_CODES[101]}`];
  for (const [name, value] of Object.entries(result.headers)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) lines.push(`${name}: ${one}`);
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const { socket: upstream } = result;
  upstream.on('error', () => socket.destroy());
  upstream.once('close', () => socket.end());
  if (result.head.byteLength > 0) socket.write(result.head);
  if (head.byteLength > 0) upstream.write(head);
  upstream.pipe(socket);
  socket.pipe(upstream);
}

function admitted(request: IncomingMessage): ReturnType<typeof passage> | { refused: 400 | 404; message: string } {
  const path = pathOf(request);
  // A path that another server would read differently is no path of the API.
  if (/(?:^|\/)\.{1,2}(?:\/|$)|\/\/|\\|%2f|%5c|%2e/i.test(path)) return { refused: 400, message: 'malformed path' };
  if (!PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) {
    return { refused: 404, message: `the agent does not serve ${path}` };
  }
  return passage(request.headers);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function returned(headers: Headers): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ['connection', 'keep-alive', 'transfer-encoding'].includes(name)) continue;
    kept[name] = typeof value === 'string' ? value : [...value];
  }
  return kept;
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function refuse(socket: Duplex, status: number, text: string): void {
  if (socket.destroyed) return;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
