import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ApiRequest, toStatus } from '@drover/api';
import { type WebSocket, WebSocketServer } from 'ws';

/** What viewers of consoles offer: KubeVirt's own, noVNC's, or nothing. The bytes are the same. */
const PROTOCOLS = ['plain.kubevirt.io', 'binary'];
/** Largest message from a viewer: a pasted text, not a file. */
const MAX_MESSAGE = 1 << 20;

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE,
  handleProtocols: (offered) => PROTOCOLS.find((known) => offered.has(known)) ?? false,
});

/** Answers a WebSocket handshake; a malformed one is answered with an HTTP error, and never resolves. */
export function accept(request: ApiRequest, socket: Duplex, head: Uint8Array): Promise<WebSocket> {
  return new Promise((resolve) => server.handleUpgrade(incoming(request), socket, Buffer.from(head), resolve));
}

/** Refuses a handshake with the Status that says why. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const status = toStatus(error);
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${status.code} ${status.reason ?? 'Error'}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** ws asks for Node's own message type, of which it reads method, url and headers. */
function incoming({ method, url, headers }: ApiRequest): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.method = method;
  message.url = url;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) message.headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return message;
}
