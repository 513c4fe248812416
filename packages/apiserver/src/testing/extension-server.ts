import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ApiServer } from '../server.js';
import { ask } from './ask.js';

/** An extension server on loopback, as an API server sees it behind a Service. */
export interface ExtensionServer extends AsyncDisposable {
  readonly port: number;
  readonly caBundle: string;
  /** Heads of the requests it got, without those by which it is asked what it has. */
  readonly got: IncomingMessage[];
}

/** What an extension server does with requests and upgrades. */
export interface ExtensionHandlers {
  request(message: IncomingMessage, answer: ServerResponse): void;
  upgrade?(message: IncomingMessage, socket: Duplex): void;
  /** Says what it has, instead of `things`. */
  discovery?(answer: ServerResponse): void;
}

/** Opens an extension server for `things` in `ext.example.org/v1`, which believes only the front proxy's certificate. */
export async function openExtensionServer(server: ApiServer, handlers: ExtensionHandlers): Promise<ExtensionServer> {
  const { certPem, keyPem } = await server.servingCertificate(['127.0.0.1', 'ext.default.svc']);
  const { body } = await ask(
    server,
    'GET',
    '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
  );
  const ca = String(body['data']?.['requestheader-client-ca-file']);
  const front = createServer({ cert: certPem, key: keyPem, ca, requestCert: true });
  const got: IncomingMessage[] = [];
  front.on('request', (message: IncomingMessage, answer: ServerResponse) => {
    if (message.url === '/apis/ext.example.org/v1') {
      if (handlers.discovery) handlers.discovery(answer);
      else answer.end(JSON.stringify(RESOURCES));
      return;
    }
    got.push(message);
    handlers.request(message, answer);
  });
  front.on('upgrade', (message: IncomingMessage, socket: Duplex) => {
    got.push(message);
    handlers.upgrade?.(message, socket);
  });
  const sockets = new Set<TLSSocket>();
  front.on('secureConnection', (socket: TLSSocket) => sockets.add(socket));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const bound = front.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    caBundle: Buffer.from(server.caPem).toString('base64'),
    got,
    async [Symbol.asyncDispose]() {
      front.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'ext.example.org/v1',
  resources: [
    {
      name: 'things',
      singularName: 'thing',
      namespaced: true,
      kind: 'Thing',
      verbs: ['get', 'list', 'watch'],
      shortNames: ['th'],
    },
    { name: 'things/console', singularName: '', namespaced: true, kind: 'Thing', verbs: ['get'] },
  ],
};
