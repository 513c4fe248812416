import type { ConnectionTransport, TransportResponse } from '@drover/client';
import type { Asked, Asker } from './probe.js';

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Streams and files are cut off here: enough for every document there is. */
const MAX_TEXT = 4 << 20;

/** Makes a request as somebody, and reads the whole answer where it has an end. */
export async function askAs(transport: ConnectionTransport, { token }: Asker, asked: Asked): Promise<Answered> {
  const { method, path, body, upgrade = false } = asked;
  const credentials = asked.token ?? token;
  const stop = new AbortController();
  const headers = {
    ...(credentials === undefined ? {} : { authorization: `Bearer ${credentials}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...asked.headers,
  };
  if (upgrade) {
    const answer = await transport.upgrade({
      method,
      path,
      headers: { ...headers, ...HANDSHAKE },
      signal: stop.signal,
    });
    if (!answer.switched) return { status: answer.response.status, text: await textOf(answer.response, stop) };
    answer.socket.destroy();
    return { status: 101, text: '' };
  }
  const sent = body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) };
  const response = await transport.send({ method, path, headers, signal: stop.signal, ...sent });
  if (asked.endless === true) {
    stop.abort();
    return { status: response.status, text: '' };
  }
  return { status: response.status, text: await textOf(response, stop) };
}

const HANDSHAKE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'plain.kubevirt.io, v4.channel.k8s.io',
};

async function textOf({ body }: TransportResponse, stop: AbortController): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString('latin1');
    if (text.length < MAX_TEXT) continue;
    stop.abort();
    break;
  }
  return text;
}
