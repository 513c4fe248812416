import { hasReason, type ManagementCluster, type Stored, secrets, unavailable } from '@drover/api';
import { type Client, type ConnectionTransport, createClient, streamTransport } from '@drover/client';
import { type Clock, Secret } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import type { ClusterDirectory } from './cluster-directory.js';
import type { ClusterId } from './cluster-id.js';
import { CREDENTIAL_NAMESPACE, steveKey } from './connect.js';

/** A cluster's Kubernetes API through its tunnel. */
export interface Downstream {
  /** Without credentials: whoever uses it says who they are in each request. */
  readonly transport: ConnectionTransport;
  /** As the agent's service account, which may do everything: for this server's own controllers, never for users. */
  readonly client: Client;
}

/** Streams to one cluster at once: many watches of many tabs, and still a bound. */
const MAX_STREAMS = 512;

/** The clusters' APIs, each built when first asked for and again when its address, authority or token changes. */
export class Downstreams implements AsyncDisposable {
  readonly #known = new Map<ClusterId, { readonly address: string; readonly built: Promise<Downstream> }>();

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly clusters: ClusterDirectory;
      readonly tunnels: TunnelServer;
      readonly clock: Clock;
    },
  ) {}

  /** Whether an agent of the cluster is connected. */
  connected(id: ClusterId): boolean {
    return this.parts.tunnels.has(id);
  }

  /** @throws ApiError ServiceUnavailable with the reason in words when the cluster cannot be reached now. */
  async of(id: ClusterId): Promise<Downstream> {
    const cluster = this.parts.clusters.get(id);
    const { apiEndpoint, caCert, serviceAccountTokenSecret } = cluster?.status ?? {};
    if (cluster === undefined || !apiEndpoint || !caCert || !serviceAccountTokenSecret) {
      throw unavailable(`cluster ${id} is not registered yet: ${reasonOf(cluster)}`);
    }
    if (!this.connected(id)) throw unavailable(`cluster ${id} cannot be reached: ${reasonOf(cluster)}`);
    const address = `${apiEndpoint} ${caCert}`;
    const known = this.#known.get(id);
    if (known?.address === address) return known.built;
    await this.forget(id);
    const built = this.#token(id, serviceAccountTokenSecret).then((token) =>
      this.#build(id, apiEndpoint, caCert, token),
    );
    this.#known.set(id, { address, built });
    // A failure is told to whoever asked; the next one asks anew.
    built.catch(() => this.#known.delete(id));
    return built;
  }

  /** The transport to the cluster's Steve API, when its session is there: a plain HTTP server at the far end. */
  steve(id: ClusterId): ConnectionTransport | undefined {
    const key = steveKey(id);
    if (!this.parts.tunnels.has(key)) return undefined;
    return streamTransport(() => this.parts.tunnels.dial(key, 'tcp', '127.0.0.1:6080'), { host: 'steve' });
  }

  /** Closes what was built for the cluster: its session ended, or it told new credentials. */
  async forget(id: ClusterId): Promise<void> {
    const known = this.#known.get(id);
    this.#known.delete(id);
    const built = await known?.built.catch(() => undefined);
    await built?.transport[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#known.keys()].map((id) => this.forget(id)));
  }

  async #token(id: ClusterId, name: string): Promise<Secret> {
    const secret = await this.parts.client
      .get(secrets, { namespace: CREDENTIAL_NAMESPACE, name })
      .catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
        throw unavailable(`the credentials of cluster ${id} are gone: its agent must register again`);
      });
    return new Secret(Buffer.from(secret.data?.['credential'] ?? '', 'base64').toString('utf8'));
  }

  #build(id: ClusterId, endpoint: string, caCert: string, token: Secret): Downstream {
    const { host, hostname, port } = new URL(endpoint);
    const address = port === '' ? `${host}:443` : host;
    const transport = streamTransport(() => this.parts.tunnels.dial(id, 'tcp', address), {
      host: address,
      tls: { ca: Buffer.from(caCert, 'base64').toString('utf8'), serverName: hostname.replace(/^\[|\]$/g, '') },
      maxSockets: MAX_STREAMS,
    });
    const client = createClient(withToken(transport, token), { clock: this.parts.clock, userAgent: 'drover' });
    return { transport, client };
  }
}

/** What the conditions of a cluster say about why it cannot be reached. */
export function reasonOf(cluster: Stored<ManagementCluster> | undefined): string {
  const condition = cluster?.status?.conditions?.find(({ type }) => type === 'Connected');
  return condition?.message || 'its agent is not connected';
}

function withToken(transport: ConnectionTransport, token: Secret): Pick<ConnectionTransport, 'send'> {
  return {
    send: (request) =>
      transport.send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token.reveal()}` } }),
  };
}
