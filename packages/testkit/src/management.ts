import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ApiServer, createApiServer } from '@drover/apiserver';
import {
  type Client,
  type ConnectionTransport,
  createClient,
  httpsTransport,
  inProcessTransport,
} from '@drover/client';
import { Closing, type Log, readAsStream, silentLog, systemClock } from '@drover/kit';
import { type AuditLog, createManager, ExtApi, type Manager, managerAdmission } from '@drover/manager';
import { openMemoryStore, type Store } from '@drover/store';
import { temporaryDirectory } from './temporary.js';

/** A management server of one process: embedded API server, manager, HTTPS listener. */
export interface Management extends AsyncDisposable {
  readonly url: string;
  readonly caPem: string;
  /** The local Kubernetes API as administrator. */
  readonly client: Client;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly firstPassword: string;
  /** What can be reached at this server. */
  readonly manager: Pick<Manager, 'routes' | 'upgrades'>;
  /** Requests and handshakes as they are, with no credentials but their own. */
  readonly transport: ConnectionTransport;
  /** Ends manager and listener, and starts them again on the same port over the same objects. */
  restart(): Promise<void>;
  /** Signs in as the administrator and changes the first password; answers with the token. */
  signIn(): Promise<string>;
  /** A request to the server. */
  ask(
    method: string,
    path: string,
    options?: { token?: string; body?: object },
  ): Promise<{ status: number; text: string }>;
  /** A client for `path` on the server, as the owner of `token`. */
  clientFor(path: string, token: string): Client;
  /** Writes a kubeconfig for a cluster, made by the server for the owner of `token`. */
  kubeconfigFor(cluster: string, token: string): Promise<string>;
}

const ADMINISTRATOR = { name: 'system:admin', groups: ['system:masters'], extra: {} };
const PASSWORD = 'a password of one’s own';

/** What a server is made of. */
interface Means {
  readonly clock: typeof systemClock;
  readonly random: (length: number) => Uint8Array;
  readonly log: Log;
}

/** Starts one on a free port of the loopback interface. */
export async function startManagement({
  log = silentLog,
  audit,
}: {
  readonly log?: Log;
  readonly audit?: AuditLog;
} = {}): Promise<Management> {
  const means: Means = { clock: systemClock, random: (length) => randomBytes(length), log };
  await using closing = new Closing();
  const data = closing.use(await temporaryDirectory());
  const store: Store = closing.use(openMemoryStore(means));
  const advertise = { host: '127.0.0.1', port: 443 };
  const admission = managerAdmission(() => client);
  const ext = new ExtApi();
  const aggregated = [ext.aggregated];
  const api = closing.use(
    await createApiServer({ ...means, store, dataDir: data.path, advertise, admission, aggregated }),
  );
  const local = inProcessTransport((request, identity) => api.handle(request, identity), ADMINISTRATOR);
  const client = createClient(local, { clock: systemClock });
  let front = await startFront({ ...means, audit }, api, client, ext, 0);
  const { port, firstPassword } = front;
  const url = `https://127.0.0.1:${port}`;
  const https = closing.use(httpsTransport({ server: url, ca: api.caPem }));
  const kubeconfig = join(data.path, 'kubeconfig.yaml');
  await writeFile(kubeconfig, await api.adminKubeconfig(url), { mode: 0o600 });
  closing.defer(() => front[Symbol.asyncDispose]());

  const management: Omit<Management, typeof Symbol.asyncDispose> = {
    url,
    caPem: api.caPem,
    client,
    kubeconfig,
    firstPassword,
    transport: https,
    get manager() {
      return front.manager;
    },
    async restart() {
      await front[Symbol.asyncDispose]();
      front = await startFront({ ...means, audit }, api, client, ext, port);
    },
    async signIn() {
      const login = async (password: string): Promise<string> => {
        const body = { username: 'admin', password };
        const { text } = await management.ask('POST', '/v3-public/localProviders/local?action=login', { body });
        return String((JSON.parse(text) as { token?: string }).token);
      };
      const token = await login(firstPassword);
      if (token === 'undefined') return login(PASSWORD);
      const body = { currentPassword: firstPassword, newPassword: PASSWORD };
      await management.ask('POST', '/v3/users?action=changepassword', { token, body });
      return token;
    },
    async ask(method, path, { token, body } = {}) {
      const response = await https.send({
        method,
        path,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
      });
      let text = '';
      for await (const chunk of response.body) text += Buffer.from(chunk).toString('utf8');
      return { status: response.status, text };
    },
    clientFor(path, token) {
      const send: typeof https.send = (request) =>
        https.send({
          ...request,
          path: `${path}${request.path}`,
          headers: { ...request.headers, authorization: `Bearer ${token}` },
        });
      return createClient({ send }, { clock: systemClock });
    },
    async kubeconfigFor(cluster, token) {
      const { text } = await management.ask('POST', `/v3/clusters/${cluster}?action=generateKubeconfig`, { token });
      const file = join(data.path, `${cluster}-${token.split(':')[0]}.yaml`);
      await writeFile(file, (JSON.parse(text) as { config: string }).config, { mode: 0o600 });
      return file;
    },
  };
  const opened = closing.move();
  return Object.assign(management, { [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() });
}

/** The manager behind its listener. */
interface Front extends AsyncDisposable {
  readonly manager: Manager;
  readonly port: number;
  readonly firstPassword: string;
}

async function startFront(
  means: Means & { readonly audit: AuditLog | undefined },
  api: ApiServer,
  client: Client,
  ext: ExtApi,
  wanted: number,
): Promise<Front> {
  const { certPem, keyPem } = await api.servingCertificate(['127.0.0.1']);
  const server = createServer({ cert: certPem, key: keyPem });
  server.on('secureConnection', readAsStream);
  server.requestTimeout = 0;
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const manager = createManager({
    ...means,
    client,
    localTransport: inProcessTransport((request, identity) => api.handle(request, identity), ADMINISTRATOR),
    anonymousTransport: inProcessTransport((request) => api.handle(request), ADMINISTRATOR),
    serverUrl: `https://127.0.0.1:${port}`,
    caPem: api.caPem,
    version: 'v0.1.0',
    ext,
  });
  server.on('request', (request, response) => manager.handle(request, response));
  server.on('upgrade', (request, socket, head: Buffer) => manager.upgrade(request, socket, head));
  const { firstPassword } = await manager.start();
  return {
    manager,
    port,
    firstPassword: firstPassword?.reveal() ?? '',
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
