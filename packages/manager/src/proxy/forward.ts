import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError, unavailable } from '@drover/api';
import { type Transport, TransportError, type TransportResponse } from '@drover/client';
import type { Answer, Exchange } from '../front/exchange.js';
import type { OpenStreams } from '../identity/open-streams.js';
import { claimsIdentity, forwardable, type HeaderFields, returnable } from './forwarded-headers.js';

/** Where a request goes on to, and in whose name. */
export interface Onward {
  readonly transport: Transport;
  /** Path and query there. */
  readonly path: string;
  /** Header fields of ours: credentials and identity. They win over the caller's, which cannot name them. */
  readonly headers: HeaderFields;
  /** What to call the far end in errors. */
  readonly whom: string;
  /** Whether the caller may still have what it opened: asked when rights change, for as long as the stream lasts. */
  readonly allowed?: () => Promise<boolean>;
  /** Calls `end` when the far end would no longer allow the request, until the result is disposed. */
  readonly hold?: (end: (reason: string) => void) => Disposable;
}

/** What a caller who asks to act as somebody else is told: Kubernetes' clients print it. */
const IGNORED = '299 - "impersonation headers are not honoured here: the request was made in your own name"';

/**
 * Passes a request on and its answer back, both as they come: nothing is collected, so uploads of any size and watches without
 * end pass. Ends when either side goes, or the caller's session does.
 */
export async function forward(exchange: Exchange, onward: Onward, streams: OpenStreams): Promise<Answer> {
  const { request, response, caller, record } = exchange;
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('the client has gone away'));
  exchange.signal.addEventListener('abort', end, { once: true });
  const lost = (why: string): void => ended.abort(new Error(why));
  using _stream = caller === undefined ? nothing : streams.add(caller, lost, onward.allowed);
  using _right = onward.hold?.(lost) ?? nothing;
  const answer = await send(exchange, onward, ended.signal);
  refuseRedirect(answer, onward);
  for (const [name, value] of Object.entries(returnable(answer.headers))) response.setHeader(name, value);
  if (claimsIdentity(request)) response.appendHeader('warning', IGNORED);
  response.statusCode = answer.status;
  await record?.answered(answer.status).catch((error: unknown) => {
    ended.abort(error);
    throw error;
  });
  // A watch may have nothing to say for long: its client waits for the head.
  response.flushHeaders();
  const type = answer.headers['content-type'];
  const body = record?.responseBody(answer.body, typeof type === 'string' ? type : undefined) ?? answer.body;
  await pipeline(Readable.from(body, { objectMode: false }), response).catch(() => {
    // One of the two has gone: the other learns it by the broken connection, as over one hop.
    response.destroy();
    ended.abort(new Error('the stream broke off'));
  });
  return 'streamed';
}

async function send({ request, record }: Exchange, onward: Onward, signal: AbortSignal): Promise<TransportResponse> {
  const { method = 'GET', headers } = request;
  const chunked = headers['transfer-encoding'] !== undefined;
  const carriesBody = chunked || Number(headers['content-length'] ?? 0) > 0;
  try {
    return await onward.transport.send({
      method,
      path: onward.path,
      headers: {
        ...forwardable(headers),
        // A body without a length must be framed, whatever the method: unframed, it would be read as a request of its own.
        ...(chunked ? { 'transfer-encoding': 'chunked' } : {}),
        ...onward.headers,
      },
      signal,
      ...(carriesBody ? { body: record?.requestBody(request) ?? (request as AsyncIterable<Uint8Array>) } : {}),
    });
  } catch (error) {
    if (error instanceof TransportError)
      throw unavailable(`${onward.whom} cannot be reached: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}

/**
 * An API server has no reason to send anybody elsewhere; a compromised one would collect credentials that way
 * (CVE-2022-3172).
 */
export function refuseRedirect(
  { status, headers }: Pick<TransportResponse, 'status' | 'headers'>,
  { whom }: Onward,
): void {
  if (status >= 300 && status < 400 && status !== 304 && headers['location'] !== undefined) {
    throw new ApiError('Unknown', `${whom} answered with a redirect, which is not passed on`, {}, { code: 502 });
  }
}

function messageOf(error: TransportError): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const nothing: Disposable = { [Symbol.dispose]: () => {} };
