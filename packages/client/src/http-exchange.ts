import type { Buffer } from 'node:buffer';
import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionTransport, Upgrade } from './connection-transport.js';
import { authorization, type TokenSource } from './token.js';
import { TransportError, type TransportRequest, type TransportResponse } from './transport.js';

/** Whom the requests of one transport go to, and over which connections. */
export interface Endpoint {
  /** What error messages call it: a URL without credentials. */
  readonly label: string;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly agent: Agent;
  /** Put before the path of each request: `/k8s/clusters/c-m-abcdefgh`. */
  readonly pathPrefix: string;
  readonly token?: TokenSource | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** HTTP/1.1 over the connections of `endpoint.agent`, which is destroyed with the transport. */
export function httpTransport(endpoint: Endpoint): ConnectionTransport {
  return {
    send: (message) => send(endpoint, message),
    upgrade: (message) => upgrade(endpoint, message),
    async [Symbol.asyncDispose]() {
      endpoint.agent.destroy();
    },
  };
}

async function send(endpoint: Endpoint, message: TransportRequest): Promise<TransportResponse> {
  const { method, path, body, signal } = message;
  const failed = (cause: unknown): TransportError => failure(endpoint, method, path, cause);
  if (signal?.aborted) throw failed(signal.reason);
  const headers = await requestHeaders(endpoint, message).catch((cause: unknown) => {
    throw failed(cause);
  });
  return new Promise((resolve, reject) => {
    const outgoing = start(endpoint, { method, path, headers });
    const abort = (): void => {
      outgoing.destroy(reasonOf(signal));
      // A request that still waits for its connection says nothing until it has one: whoever gave up does not wait for that.
      reject(failed(signal?.reason));
    };
    signal?.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => signal?.removeEventListener('abort', abort));
    // Each time: who gives up in the moment in which the connection ends is told of both, and an error that nobody listens to would
    // end the process.
    outgoing.on('error', (cause) => reject(failed(signal?.aborted ? signal.reason : cause)));
    outgoing.once('response', (incoming: IncomingMessage) => {
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        body: bodyOf(incoming, (cause) => failed(signal?.aborted ? signal.reason : cause)),
      });
    });
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
    else {
      // A server may answer (refuse) before it has read the whole body: the answer is then what counts.
      pipeline(Readable.from(body, { objectMode: false }), outgoing).catch((cause: unknown) => reject(failed(cause)));
    }
  });
}

async function upgrade(endpoint: Endpoint, message: Omit<TransportRequest, 'body'>): Promise<Upgrade> {
  const { method, path, signal } = message;
  const failed = (cause: unknown): TransportError => failure(endpoint, method, path, cause);
  if (signal?.aborted) throw failed(signal.reason);
  const headers = await requestHeaders(endpoint, message).catch((cause: unknown) => {
    throw failed(cause);
  });
  return new Promise((resolve, reject) => {
    const outgoing = start(endpoint, { method, path, headers });
    const abort = (): void => {
      outgoing.destroy(reasonOf(signal));
      // A request that still waits for its connection says nothing until it has one: whoever gave up does not wait for that.
      reject(failed(signal?.reason));
    };
    signal?.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => signal?.removeEventListener('abort', abort));
    outgoing.on('error', (cause) => reject(failed(signal?.aborted ? signal.reason : cause)));
    outgoing.once('upgrade', (incoming, socket, head: Buffer) => {
      // A signal that aborts later still ends the connection: it is how a revoked right takes its streams along.
      signal?.addEventListener('abort', () => socket.destroy(), { once: true });
      resolve({ switched: true, headers: incoming.headers, socket, head });
    });
    outgoing.once('response', (incoming: IncomingMessage) => {
      // Whoever was refused must not get a connection that carries our credentials (CVE-2018-1002105).
      incoming.once('close', () => outgoing.destroy());
      resolve({
        switched: false,
        response: { status: incoming.statusCode ?? 0, headers: incoming.headers, body: bodyOf(incoming, failed) },
      });
    });
    outgoing.end();
  });
}

function start(
  { secure, host, port, agent, pathPrefix }: Endpoint,
  { method, path, headers }: { method: string; path: string; headers: OutgoingHttpHeaders },
): ReturnType<typeof request> {
  const options: RequestOptions = { host, port, agent, method, path: `${pathPrefix}${path}`, headers };
  return secure ? secureRequest(options) : request(options);
}

async function requestHeaders(endpoint: Endpoint, message: TransportRequest): Promise<OutgoingHttpHeaders> {
  const { body } = message;
  const headers: OutgoingHttpHeaders = {
    ...endpoint.headers,
    ...(await authorization(endpoint.token)),
  };
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (body instanceof Uint8Array) headers['content-length'] = body.byteLength;
  else if (body !== undefined && headers['content-length'] === undefined) {
    // Node frames no body of a GET or DELETE by itself: unframed, the server would read it as a request of its own.
    headers['transfer-encoding'] = 'chunked';
  }
  return headers;
}

async function* bodyOf(incoming: IncomingMessage, failed: (cause: unknown) => Error): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array;
  } catch (cause) {
    throw failed(cause);
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted');
}

function failure({ label }: Endpoint, method: string, path: string, cause: unknown): TransportError {
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new TransportError(`${method} ${label}${path.split('?', 1)[0] ?? ''}: ${why}`, { cause });
}
