import type { IncomingHttpHeaders } from 'node:http';
import {
  hasReason,
  isJsonObject,
  type JsonObject,
  managementClusters,
  type Secret as SecretObject,
  secrets,
} from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate, type Observation, updateStatus } from '@drover/controller';
import { type Clock, Secret } from '@drover/kit';
import type { TunnelAuthorization } from '@drover/tunnel';
import type { ClusterId } from './cluster-id.js';
import { observe, observeAll } from './conditions.js';
import type { Registrations } from './registration.js';

/** Where the service-account tokens of imported clusters are kept. */
export const CREDENTIAL_NAMESPACE = 'cattle-global-data';

/** Key of the session over which a cluster's Steve API is reached. */
export const steveKey = (cluster: string): string => `stv-cluster-${cluster}`;

/** The condition that tells of another cluster with the same token. */
const CONFLICT = 'RegistrationConflict';

/** What an agent tells about the Kubernetes API beside it. */
export interface AgentParams {
  /** `host:port` as seen inside the cluster; IPv6 hosts in brackets. */
  readonly address: string;
  readonly token: Secret;
  /** Base64 of a PEM. */
  readonly caCert: string;
}

/** The one answer to every handshake that shows nothing valid. */
const REFUSED: TunnelAuthorization = { status: 401, message: 'failed authentication' };

/** Decides who may open a tunnel, and keeps what agents tell. */
export class AgentConnections {
  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly registrations: Registrations;
      readonly connected: (cluster: ClusterId) => boolean;
      /** The cluster has told where and how it is reached now. */
      readonly registered: (cluster: ClusterId) => void;
      readonly clock: Clock;
    },
  ) {}

  /**
   * The key for a handshake: `<cluster>` for an agent with a registration token and the parameters of its API,
   * `stv-cluster-<cluster>` for a bearer of that token. What is not valid is refused with one and the same 401; only who has
   * shown a valid token learns that its parameters are malformed (400) or that another cluster holds the place (403).
   */
  async authorize({ headers }: { readonly headers: IncomingHttpHeaders }): Promise<TunnelAuthorization> {
    const { authorization = '' } = headers;
    const steve = /^Bearer stv-cluster-(\S+)$/i.exec(authorization)?.[1];
    if (steve !== undefined) {
      const cluster = this.parts.registrations.clusterOf(steve);
      return cluster === undefined ? REFUSED : { clientKey: steveKey(cluster) };
    }
    const cluster = this.parts.registrations.clusterOf(single(headers['x-api-tunnel-token']) ?? '');
    if (cluster === undefined) return REFUSED;
    const params = readAgentParams(single(headers['x-api-tunnel-params']) ?? '');
    if (params === undefined) return { status: 400, message: 'X-API-Tunnel-Params does not describe a cluster' };
    return this.#register(cluster, params);
  }

  async #register(id: ClusterId, params: AgentParams): Promise<TunnelAuthorization> {
    const { client, clock, connected } = this.parts;
    const cluster = await client.get(managementClusters, { name: id });
    const known = cluster.status?.caCert;
    if (known !== undefined && known !== '' && known !== params.caCert && connected(id)) {
      await this.#note(
        id,
        'another cluster tried to register with the token of this one while its agent is connected: create a cluster of its own for it',
      );
      return { status: 403, message: 'the token belongs to another cluster, which is connected' };
    }
    const secret = await this.#keepToken(id, params.token);
    await updateStatus(client, managementClusters, { name: id }, (object) => {
      object.status = {
        ...object.status,
        driver: object.status?.driver ?? 'imported',
        apiEndpoint: `https://${params.address}`,
        caCert: params.caCert,
        serviceAccountTokenSecret: secret,
        conditions: observeAll(object.status?.conditions, registeredConditions(object.status?.conditions), clock.now()),
      };
    });
    this.parts.registered(id);
    return { clientKey: id };
  }

  async #keepToken(id: ClusterId, token: Secret): Promise<string> {
    const name = `cluster-serviceaccounttoken-${id}`;
    const blank: SecretObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: CREDENTIAL_NAMESPACE, labels: { 'cattle.io/creator': 'norman' } },
      type: 'Opaque',
    };
    await createOrUpdate(this.parts.client, secrets, blank, (secret) => {
      secret.data = { credential: Buffer.from(token.reveal(), 'utf8').toString('base64') };
    });
    return name;
  }

  async #note(id: ClusterId, message: string): Promise<void> {
    const { client, clock } = this.parts;
    await updateStatus(client, managementClusters, { name: id }, (object) => {
      const observed: Observation = {
        type: CONFLICT,
        status: 'True',
        reason: 'TokenUsedElsewhere',
        message,
      };
      object.status = { ...object.status, conditions: observe(object.status?.conditions, observed, clock.now()) };
    }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  }
}

/** A registration that succeeds ends what is said about one that was refused. */
function registeredConditions(conditions: readonly { type: string }[] = []): Observation[] {
  const refused = conditions.some(({ type }) => type === CONFLICT);
  return [{ type: 'Provisioned', status: 'True' }, ...(refused ? [{ type: CONFLICT, status: 'False' } as const] : [])];
}

/** Reads `X-API-Tunnel-Params`; `undefined` unless it names an address, a token and a CA. */
export function readAgentParams(header: string): AgentParams | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  const cluster = isJsonObject(parsed) ? parsed['cluster'] : undefined;
  if (!isJsonObject(cluster as unknown)) return undefined;
  const { address, token, caCert } = cluster as JsonObject;
  if (typeof address !== 'string' || typeof token !== 'string' || typeof caCert !== 'string') return undefined;
  if (!isHostPort(address) || token === '' || !isPem(caCert)) return undefined;
  return { address, token: new Secret(token), caCert };
}

/** `host:port` and nothing else: it becomes part of a URL. */
function isHostPort(text: string): boolean {
  return /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]{1,253}):[0-9]{1,5}$/.test(text) && URL.canParse(`https://${text}`);
}

function isPem(base64: string): boolean {
  const pem = Buffer.from(base64, 'base64').toString('utf8');
  return pem.includes('-----BEGIN CERTIFICATE-----') && pem.length < 256 * 1024;
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
