import type { Duplex } from 'node:stream';
import { ApiError, fromStatus, methodNotAllowed, unavailable } from '@drover/api';
import {
  type ConnectionTransport,
  type Headers,
  type Transport,
  TransportError,
  type TransportResponse,
  type Upgrade,
} from '@drover/client';
import type { SignedIn } from '../front/exchange.js';
import type { OpenStreams } from '../identity/open-streams.js';
import type { Onward } from './forward.js';
import { forwardable, type HeaderFields, returnable } from './forwarded-headers.js';

/** Status documents are small; whatever else a server says to a handshake is cut off here. */
const REFUSAL_LIMIT = 64 * 1024;

/** What Kubernetes' clients may open by POST: a far end that opens no stream there does nothing at all. */
const OPENED_BY_POST = /\/(exec|attach|portforward)$/;

/**
 * Passes a handshake on, and, when the far end switches protocols, the raw streams both ways. When it does not, its refusal is
 * told in our own words and the connection is closed: after a failed upgrade no byte passes (CVE-2018-1002105).
 *
 * @throws ApiError MethodNotAllowed for a request that could do something else there, under the name of an upgrade that failed.
 */
export async function forwardUpgrade(
  exchange: Omit<SignedIn, 'response'>,
  client: { readonly socket: Duplex; readonly head: Buffer },
  onward: Onward,
  streams: OpenStreams,
): Promise<void> {
  const { request, caller, signal, record } = exchange;
  const { socket, head } = client;
  const { method = 'GET' } = request;
  const [pathname = ''] = onward.path.split('?', 1);
  if (method !== 'GET' && !(method === 'POST' && OPENED_BY_POST.test(pathname))) throw methodNotAllowed();
  if (!upgrades(onward.transport)) {
    throw new ApiError('MethodNotAllowed', `upgrades to ${onward.whom} are not implemented`, {}, { code: 501 });
  }
  const wanted: HeaderFields = { connection: 'Upgrade', upgrade: request.headers.upgrade ?? 'websocket' };
  const headers = { ...forwardable(request.headers), ...wanted, ...onward.headers };
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('the client has gone away'));
  signal.addEventListener('abort', end, { once: true });
  const lost = (why: string): void => ended.abort(new Error(why));
  const right = onward.hold?.(lost);
  ended.signal.addEventListener('abort', () => right?.[Symbol.dispose](), { once: true });
  const failed = (error: unknown): never => {
    ended.abort(error);
    throw error;
  };
  const asked = { path: onward.path, headers, method, signal: ended.signal };
  const answer = await ask(onward.transport, asked, onward).catch(failed);
  if (!answer.switched) return failed(await refusalOf(answer.response, onward));
  // The right may have gone while the far end answered.
  if (ended.signal.aborted) answer.socket.destroy();
  ended.signal.throwIfAborted();
  const stream = admitted(() => streams.add(caller, lost, onward.allowed), answer.socket, failed);
  const over = (): void => {
    right?.[Symbol.dispose]();
    stream[Symbol.dispose]();
    socket.destroy();
    answer.socket.destroy();
  };
  ended.signal.addEventListener('abort', over, { once: true });
  await record?.answered(101).catch((error: unknown) => {
    over();
    throw error;
  });
  socket.write(switchingProtocols(answer.headers));
  if (answer.head.byteLength > 0) socket.write(answer.head);
  if (head.byteLength > 0) answer.socket.write(head);
  // Two calls of `pipeline` would add eight listeners for `close` to each socket, and node would warn of a leak.
  for (const each of [socket, answer.socket]) each.once('finish', over).once('close', over).on('error', over);
  socket.pipe(answer.socket);
  answer.socket.pipe(socket);
}

/** Counts the stream; one that is refused a place must not stay open at the far end. */
function admitted(add: () => Disposable, upstream: Duplex, failed: (error: unknown) => never): Disposable {
  try {
    return add();
  } catch (error) {
    upstream.destroy();
    return failed(error);
  }
}

function upgrades(transport: Transport): transport is ConnectionTransport {
  return 'upgrade' in transport;
}

async function ask(
  transport: ConnectionTransport,
  request: Parameters<ConnectionTransport['upgrade']>[0],
  { whom }: Onward,
): Promise<Upgrade> {
  try {
    return await transport.upgrade(request);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw unavailable(`${whom} cannot be reached`, { cause: error });
  }
}

/** The answer that opens the new protocol, with the header fields the far end chose (`Sec-WebSocket-Protocol` among them). */
function switchingProtocols(headers: Headers): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade'];
  const { upgrade = 'websocket' } = headers;
  lines.push(`Upgrade: ${typeof upgrade === 'string' ? upgrade : upgrade.join(', ')}`);
  for (const [name, value] of Object.entries(returnable(headers))) {
    for (const each of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${each}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

async function refusalOf({ status, body }: TransportResponse, { whom }: Onward): Promise<ApiError> {
  // 2xx and 3xx are no answers to a handshake either.
  if (status < 400)
    return new ApiError('Unknown', `${whom} did not switch protocols (it answered ${status})`, {}, { code: 502 });
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.length > REFUSAL_LIMIT) break;
  }
  try {
    return fromStatus(status, JSON.parse(text));
  } catch {
    return fromStatus(status, `${whom} refused the upgrade with ${status}`);
  }
}
