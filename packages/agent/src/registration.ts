import { hasReason, type Secret as KubeSecret, secrets } from '@drover/api';
import { type Client, inClusterAccess } from '@drover/client';
import { type Clock, type Log, Secret } from '@drover/kit';
import type { AgentConfig } from './config.js';

/** What the server needs to reach this cluster's API through the tunnel. */
export interface ClusterCredentials {
  readonly address: string;
  /** A bearer token that stays valid: the server keeps it for as long as the cluster is managed. */
  readonly token: Secret;
  /** PEM of the authority that signed the API server's certificate. */
  readonly ca: string;
}

/** How long the cluster may take to fill in a token Secret. */
const TOKEN_WAIT_MS = 10_000;

/**
 * This cluster's address, authority and a lasting token of the agent's own service account. Kubernetes gives pods tokens that
 * expire, so a Secret of type service-account-token is made for one that does not.
 *
 * @throws AccessError when this is no pod.
 * @throws ApiError, TransportError when the cluster's API refuses or cannot be reached.
 */
export async function clusterCredentials(
  client: Client,
  config: AgentConfig,
  clock: Clock,
  log: Log,
): Promise<ClusterCredentials> {
  const { ca = '', namespace = 'cattle-system', token } = await inClusterAccess(config.env, config.root);
  const mounted = typeof token === 'function' ? await token() : token;
  if (mounted === undefined) throw new Error('the pod has no service account token');
  const account = accountOf(mounted);
  const lasting = account === undefined ? undefined : await lastingToken(client, namespace, account, clock);
  if (lasting === undefined) {
    log.warn(
      "this cluster makes no lasting token for the agent's service account; the server gets the pod's, which may expire",
    );
  }
  return { address: config.apiAddress, token: lasting ?? mounted, ca };
}

/** The header that registers the cluster: what `/v3/connect` expects beside the token. */
export function tunnelParams({ address, token, ca }: ClusterCredentials): string {
  const params = { cluster: { address, token: token.reveal(), caCert: Buffer.from(ca).toString('base64') } };
  return Buffer.from(JSON.stringify(params)).toString('base64');
}

async function lastingToken(
  client: Client,
  namespace: string,
  account: string,
  clock: Clock,
): Promise<Secret | undefined> {
  const name = `${account}-token`;
  const wanted: KubeSecret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, annotations: { 'kubernetes.io/service-account.name': account } },
    type: 'kubernetes.io/service-account-token',
  };
  const live = await client.get(secrets, { namespace, name }).catch(async (error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
    return client.create(secrets, wanted);
  });
  const present = tokenOf(live);
  if (present !== undefined) return present;

  const deadline = new AbortController();
  using _timer = clock.after(TOKEN_WAIT_MS, () => deadline.abort());
  try {
    for await (const event of client.watch(secrets, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      resourceVersion: live.metadata.resourceVersion,
      signal: deadline.signal,
    })) {
      const filled = event.type === 'MODIFIED' ? tokenOf(event.object) : undefined;
      if (filled !== undefined) return filled;
    }
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
  }
  return undefined;
}

function tokenOf({ data }: KubeSecret): Secret | undefined {
  const token = data?.['token'];
  return token === undefined || token === '' ? undefined : new Secret(Buffer.from(token, 'base64').toString());
}

/** The name in a service account's token (a JWT whose signature is the API server's business). */
function accountOf(token: Secret): string | undefined {
  try {
    const [, payload = ''] = token.reveal().split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const subject = typeof claims === 'object' && claims !== null && 'sub' in claims ? claims.sub : undefined;
    return typeof subject === 'string' ? /^system:serviceaccount:[^:]+:([^:]+)$/.exec(subject)?.[1] : undefined;
  } catch {
    return undefined;
  }
}
