import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { rancherCrds } from '@drover/api/schemas';
import type { Client, Transport } from '@drover/client';
import { installDefinitions } from '@drover/controller';
import type { Clock, Log, RandomBytes, Secret } from '@drover/kit';
import type { AuditLog } from './audit/audit-log.js';
import { bootstrap } from './bootstrap/bootstrap.js';
import type { ExtApi } from './ext/ext-api.js';
import type { Route, UpgradeRoute } from './front/route.js';
import { type RunningManager, runManager } from './running-manager.js';

/** A server that takes longer than this to serve a definition has another problem, which is then told. */
const PATIENCE_MS = 60_000;

/** What a manager is made of. The caller keeps the transports and closes them after the manager. */
export interface ManagerOptions {
  /** The local Kubernetes API as its administrator. */
  readonly client: Client;
  /** The same API as administrator, byte by byte: users' requests go through it with impersonation. */
  readonly localTransport: Transport;
  /** The same API without credentials: requests with a bearer token that is not of our form go through it as they are. */
  readonly anonymousTransport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** `https://host:port` under which browsers and agents reach this server: the default of the setting `server-url`. */
  readonly serverUrl: string;
  /** PEM of the authority of the listener's certificate, which agents pin; empty when it is publicly trusted. */
  readonly caPem: string;
  /** `v0.1.0` */
  readonly version: string;
  /** Folder of the built console; absent, `/dashboard/` says that there is none. */
  readonly consoleDir?: string | undefined;
  /** Password of the first administrator; absent, a random one is made. */
  readonly bootstrapPassword?: Secret | undefined;
  /** What the API server that `client` reaches serves of `ext.cattle.io`; absent where it serves none of it. */
  readonly ext?: ExtApi | undefined;
  /** Where requests are told of; absent, nowhere. */
  readonly audit?: AuditLog | undefined;
  /** Default of the setting `agent-image`; absent, `drover:<version>`. */
  readonly agentImage?: string | undefined;
  /**
   * Called with the first administrator's password before it counts: what this keeps survives a start that is interrupted. When it
   * fails, the start does.
   */
  readonly onFirstPassword?: ((password: Secret) => void | Promise<void>) | undefined;
  /** Called when the first administrator has another password than the first one, now or at an earlier run. */
  readonly onFirstPasswordChanged?: (() => void | Promise<void>) | undefined;
}

/** The management side, to be mounted on an HTTPS server. Disposing it stops its controllers and ends its streams. */
export interface Manager extends AsyncDisposable {
  /**
   * Installs its kinds, makes what must be there, and starts. Resolves when requests can be served; with the first
   * administrator's password when this start made that user.
   */
  start(): Promise<{ readonly firstPassword?: Secret }>;
  /** For the server's `request` event. Before `start` has resolved, the answer is 503. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Everything that can be reached, for whoever reviews it; nothing before `start` has resolved. */
  readonly routes: readonly Route[];
  /** Every path at which a connection may become something else than HTTP. */
  readonly upgrades: readonly UpgradeRoute[];
}

/** Makes a manager; nothing happens before `start`. */
export function createManager(options: ManagerOptions): Manager {
  let running: RunningManager | undefined;
  return {
    async start() {
      await installKinds(options);
      const firstPassword = await bootstrap(options);
      running = await runManager(options);
      return firstPassword === undefined ? {} : { firstPassword };
    },
    handle(request, response) {
      if (running !== undefined) {
        running.front.handle(request, response);
        return;
      }
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('the server is starting\n');
    },
    upgrade(request, socket, head) {
      if (running !== undefined) running.front.upgrade(request, socket, head);
      else socket.destroy();
    },
    get routes() {
      return running?.routes ?? [];
    },
    get upgrades() {
      return running?.upgrades ?? [];
    },
    async [Symbol.asyncDispose]() {
      await running?.[Symbol.asyncDispose]();
      running = undefined;
    },
  };
}

/** The kinds in which the manager keeps its knowledge. */
async function installKinds({ client, clock }: ManagerOptions): Promise<void> {
  const patience = new AbortController();
  using _timer = clock.after(PATIENCE_MS, () => patience.abort());
  await installDefinitions(client, rancherCrds(), patience.signal);
}
