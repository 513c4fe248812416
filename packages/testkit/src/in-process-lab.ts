import { randomBytes } from 'node:crypto';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type ApiServer, createApiServer, listen } from '@drover/apiserver';
import { type Client, createClient, inProcessTransport } from '@drover/client';
import { createHarvester } from '@drover/harvester';
import { Closing, type Log, silentLog, systemClock } from '@drover/kit';
import type { Store } from '@drover/store';
import { createWebSocketStream, WebSocket } from 'ws';

/** The virtualization side in this process, on a store and a directory of the caller's, which outlive it. */
export interface InProcessLab extends AsyncDisposable {
  readonly client: Client;
  readonly server: ApiServer;
  readonly url: string;
  /** The administrator's bearer token. */
  readonly token: string;
  /** Opens a console: a WebSocket of the subresource API as a stream of bytes. */
  openConsole(
    namespace: string,
    name: string,
    kind: 'console' | 'vnc' | `portforward/${string}`,
    protocol?: string,
  ): Promise<Duplex>;
  /** One request over HTTPS as administrator. */
  request(
    method: string,
    path: string,
    options?: { readonly body?: string | Buffer; readonly headers?: Record<string, string> },
  ): Promise<{ status: number; body: string }>;
}

const random = (length: number): Uint8Array => randomBytes(length);

/** A process that is there and does nothing, where a test needs no agent. */
const IDLE: readonly string[] = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];

/**
 * Starts a lab below `directory`, whose cluster agent is the program `agent`. Disposing it stops controllers and listener; its
 * machines and its agent run on.
 */
export async function startInProcessLab(
  store: Store,
  directory: string,
  { log = silentLog, agent = IDLE }: { readonly log?: Log; readonly agent?: readonly string[] } = {},
): Promise<InProcessLab> {
  await using closing = new Closing();
  const clock = systemClock;
  const harvester = await createHarvester({
    clock,
    random,
    log,
    dataDir: join(directory, 'h'),
    node: { name: 'lab', ip: '127.0.0.1' },
    agent: { version: 'v0.1.0', command: agent },
  });
  const server = closing.use(
    await createApiServer({
      store,
      clock,
      random,
      log,
      dataDir: directory,
      advertise: { host: '127.0.0.1', port: 6443 },
      aggregated: harvester.aggregated,
      paths: harvester.paths,
      quotaMeasures: harvester.quotaMeasures,
      storageProtection: false,
      admission: harvester.admission,
    }),
  );
  const { url, port } = closing.use(await listen(server, { host: '127.0.0.1', port: 0 }));
  const administrator = { name: 'system:admin', groups: ['system:masters'], extra: {} };
  const client = createClient(
    inProcessTransport((request, identity) => server.handle(request, identity), administrator),
    { clock },
  );
  closing.use(await harvester.start({ client, apiServer: { host: '127.0.0.1', port, caPem: server.caPem } }));
  const kubeconfig = await server.adminKubeconfig(url);
  const token = /token:\s*"?([^"\s]+)/.exec(kubeconfig)?.[1] ?? '';
  const opened = closing.move();
  return {
    client,
    server,
    url,
    token,
    openConsole: (namespace, name, kind, protocol = 'plain.kubevirt.io') =>
      new Promise((resolve, reject) => {
        const path = `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances/${name}/${kind}`;
        const socket = new WebSocket(`${url.replace('https', 'wss')}${path}`, [protocol], {
          ca: server.caPem,
          headers: { authorization: `Bearer ${token}` },
        });
        socket.once('error', reject);
        socket.once('open', () => resolve(createWebSocketStream(socket)));
      }),
    request: (method, path, options = {}) =>
      send(
        new URL(path, url),
        method,
        server.caPem,
        { authorization: `Bearer ${token}`, ...options.headers },
        options.body,
      ),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

function send(
  url: URL,
  method: string,
  ca: string,
  headers: Record<string, string>,
  body: string | Buffer | undefined,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = requestHttps(url, { method, ca, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('latin1') }),
      );
    });
    request.once('error', reject);
    request.end(body);
  });
}
