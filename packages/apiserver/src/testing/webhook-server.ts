import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { ApiServer } from '../server.js';
import type { Loose } from './ask.js';

/** What a webhook answers to a document: another one, or anything the raw answer is made of. */
export type Webhook = (document: Loose, message: IncomingMessage, answer: ServerResponse) => object | undefined;

/** An HTTPS server on loopback for webhooks, with a certificate by the authority of an API server. */
export interface WebhookServer extends AsyncDisposable {
  readonly port: number;
  /** `clientConfig` of a configuration that has it called by its URL. */
  client(path?: string): { readonly url: string; readonly caBundle: string };
  readonly caBundle: string;
  /** Documents it was asked about, as they came. */
  readonly asked: Loose[];
}

/** Opens a webhook server. `names` are further hosts that its certificate is for. */
export async function openWebhookServer(
  server: ApiServer,
  webhook: Webhook,
  ...names: readonly string[]
): Promise<WebhookServer> {
  const { certPem, keyPem } = await server.servingCertificate(['127.0.0.1', ...names]);
  const asked: Loose[] = [];
  const front = createServer({ cert: certPem, key: keyPem }, (message, answer) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      const document = JSON.parse(Buffer.concat(chunks).toString()) as Loose;
      asked.push(document);
      const said = webhook(document, message, answer);
      if (said !== undefined) answer.end(JSON.stringify(said));
    })();
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const bound = front.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const caBundle = Buffer.from(server.caPem).toString('base64');
  return {
    port,
    caBundle,
    asked,
    client: (path = '/') => ({ url: `https://127.0.0.1:${port}${path}`, caBundle }),
    async [Symbol.asyncDispose]() {
      front.close();
      front.closeAllConnections();
    },
  };
}

/** The answer of a webhook to an AdmissionReview, with what `response` adds to plain consent. */
export function review(document: Loose, response: object = {}): object {
  const { apiVersion, request } = document;
  return { kind: 'AdmissionReview', apiVersion, response: { uid: request?.['uid'], allowed: true, ...response } };
}

/** A JSON patch as an answer carries it. */
export function patchOf(...operations: readonly object[]): { readonly patchType: 'JSONPatch'; readonly patch: string } {
  return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') };
}
