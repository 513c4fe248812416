import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readAgentConfig, runAgent } from '@drover/agent';
import { type Deployment, nodes, resourcePath, type Secret, secrets, serviceAccounts } from '@drover/api';
import { createApiServer, listen } from '@drover/apiserver';
import { type Client, createClient, inProcessTransport } from '@drover/client';
import { Closing, silentLog, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { temporaryDirectory } from './temporary.js';

/** A Kubernetes API with a node and nothing that runs: what an agent can be put in front of. */
export interface BareCluster extends AsyncDisposable {
  /** As administrator. */
  readonly client: Client;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Does with an import manifest's objects what a cluster does: runs the agent, until the result is disposed. */
  runAgent(deployment: Deployment, credentials: Secret): Promise<AsyncDisposable>;
}

const means = { clock: systemClock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };
const SECRETS = 'var/run/secrets/kubernetes.io/serviceaccount';

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
    async runAgent(deployment, credentials) {
      const root = await temporaryDirectory();
      const text = (key: string): string => Buffer.from(credentials.data?.[key] ?? '', 'base64').toString('utf8');
      const files: Record<string, string> = {
        'cattle-credentials/url': text('url'),
        'cattle-credentials/token': text('token'),
        'cattle-credentials/namespace': text('namespace'),
        [`${SECRETS}/token`]: await accountToken(client),
        [`${SECRETS}/ca.crt`]: api.caPem,
        [`${SECRETS}/namespace`]: 'cattle-system',
      };
      for (const [path, content] of Object.entries(files)) {
        const file = join(root.path, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content, { mode: 0o600 });
      }
      const variables = deployment.spec?.template.spec?.containers[0]?.env ?? [];
      const config = await readAgentConfig({
        ...Object.fromEntries(variables.map(({ name, value = '' }) => [name, value])),
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: String(listener.port),
        DROVER_POD_ROOT: root.path,
      });
      const stop = new AbortController();
      const running = runAgent(config, means, stop.signal);
      return {
        async [Symbol.asyncDispose]() {
          stop.abort(new Error('the agent is stopped'));
          await running.catch(() => undefined);
          await root[Symbol.asyncDispose]();
        },
      };
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

async function accountToken(client: Client): Promise<string> {
  const path = resourcePath(serviceAccounts, { namespace: 'cattle-system', name: 'cattle', subresource: 'token' });
  const answer = await client.post(path, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  return String((answer as { status?: { token?: string } }).status?.token);
}

/** The credentials Secret of an import manifest that has been applied. */
export async function importedCredentials(client: Client): Promise<Secret> {
  const { items } = await client.list(secrets, { namespace: 'cattle-system' });
  const found = items.find(({ metadata }) => metadata.name.startsWith('cattle-credentials-'));
  if (found === undefined) throw new Error('no import manifest has been applied');
  return found;
}
