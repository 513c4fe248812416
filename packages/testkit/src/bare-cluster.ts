import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodes } from '@drover/api';
import { createApiServer, listen } from '@drover/apiserver';
import { createClient, inProcessTransport } from '@drover/client';
import { Closing, silentLog, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { type ImportableCluster, runImportedAgent } from './imported-agent.js';
import { temporaryDirectory } from './temporary.js';

/** A Kubernetes API with a node and nothing that runs: what an agent can be put in front of. */
export type BareCluster = ImportableCluster & AsyncDisposable;

const means = { clock: systemClock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };

/** Starts one on a free port of the loopback interface. */
export async function startBareCluster(): Promise<BareCluster> {
  await using closing = new Closing();
  const data = closing.use(await temporaryDirectory());
  const store = closing.use(openMemoryStore(means));
  const api = closing.use(
    await createApiServer({ ...means, store, dataDir: data.path, advertise: { host: '127.0.0.1', port: 443 } }),
  );
  const listener = closing.use(await listen(api, { host: '127.0.0.1', port: 0 }));
  const transport = inProcessTransport((request, identity) => api.handle(request, identity), {
    name: 'system:admin',
    groups: ['system:masters'],
    extra: {},
  });
  const client = createClient(transport, { clock: systemClock });
  await client.create(nodes, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'host-1', labels: { 'harvesterhci.io/managed': 'true' } },
  });
  await client.patch(
    nodes,
    { name: 'host-1' },
    {
      type: 'merge',
      patch: {
        status: {
          capacity: { cpu: '8', memory: '32Gi', pods: '110' },
          allocatable: { cpu: '7500m', memory: '30Gi', pods: '110' },
        },
      },
    },
    { subresource: 'status' },
  );
  const kubeconfig = join(data.path, 'kubeconfig.yaml');
  await writeFile(kubeconfig, await api.adminKubeconfig(listener.url), { mode: 0o600 });
  const opened = closing.move();
  return {
    client,
    kubeconfig,
    runAgent: (deployment, credentials) =>
      runImportedAgent(
        { client, host: '127.0.0.1', port: listener.port, caPem: api.caPem },
        { deployment, credentials },
      ),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
