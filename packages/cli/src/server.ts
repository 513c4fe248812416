import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Identity, SECRET_FIELDS } from '@drover/api';
import type { ApiServer } from '@drover/apiserver';
import {
  type Client,
  createClient,
  httpsTransport,
  inProcessTransport,
  loadKubeconfig,
  type Transport,
} from '@drover/client';
import { Closing, readAsStream } from '@drover/kit';
import type { ExtApi } from '@drover/manager';
import { openSqliteStore } from '@drover/store';
import { openAudit } from './audit.js';
import { openControlSocket } from './backup/control-socket.js';
import { endInterruptedRestore } from './backup/interrupted-restore.js';
import { serverBackup } from './backup/server-backup.js';
import type { ServerConfig } from './config.js';
import { openDataDir, removeFile, writeSecretFile } from './data-dir.js';
import { hostsOf, listenOn, urlOf } from './listen.js';
import { openManagementAudit } from './management-audit.js';
import { readyLine } from './ready-line.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** Kinds of the management side that are, or hold, credentials. */
const CREDENTIALS = SECRET_FIELDS.filter(({ group }) => group.endsWith('.cattle.io')).map(
  ({ group, plural }) => `${group}/${plural}`,
);

/** The management side, running. Disposing it stops it cleanly. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** PEM of what signs the serving certificate; empty when the given certificate is publicly trusted. */
  readonly caPem: string;
  /** The local Kubernetes API, as administrator. */
  readonly client: Client;
  readonly kubeconfig: string;
  readonly caFile: string;
  readonly dataDir: string;
  /** Where the first password is, until it has been changed. */
  readonly passwordFile: string | undefined;
}

/** This process acting on its own cluster. */
const ADMINISTRATOR: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };

/** Starts the server and keeps it until the process is asked to stop. */
export async function runServer(config: ServerConfig, surroundings: Surroundings): Promise<void> {
  await using server = await startServer(config, surroundings);
  announceServer(server, surroundings);
  await stopped(surroundings.signal);
}

/** Says, to programs and to the person, where the server is. */
export function announceServer(server: RunningServer, { print, tell }: Surroundings): void {
  const { url, dataDir, kubeconfig, caFile } = server;
  print(readyLine({ ready: 'server', url, dataDir, kubeconfig, caFile, pid: process.pid }));
  tell(`Console: ${url}/dashboard/`);
  if (server.passwordFile !== undefined) tell(`Sign in as admin with the first password in ${server.passwordFile}`);
}

/** Resolves when `signal` aborts. */
export function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Puts the management side together: store, API server, manager, listener. */
export async function startServer(config: ServerConfig, surroundings: Surroundings): Promise<RunningServer> {
  await using closing = new Closing();
  const { clock, random, version } = surroundings;
  const log = surroundings.log.with({ side: 'server' });
  const dataDir = await openDataDir(config.dataDir);
  await endInterruptedRestore(dataDir);
  const own = await openDataDir(join(dataDir, 'server'));
  const parts = loadParts();
  const local = config.kubeconfig
    ? await existingCluster(config.kubeconfig, surroundings, closing)
    : await embeddedCluster(own, config, { ...surroundings, log }, parts, closing);

  const front = await frontListener(local, config, closing);
  const url = config.serverUrl ?? urlOf(front.address);
  const kubeconfig = join(own, 'kubeconfig.yaml');
  if (local.apiServer) await writeSecretFile(kubeconfig, await local.apiServer.adminKubeconfig(urlOf(front.address)));
  const caFile = join(own, 'ca.crt');
  await writeFile(caFile, front.caPem, { mode: 0o644 });

  const passwordFile = join(own, 'bootstrap-password');
  const { createManager } = await parts;
  const audit = await openManagementAudit(config.managementAudit, own, { clock, log, closing });
  const manager = closing.use(
    createManager({
      client: local.client,
      localTransport: local.transport,
      anonymousTransport: local.anonymous,
      clock,
      random,
      log,
      serverUrl: url,
      caPem: front.caPem,
      audit,
      ext: local.ext,
      version: `v${version}`,
      agentImage: `drover:${version}`,
      consoleDir: fileURLToPath(new URL('dist', import.meta.resolve('@drover/console/package.json'))),
      ...(config.bootstrapPassword ? { bootstrapPassword: config.bootstrapPassword } : {}),
      onFirstPassword: async (password) => {
        // Whoever chose it knows it, and need not change it: a file would keep it for good.
        if (config.bootstrapPassword) return;
        await writeSecretFile(passwordFile, `${password.reveal()}\n`);
        surroundings.tell(`First password of admin: ${password.reveal()}`);
      },
      onFirstPasswordChanged: () => removeFile(passwordFile),
    }),
  );
  front.server.on('request', (request, response) => manager.handle(request, response));
  front.server.on('upgrade', (request, socket, head) => manager.upgrade(request, socket, head));
  await manager.start();
  const opened = closing.move();
  return {
    url,
    caPem: front.caPem,
    client: local.client,
    kubeconfig: config.kubeconfig ?? kubeconfig,
    caFile,
    dataDir,
    passwordFile: existsSync(passwordFile) ? passwordFile : undefined,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

type Parts = Pick<typeof import('@drover/apiserver'), 'createApiServer'> &
  Pick<typeof import('@drover/manager'), 'createManager' | 'managerAdmission' | 'ExtApi'>;

/** The code of the two large parts, which loads while the store's thread reads its file. */
async function loadParts(): Promise<Parts> {
  const [{ createApiServer }, { createManager, managerAdmission, ExtApi }] = await Promise.all([
    import('@drover/apiserver'),
    import('@drover/manager'),
  ]);
  return { createApiServer, createManager, managerAdmission, ExtApi };
}

/** The Kubernetes API that keeps what the manager knows. */
interface LocalCluster {
  readonly client: Client;
  readonly transport: Transport;
  /** Without credentials of ours: for callers that bring their own. */
  readonly anonymous: Transport;
  readonly apiServer?: ApiServer;
  /** Kinds of the manager that it serves. */
  readonly ext?: ExtApi;
}

async function embeddedCluster(
  dataDir: string,
  { listen, audit: auditConfig }: ServerConfig,
  { clock, random, log, version }: Surroundings,
  parts: Promise<Parts>,
  closing: Closing,
): Promise<LocalCluster> {
  const store = closing.use(await openSqliteStore({ file: join(dataDir, 'store.db'), clock, log }));
  const { createApiServer, managerAdmission, ExtApi } = await parts;
  const ext = new ExtApi();
  const admission = managerAdmission(() => client);
  const audit = await openAudit(auditConfig, dataDir, CREDENTIALS, { clock, log, random, closing });
  const apiServer = closing.use(
    await createApiServer({
      store,
      clock,
      random,
      log,
      dataDir,
      advertise: listen,
      admission,
      aggregated: [ext.aggregated],
      ...audit,
    }),
  );
  // Not before the API server has made the keys that belong to a backup.
  closing.use(await openControlSocket(dataDir, () => serverBackup(dataDir, store, clock, version), log));
  const transport = inProcessTransport((request, identity) => apiServer.handle(request, identity), ADMINISTRATOR);
  const anonymous = inProcessTransport((request) => apiServer.handle(request), ADMINISTRATOR);
  const client = createClient(transport, { clock });
  return { client, transport, anonymous, apiServer, ext };
}

async function existingCluster(kubeconfig: string, { clock }: Surroundings, closing: Closing): Promise<LocalCluster> {
  const access = await loadKubeconfig(kubeconfig).catch((error: unknown) => {
    throw new UsageError(`--kubeconfig: ${error instanceof Error ? error.message : error}`);
  });
  const transport = closing.use(httpsTransport(access));
  const anonymous = closing.use(httpsTransport({ server: access.server, ...(access.ca ? { ca: access.ca } : {}) }));
  return { client: createClient(transport, { clock }), transport, anonymous };
}

interface Front {
  readonly server: Server;
  readonly address: { readonly host: string; readonly port: number };
  readonly caPem: string;
}

async function frontListener(local: LocalCluster, config: ServerConfig, closing: Closing): Promise<Front> {
  const { listen, tls, serverUrl } = config;
  if (!tls && !local.apiServer) {
    throw new UsageError(
      '--kubeconfig: give --tls-cert and --tls-key too, since there is no embedded authority to sign with',
    );
  }
  const names = [...hostsOf(listen.host), ...(serverUrl ? [new URL(serverUrl).hostname] : [])];
  const pair = tls ?? (await (local.apiServer as ApiServer).servingCertificate(names));
  const server = createServer({ cert: pair.certPem, key: pair.keyPem, minVersion: 'TLSv1.2' });
  server.requestTimeout = 0;
  server.on('secureConnection', readAsStream);
  const address = await listenOn(server, listen);
  closing.defer(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const given = tls ? await readOwnAuthority(config) : undefined;
  return { server, address, caPem: given ?? local.apiServer?.caPem ?? '' };
}

/** The last certificate of a given chain, when it is an authority of one's own: what agents have to trust. */
async function readOwnAuthority({ tls }: ServerConfig): Promise<string> {
  const chain = tls?.certPem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const { X509Certificate } = await import('node:crypto');
  const last = chain.at(-1);
  if (last === undefined) return '';
  const certificate = new X509Certificate(last);
  return certificate.subject === certificate.issuer ? `${last}\n` : '';
}
