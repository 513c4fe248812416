import type { Duplex } from 'node:stream';
import {
  ApiError,
  forbidden,
  type Identity,
  type ManagementCluster,
  notFound,
  type Stored,
  unavailable,
} from '@drover/api';
import { type Client, createClient, type Transport } from '@drover/client';
import type { Clock } from '@drover/kit';
import type { ClusterDirectory } from '../clusters/cluster-directory.js';
import { type ClusterId, LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import { type Downstreams, reasonOf } from '../clusters/downstream.js';
import type { Answer, Exchange, SignedIn } from '../front/exchange.js';
import { type Caller, impersonationHeaders, outOfScope, scopeOf } from '../identity/caller.js';
import type { OpenStreams } from '../identity/open-streams.js';
import { NormanError } from '../norman/norman-error.js';
import type { NamespaceGuards } from '../projects/namespace-guards.js';
import type { DerivedRights } from '../rbac/derived-rights.js';
import type { AccessReviews } from './access-reviews.js';
import { forward, type Onward } from './forward.js';
import { forwardUpgrade } from './forward-upgrade.js';
import type { HeaderFields } from './forwarded-headers.js';
import type { Impersonation } from './impersonation.js';
import { writesNamespace } from './namespace-writes.js';
import { attributesOf } from './request-attributes.js';
import type { StreamRights } from './stream-rights.js';

const NAMESPACES = { group: '', plural: 'namespaces' };
const CLUSTERS = { group: 'management.cattle.io', plural: 'clusters' };

/** How long it is known whether a cluster has a Steve: its agent may be replaced by another. */
const STEVE_FRESH_MS = 60_000;
const STEVES_REMEMBERED = 4_096;

/** The ways of a user's request into a cluster, and into the one this server runs on. */
export class ClusterProxy {
  readonly #steves = new Map<ClusterId, { readonly until: number; readonly serves: Promise<boolean> }>();

  constructor(
    private readonly parts: {
      readonly clusters: ClusterDirectory;
      readonly downstreams: Downstreams;
      readonly impersonation: Impersonation;
      readonly reviews: AccessReviews;
      readonly streams: OpenStreams;
      readonly streamRights: StreamRights;
      readonly rights: DerivedRights;
      readonly guards: Pick<NamespaceGuards, 'isEnforced'>;
      /** The local API as administrator, who may impersonate. */
      readonly local: Transport;
      /** The local API without credentials of ours, for callers who bring their own. */
      readonly anonymous: Transport;
      readonly clock: Clock;
    },
  ) {}

  /** `/k8s/clusters/:cluster/*` */
  async handle(exchange: Exchange): Promise<Answer> {
    const { params, url, caller } = exchange;
    const path = `${params['rest'] ?? '/'}${url.search}`;
    if (params['cluster'] === LOCAL) return this.#forwardLocal(exchange, path);
    if (caller === undefined) throw new NormanError('Unauthorized', 'must authenticate');
    const { id, cluster } = await this.visible(caller, params['cluster'] ?? '');
    const onward = await this.#toCluster({ ...exchange, caller }, id, cluster, path);
    await this.#guardNamespaces({ ...exchange, caller }, id, path);
    return this.#watched(id, caller, exchange, onward);
  }

  /** `/api`, `/apis`, `/openapi`, `/version`: the local cluster. */
  async handleLocal(exchange: Exchange): Promise<Answer> {
    const { url } = exchange;
    return this.#forwardLocal(exchange, `${url.pathname}${url.search}`);
  }

  /**
   * Whether the cluster has a Steve of its own, to which everything below its `/v1` goes. A session to it may end at an agent that
   * serves only what Harvester adds to it.
   */
  async hasSteve({ identity }: Caller, cluster: string): Promise<boolean> {
    const id = parseClusterId(cluster);
    const steve = id === undefined ? undefined : this.parts.downstreams.steve(id);
    if (id === undefined || steve === undefined) return false;
    const now = this.parts.clock.now();
    const known = this.#steves.get(id);
    if (known !== undefined && known.until > now) return known.serves;
    const serves = steve
      .send({ method: 'GET', path: '/v1', headers: impersonationHeaders(identity) })
      .then(async ({ status, body }) => {
        for await (const _ of body) {
          // Read to the end, so that the connection can be used again.
        }
        return status !== 404;
      });
    if (this.#steves.size >= STEVES_REMEMBERED) this.#steves.clear();
    this.#steves.set(id, { until: now + STEVE_FRESH_MS, serves });
    serves.catch(() => this.#steves.delete(id));
    return serves;
  }

  /** The same paths with `Connection: Upgrade`. */
  async upgrade(exchange: Omit<SignedIn, 'response'>, socket: Duplex, head: Buffer): Promise<void> {
    const { params, url, caller } = exchange;
    const path = `${params['rest'] ?? '/'}${url.search}`;
    if (params['cluster'] === LOCAL) {
      const onward = this.#asUser(caller, path, exchange.request.method);
      return forwardUpgrade(exchange, { socket, head }, onward, this.parts.streams);
    }
    const { id, cluster } = await this.visible(caller, params['cluster'] ?? '');
    const onward = await this.#toCluster(exchange, id, cluster, path);
    return forwardUpgrade(exchange, { socket, head }, onward, this.parts.streams);
  }

  /**
   * The cluster, when the caller may see it. Whoever may not learns nothing about which ids there are.
   *
   * @throws ApiError Forbidden, or NotFound for those who may see all.
   */
  async visible(
    caller: Caller,
    text: string,
  ): Promise<{ readonly id: ClusterId; readonly cluster: Stored<ManagementCluster> }> {
    const { identity } = caller;
    demandScope(caller, text);
    if (!(await this.maySee(caller, text)))
      throw forbidden(CLUSTERS, text, `User "${identity.name}" cannot get this cluster`);
    const id = parseClusterId(text);
    const cluster = id === undefined ? undefined : this.parts.clusters.get(id);
    if (id === undefined || cluster === undefined) throw notFound(CLUSTERS, text);
    return { id, cluster };
  }

  /**
   * A client for a cluster in the caller's name, for what this server asks on the caller's behalf.
   *
   * @throws ApiError when the caller may not see the cluster, or it cannot be reached.
   */
  async clientFor(caller: Caller, text: string): Promise<Client> {
    if (text === LOCAL) {
      const { transport, headers } = this.#asUser(caller, '/');
      return this.#client(transport, async () => headers);
    }
    const { id } = await this.visible(caller, text);
    const { transport, client } = await this.parts.downstreams.of(id);
    const { identity } = caller;
    await this.parts.rights.demandCurrent(id, identity);
    return this.#client(transport, async () => {
      const token = await this.parts.impersonation.token(id, client, identity);
      return { ...impersonationHeaders(identity), authorization: `Bearer ${token.reveal()}` };
    });
  }

  #client(transport: Transport, ours: () => Promise<HeaderFields>): Client {
    const send: Transport['send'] = async (request) =>
      transport.send({ ...request, headers: { ...request.headers, ...(await ours()) } });
    return createClient({ send }, { clock: this.parts.clock, userAgent: 'drover' });
  }

  /** Whether the caller may have anything to do with the cluster; what it may do in it is the cluster's to say. */
  maySee({ identity }: Caller, name: string): Promise<boolean> {
    const { group, plural: resource } = CLUSTERS;
    return this.parts.reviews.allowed(identity, { verb: 'get', group, resource, name });
  }

  /** Whether what the caller has open into the cluster may stay open. */
  async mayStay(caller: Caller, name: string): Promise<boolean> {
    const id = parseClusterId(name);
    return id !== undefined && this.parts.rights.isCurrent(id, caller.identity) && (await this.maySee(caller, name));
  }

  async #forwardLocal(exchange: Exchange, path: string): Promise<Answer> {
    const onward = this.#toLocal(exchange, path);
    if (exchange.caller !== undefined)
      await this.#guardNamespaces({ ...exchange, caller: exchange.caller }, LOCAL, path);
    return forward(exchange, onward, this.parts.streams);
  }

  /**
   * Keeps namespaces in their projects where the cluster cannot do that itself: there only owners of the cluster write them. Who has
   * a kubeconfig of the cluster from elsewhere does not come by here, and has rights that were not given here.
   */
  async #guardNamespaces({ caller, request }: SignedIn, id: ClusterId, path: string): Promise<void> {
    if (!writesNamespace(request.method ?? 'GET', path)) return;
    await this.parts.rights.revoked(id);
    if (this.parts.guards.isEnforced(id)) return;
    const question = { verb: 'own', group: CLUSTERS.group, resource: CLUSTERS.plural, name: id };
    if (await this.parts.reviews.allowed(caller.identity, question)) return;
    const why = `cluster ${id} cannot check who may move a namespace between projects, which takes Kubernetes 1.30: only an owner of the cluster writes namespaces there`;
    throw forbidden(NAMESPACES, '', why);
  }

  #toLocal(exchange: Exchange, path: string): Onward {
    const { caller, request } = exchange;
    if (caller !== undefined) return this.#asUser(caller, path, request.method);
    // Not a token of ours: the local API looks at it itself, and nothing of ours goes along.
    const { authorization = '' } = request.headers;
    return { transport: this.parts.anonymous, path, headers: { authorization }, whom: 'the management cluster' };
  }

  #asUser(caller: Caller, path: string, method?: string): Onward {
    demandScope(caller, LOCAL);
    const { identity } = caller;
    const headers = impersonationHeaders(identity);
    const hold = this.#holding(LOCAL, identity, path, method);
    return { transport: this.parts.local, path, headers, whom: 'the management cluster', hold };
  }

  /** Ends a request that is under way when the cluster would no longer allow it. */
  #holding(id: ClusterId, identity: Identity, path: string, method = 'GET'): NonNullable<Onward['hold']> {
    const question = attributesOf(method, path);
    return (end) => this.parts.streamRights.hold(id, { identity, question, end });
  }

  async #toCluster(
    exchange: Omit<SignedIn, 'response'>,
    id: ClusterId,
    cluster: Stored<ManagementCluster>,
    path: string,
  ): Promise<Onward> {
    const { identity } = exchange.caller;
    if (cluster.metadata.deletionTimestamp !== undefined) throw unavailable(`cluster ${id} is being deleted`);
    const whom = `cluster ${cluster.spec?.displayName ?? id}`;
    const impersonated = impersonationHeaders(identity);
    const allowed = (): Promise<boolean> => this.mayStay(exchange.caller, id);
    const hold = this.#holding(id, identity, path, exchange.request.method);
    const pathname = path.split('?', 1)[0] ?? '';
    const { transport, client } = await this.parts.downstreams.of(id);
    await this.parts.rights.demandCurrent(id, identity);
    if (/^\/v1(\/|$)/.test(pathname)) {
      await this.#authorizeSteve(exchange.caller, id, pathname);
      const steve = this.parts.downstreams.steve(id);
      if (steve !== undefined) {
        const headers = { ...impersonated, ...addressHeaders(exchange, id) };
        return { transport: steve, path, headers, whom, allowed, hold };
      }
      if (!/^\/v1\/harvester(\/|$)/.test(pathname)) {
        throw new ApiError('ServiceUnavailable', `${whom} has no session for its /v1 API: ${reasonOf(cluster)}`);
      }
    }
    const token = await this.parts.impersonation.token(id, client, identity);
    const headers = { ...impersonated, authorization: `Bearer ${token.reveal()}` };
    return { transport, path, headers, whom, allowed, hold };
  }

  /**
   * The far side makes a kubeconfig of an account of the caller's choice for whoever reaches it: that is for those who may
   * change the cluster.
   */
  async #authorizeSteve({ identity }: Caller, id: ClusterId, pathname: string): Promise<void> {
    if (!/^\/v1\/harvester\/kubeconfig\/?$/.test(pathname)) return;
    const question = { verb: 'update', group: CLUSTERS.group, resource: CLUSTERS.plural, name: id };
    if (await this.parts.reviews.allowed(identity, question)) return;
    throw forbidden(CLUSTERS, id, `User "${identity.name}" cannot make a kubeconfig of this cluster`);
  }

  async #watched(id: ClusterId, caller: Caller, exchange: Exchange, onward: Onward): Promise<Answer> {
    const answer = await forward(exchange, onward, this.parts.streams);
    // Our accounts there may have been removed behind our back: the next request makes them again.
    if (exchange.response.statusCode === 401) this.parts.impersonation.forget(id, caller.identity);
    return answer;
  }
}

/** @throws ApiError Forbidden for a token that is for another cluster only. */
function demandScope(caller: Caller, cluster: string): void {
  const scope = scopeOf(caller);
  if (scope !== undefined && scope !== cluster) throw forbidden(CLUSTERS, cluster, outOfScope(scope));
}

/** What the far side builds the links of its answers from. */
function addressHeaders({ request }: Pick<Exchange, 'request'>, id: ClusterId): HeaderFields {
  const { host = '' } = request.headers;
  return {
    'x-api-url-prefix': `/k8s/clusters/${id}`,
    'x-api-host': host,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
  };
}
