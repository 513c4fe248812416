import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiServer, listen } from '@drover/apiserver';
import { createClient, httpsTransport, inProcessTransport, parseKubeconfig, type Transport } from '@drover/client';
import { type ConformanceTarget, clientConformance } from '@drover/client/conformance';
import { silentLog, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { serveWidgets } from './widgets.js';

const admin = { name: 'system:admin', groups: ['system:masters'], extra: {} };

/** The embedded API server on a memory store, reached in one of the two ways. */
async function open(how: 'in process' | 'over TLS'): Promise<ConformanceTarget> {
  const dataDir = await mkdtemp(join(tmpdir(), 'drover-conformance-'));
  const surroundings = { clock: systemClock, random: randomBytes, log: silentLog };
  const store = openMemoryStore(surroundings);
  const server = await createApiServer({
    store,
    dataDir,
    advertise: { host: '127.0.0.1', port: 6443 },
    ...surroundings,
  });
  const listener = await listen(server, { host: '127.0.0.1', port: 0 });
  const access = await parseKubeconfig(await server.adminKubeconfig(listener.url));
  const remote = httpsTransport(access);
  const transport: Transport =
    how === 'over TLS' ? remote : inProcessTransport((request, identity) => server.handle(request, identity), admin);
  const client = createClient(transport, { clock: systemClock });
  await serveWidgets(client, 'default');
  return {
    client,
    namespace: 'default',
    async [Symbol.asyncDispose]() {
      await remote[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

clientConformance('a client of the embedded API server, in process,', () => open('in process'));
clientConformance('a client of the embedded API server, over TLS,', () => open('over TLS'));
