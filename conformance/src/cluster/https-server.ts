import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { isJsonObject, type Json, type JsonObject } from '@drover/api';
import { createTestAuthority } from '@drover/client/testing';

/** A request that the API server made. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body; empty when there is none. */
  readonly body: JsonObject;
}

/** What the other side says: a document, or nothing at all, which is what a server does that hangs. */
type Reply = Json | 'hang' | { readonly status: number; readonly body: Json };

/** How the other side answers, now or later. */
export type Responder = (request: Received) => Reply | Promise<Reply>;

/** An HTTPS server on the loopback interface that an API server is sent to: a webhook, or an aggregated API. */
export interface OtherSide extends AsyncDisposable {
  readonly port: number;
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** PEM of the authority of its certificate, in base64 as configurations want it. */
  readonly caBundle: string;
  /** What it has been asked so far. */
  readonly received: readonly Received[];
}

/** Starts one that answers by `respond`, with a certificate for the loopback interface and for `names`. */
export async function otherSide(respond: Responder, ...names: readonly string[]): Promise<OtherSide> {
  const authority = await createTestAuthority('conformance-other-side');
  const { cert, key } = await authority.issue('127.0.0.1', 'localhost', ...names);
  const received: Received[] = [];
  const server = createServer({ cert, key }, (message, answer) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', async () => {
      const request: Received = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        body: objectIn(Buffer.concat(chunks).toString()),
      };
      received.push(request);
      const response = await respond(request);
      if (response === 'hang') return;
      const plain = isJsonObject(response) && typeof response['status'] === 'number' && response['body'] !== undefined;
      const { status, body } = plain
        ? { status: Number(response['status']), body: response['body'] as Json }
        : { status: 200, body: response };
      answer.writeHead(status, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  return {
    port: address.port,
    url: `https://127.0.0.1:${address.port}`,
    caBundle: Buffer.from(authority.ca).toString('base64'),
    received,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function objectIn(text: string): JsonObject {
  if (text === '') return {};
  const value = JSON.parse(text) as Json;
  return isJsonObject(value) ? value : {};
}
