import type { Duplex } from 'node:stream';
import { ApiError, type ApiRequest, type ApiResponse } from '@drover/api';
import type { Sender } from '../auth/identity.js';
import { header } from './response.js';
import type { ResourceTarget } from './target.js';

/** The answer to a handshake that was taken; its bytes are whoever takes it to send. */
export const SWITCHED: ApiResponse = { status: 101, headers: {}, body: new Uint8Array() };

/**
 * Refuses what a page of another origin sends. A browser sends a client certificate, whose owner `sender` is, along without being
 * asked, so such a page could open a stream in its owner's name. Tokens are never sent along by themselves.
 *
 * @throws ApiError Forbidden.
 */
export function refuseForeignOrigin(request: ApiRequest, sender: Sender | undefined): void {
  const origin = header(request, 'origin');
  if (origin === undefined || sender === undefined) return;
  const host = header(request, 'host');
  if (!URL.canParse(origin) || new URL(origin).host !== host) {
    throw new ApiError('Forbidden', 'connections from another origin are not allowed');
  }
}

/** What an upgrade of a path that is ours to serve would be, refused by name. */
export function noUpgrade({ resource, subresource }: ResourceTarget): ApiError {
  const what =
    subresource === undefined ? `watching ${resource} over a WebSocket` : `the subresource ${resource}/${subresource}`;
  return new ApiError('Unknown', `${what} is not implemented by this server`, {}, { code: 501 });
}

/** Answers a handshake with a refusal on its raw connection, and ends that. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: ApiResponse): void {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    `content-type: ${String(headers['content-type'] ?? 'text/plain')}`,
    `content-length: ${bytes.length}`,
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
}
