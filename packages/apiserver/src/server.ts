import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { AdmissionPlugin, AggregatedApi, ApiRequest, ApiResponse, Identity, PathHandler } from '@drover/api';
import { type Clock, type Log, type RandomBytes, Secret } from '@drover/kit';
import type { Store } from '@drover/store';
import { ObjectConfiguredAdmission } from './admission/configured-admission.js';
import { defaultPriorityClass } from './admission/default-priority-class.js';
import { defaultStorageClass } from './admission/default-storage-class.js';
import { podAccount } from './admission/pod-account.js';
import { podPriority } from './admission/pod-priority.js';
import { policyStatus } from './admission/policy-status.js';
import { AggregatedApis, API_SERVICES } from './aggregation/aggregated-apis.js';
import { apiServiceAvailability } from './aggregation/availability-controller.js';
import { definitionRegistration } from './aggregation/definition-registration.js';
import { FRONT_PROXY, publishFrontProxy } from './aggregation/front-proxy.js';
import { inProcessApiService, localApiServices } from './aggregation/local-api-services.js';
import { Api } from './api.js';
import { type AuditOptions, Auditor } from './audit/auditor.js';
import { Authenticator } from './auth/authenticator.js';
import type { Sender } from './auth/identity.js';
import { OpenStreams } from './auth/open-streams.js';
import { RuleIndex } from './auth/rule-index.js';
import { ISSUER, ServiceAccountTokens } from './auth/service-account-tokens.js';
import { Authority } from './bootstrap/authority.js';
import { bootstrapCluster } from './bootstrap/cluster-objects.js';
import { ensure } from './bootstrap/ensure.js';
import { kubeconfig } from './bootstrap/kubeconfig.js';
import { privateFile } from './bootstrap/private-file.js';
import { builtinDefinitions } from './catalog/builtin.js';
import { ResourceCatalog } from './catalog/catalog.js';
import { controllers } from './controllers/index.js';
import { definitionCleanup } from './crd/cleanup.js';
import { followDefinitions } from './crd/custom-resources.js';
import { Discovery } from './discovery/discovery.js';
import { OpenApi } from './discovery/open-api.js';
import { Fairness, SEATS } from './fairness/fairness.js';
import { WatchCounts } from './fairness/watch-counts.js';
import { measuredStore } from './metrics/measured-store.js';
import { Metrics } from './metrics/metrics.js';
import { limitBounds, limitDefaults } from './quota/limit-admission.js';
import { QuotaAdmission } from './quota/quota-admission.js';
import { Admission } from './registry/admission.js';
import type { Core } from './registry/core.js';
import { EncodedEvents } from './registry/events.js';
import { FacetIndex } from './registry/facets.js';
import { CoreObjects } from './registry/objects.js';
import { StoreReader } from './registry/reader.js';
import { reviews } from './reviews/reviews.js';
import { KUBERNETES_VERSION, Routes } from './routes.js';
import { DecodedObjects } from './storage/decoded.js';
import { collectionPrefix } from './storage/key.js';
import { KeyLock } from './storage/lock.js';
import { WebhookCaller } from './webhook/caller.js';
import { ServiceAddresses } from './webhook/service-addresses.js';

/** Bytes of stored objects that are also held parsed, for rules and controllers. */
const DECODED_BYTES = 16 * 1024 * 1024;
/** Followers of the store that end with the server: more than these would be a leak. */
const FOLLOWERS = 64;
/** Kinds whose end may be the end of a credential. */
const CREDENTIAL_KINDS = ['serviceaccounts', 'secrets', 'pods', 'nodes'];

/** What an API server is made of. The caller keeps the store and closes it after the server. */
export interface ApiServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Where the certificate authority, the service-account key and the administrator's token are kept (0700). */
  readonly dataDir: string;
  /** The URL that clients use, for kubeconfigs, discovery documents and the `kubernetes` Service. */
  readonly advertise: { readonly host: string; readonly port: number };
  readonly aggregated?: readonly AggregatedApi[];
  readonly paths?: readonly PathHandler[];
  /**
   * Called with each object that is about to be stored, after defaulting and validation; may return a changed object or throw
   * `ApiError`. How built-in admission of the kinds above (Harvester's, Rancher's) plugs in.
   */
  readonly admission?: readonly AdmissionPlugin[];
  /** Which requests are told to whom (audit.k8s.io); without it none are. */
  readonly audit?: AuditOptions;
  /** Requests worked on at the same time; priority levels share them (default 600, as kube-apiserver). */
  readonly seats?: number;
  /** `gitVersion` of `/version`; by default the version of Kubernetes whose API this is. */
  readonly version?: string;
}

/** A running API server. Disposing it stops its controllers and ends its watches; it does not close the store. */
export interface ApiServer extends AsyncDisposable {
  /**
   * Serves one request. `sender` is given when the sender was authenticated by other means (this process itself, a client
   * certificate), or failed to be; otherwise the request's headers are asked. Impersonation headers are honoured in all cases.
   */
  handle(request: ApiRequest, sender?: Sender): Promise<ApiResponse>;
  /** Serves a WebSocket handshake on its raw connection. */
  upgrade(request: ApiRequest, socket: Duplex, head: Uint8Array, sender?: Sender): Promise<void>;
  /** Who the request's headers say it is, before impersonation. @throws ApiError Unauthorized. */
  authenticate(request: ApiRequest): Identity;
  /** PEM of the certificate authority that signs serving and client certificates. */
  readonly caPem: string;
  /** A serving certificate for `hosts` (names and addresses), signed by the authority; renewed by the caller's restart. */
  servingCertificate(hosts: readonly string[]): Promise<{ readonly certPem: string; readonly keyPem: string }>;
  /** A client certificate that makes its holder `user` in `groups`. */
  clientCertificate(
    user: string,
    groups: readonly string[],
  ): Promise<{ readonly certPem: string; readonly keyPem: string }>;
  /**
   * The administrator's kubeconfig for this server at `url`: a bearer token in `system:masters` that lasts as long as the data
   * directory.
   */
  adminKubeconfig(url: string): Promise<string>;
}

/** Opens an API server on a store; it is ready to serve when this resolves. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, clock, random, log, dataDir, advertise, aggregated = [], paths = [], admission = [] } = options;
  const stop = new AbortController();
  setMaxListeners(FOLLOWERS, stop.signal);
  const authority = await Authority.open(dataDir, clock);
  const adminToken = new Secret(
    await privateFile(join(dataDir, 'admin-token'), async () => randomBytes(32).toString('base64url')),
  );
  const decoded = new DecodedObjects(DECODED_BYTES);
  const reader = new StoreReader(store, decoded);
  const tokens = await ServiceAccountTokens.open(dataDir, reader, clock, random);
  const catalog = new ResourceCatalog(builtinDefinitions());
  const addresses = new ServiceAddresses(reader, random);
  const webhooks = new WebhookCaller(addresses, clock);
  followDefinitions(store, catalog, { caller: webhooks, random }, log, stop.signal);
  const rules = new RuleIndex(store, stop.signal);
  const streams = new OpenStreams(clock);
  rules.subscribe(() => streams.recheck());
  for (const plural of CREDENTIAL_KINDS) {
    const onChanges = (changes: readonly { readonly type: string }[]): void => {
      if (changes.some(({ type }) => type === 'delete')) streams.recheck();
    };
    store.watch(collectionPrefix({ group: '', plural }), store.revision, onChanges, stop.signal);
  }
  const metrics = new Metrics();
  const core: Core = {
    store: measuredStore(store, clock, (operation, kind, seconds) => metrics.stored(operation, kind, seconds)),
    catalog,
    decoded,
    lock: new KeyLock(),
    admission: new Admission({
      completing: [limitDefaults(reader), podAccount(reader), podPriority(reader), defaultStorageClass(reader)],
      configured: new ObjectConfiguredAdmission(
        store,
        { catalog, objects: reader, rights: rules, caller: webhooks, random, clock, log, metrics: metrics.admission },
        stop.signal,
      ),
      plugins: [...admission, limitBounds(reader), defaultPriorityClass(reader)],
      last: [new QuotaAdmission(store, reader, clock, stop.signal)],
      account: { clock, metrics: metrics.admission },
    }),
    reader,
    rights: rules,
    clock,
    random,
    log,
  };
  const frontProxy = await Authority.open(join(dataDir, 'front-proxy'), clock);
  const proxyPair = await frontProxy.client(FRONT_PROXY, []);
  const servedHere = (group: string, version: string): boolean => catalog.serves(group, version);
  const apis = new AggregatedApis(aggregated, store, addresses, proxyPair, servedHere, clock, stop.signal);
  const watches = new WatchCounts();
  const facts = { store, catalog, watches };
  const fairness = new Fairness(store, facts, metrics.requests, clock, options.seats ?? SEATS, stop.signal);
  metrics.include(fairness.metrics);
  const auditor = options.audit && new Auditor(options.audit, clock);
  if (auditor !== undefined) metrics.include(auditor);
  const objects = new CoreObjects(core);
  const url = `https://${hostInUrl(advertise.host)}:${advertise.port}`;
  const discovery = new Discovery(catalog, reviews, apis, () => `${advertise.host}:${advertise.port}`);
  const authenticator = new Authenticator(adminToken, tokens, ISSUER);
  const kubernetes = `${KUBERNETES_VERSION.major}.${KUBERNETES_VERSION.minor}`;
  const build = { gitVersion: options.version ?? KUBERNETES_VERSION.gitVersion };
  const api = new Api({
    verbs: {
      core,
      facets: new FacetIndex(),
      events: new EncodedEvents(() => clock.now()),
      watches,
      onOverflow: () => metrics.watcherDropped(),
      onEvents: ({ definition: { group, kind }, version }) => metrics.watchEvents(group, version.name, kind),
    },
    rules,
    authenticator,
    streams,
    routes: new Routes({
      store,
      catalog,
      discovery,
      openApi: new OpenApi(catalog, reviews, apis, kubernetes, clock),
      metrics,
      tokens,
      url: () => url,
      build,
    }),
    aggregated: apis,
    paths,
    metrics,
    clock,
    log,
    auditor,
    fairness,
  });
  const caPem = authority.certPem;
  await bootstrapCluster(objects, advertise, clock);
  await publishFrontProxy(objects, caPem, frontProxy.certPem);
  const local = [...localApiServices(discovery.groups()), ...aggregated.map(inProcessApiService)];
  await Promise.all(local.map((service) => ensure(objects, API_SERVICES, service)));
  const { workQueues } = metrics;
  const running = [
    definitionCleanup,
    definitionRegistration(catalog),
    policyStatus(catalog),
    apiServiceAvailability(apis, reader),
    ...controllers,
  ].map((start) => start({ clock, random, log, workQueues, objects, catalog, tokens, caPem, signal: stop.signal }));
  return {
    handle: (request, sender) => api.handle(request, sender),
    upgrade: (request, socket, head, sender) => api.upgrade(request, socket, head, sender),
    authenticate: (request) => authenticator.request(request),
    caPem,
    servingCertificate: (hosts) => authority.serving(hosts),
    clientCertificate: (user, groups) => authority.client(user, groups),
    adminKubeconfig: async (at) => kubeconfig({ url: at, caPem, token: adminToken.reveal() }),
    async [Symbol.asyncDispose]() {
      streams.closeAll();
      stop.abort();
      webhooks[Symbol.dispose]();
      apis[Symbol.dispose]();
      metrics[Symbol.dispose]();
      await Promise.all(running.map((controller) => controller[Symbol.asyncDispose]()));
    },
  };
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
