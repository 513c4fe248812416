import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readAgentConfig, runAgent } from '@drover/agent';
import { type Deployment, resourcePath, type Secret, secrets, serviceAccounts } from '@drover/api';
import { type Client, createClient, httpsTransport, loadKubeconfig } from '@drover/client';
import { silentLog, systemClock } from '@drover/kit';
import { temporaryDirectory } from './temporary.js';

/** A Kubernetes API in front of which an agent can be put. */
export interface ImportableCluster {
  /** As administrator. */
  readonly client: Client;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Does with an import manifest's objects what a cluster does: runs the agent, until the result is disposed. */
  runAgent(deployment: Deployment, credentials: Secret): Promise<AsyncDisposable>;
}

/** Where an agent finds the API of its cluster. */
interface AgentPlace {
  /** As administrator, who makes the agent's token. */
  readonly client: Client;
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
}

const means = { clock: systemClock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };
const ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster of a kubeconfig, which runs already and has no nodes of its own. */
export async function existingCluster(kubeconfig: string): Promise<ImportableCluster> {
  const access = await loadKubeconfig(kubeconfig);
  const client = createClient(httpsTransport(access), { clock: systemClock });
  const { hostname: host, port } = new URL(access.server);
  return {
    client,
    kubeconfig,
    runAgent: (deployment, credentials) =>
      runImportedAgent({ client, host, port: Number(port), caPem: access.ca ?? '' }, { deployment, credentials }),
  };
}

/** Runs the agent that an import manifest has asked a cluster for, in this process. */
export async function runImportedAgent(
  { client, host, port, caPem }: AgentPlace,
  { deployment, credentials }: { readonly deployment: Deployment; readonly credentials: Secret },
): Promise<AsyncDisposable> {
  const root = await temporaryDirectory();
  const text = (key: string): string => Buffer.from(credentials.data?.[key] ?? '', 'base64').toString('utf8');
  const files: Record<string, string> = {
    'cattle-credentials/url': text('url'),
    'cattle-credentials/token': text('token'),
    'cattle-credentials/namespace': text('namespace'),
    [`${ACCOUNT}/token`]: await accountToken(client),
    [`${ACCOUNT}/ca.crt`]: caPem,
    [`${ACCOUNT}/namespace`]: 'cattle-system',
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(root.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
  }
  const variables = deployment.spec?.template.spec?.containers[0]?.env ?? [];
  const config = await readAgentConfig({
    ...Object.fromEntries(variables.map(({ name, value = '' }) => [name, value])),
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: String(port),
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
