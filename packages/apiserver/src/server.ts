import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ApiRequest, ApiResponse, Identity } from '@drover/api';
import type { Clock } from '@drover/kit';
import { policyStatus } from './admission/policy-status.js';
import { API_SERVICES } from './aggregation/aggregated-apis.js';
import { apiServiceAvailability } from './aggregation/availability-controller.js';
import { definitionRegistration } from './aggregation/definition-registration.js';
import { publishFrontProxy } from './aggregation/front-proxy.js';
import { inProcessApiService, localApiServices } from './aggregation/local-api-services.js';
import { openAccess } from './assembly/access.js';
import { coreOf } from './assembly/core.js';
import { openExtensionGroups } from './assembly/extension-groups.js';
import { followKinds } from './assembly/kinds.js';
import { pipelineOf } from './assembly/pipeline.js';
import type { Sender } from './auth/identity.js';
import { bootstrapCluster } from './bootstrap/cluster-objects.js';
import { ensure } from './bootstrap/ensure.js';
import { kubeconfig } from './bootstrap/kubeconfig.js';
import { controllers } from './controllers/index.js';
import { claimProtection, volumeProtection } from './controllers/storage-protection.js';
import { definitionCleanup } from './crd/cleanup.js';
import { Metrics } from './metrics/metrics.js';
import { CoreObjects } from './registry/objects.js';
import type { ApiServerOptions } from './server-options.js';

/** Followers of the store that end with the server: more than these would be a leak. */
const FOLLOWERS = 64;

/** A running API server. Disposing it stops its controllers and ends its watches; it does not close the store. */
export interface ApiServer extends AsyncDisposable {
  /** By which it tells how late it is. */
  readonly clock: Clock;
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
  const { clock, random, log, advertise, aggregated = [], quotaMeasures = [], storageProtection = true } = options;
  const stop = new AbortController();
  const { signal } = stop;
  setMaxListeners(FOLLOWERS, signal);
  const metrics = new Metrics();
  const kinds = followKinds(options, signal);
  const access = await openAccess(options, kinds.reader, signal);
  const { authority, adminToken, tokens, authenticator, rules, streams } = access;
  const core = coreOf(options, kinds, rules, metrics, signal);
  const { apis, frontProxyCa } = await openExtensionGroups(options, kinds, signal);
  const { api, discovery } = pipelineOf(options, { kinds, access, core, apis, metrics }, signal);
  const { catalog, reader, webhooks } = kinds;
  const { workQueues } = metrics;
  const objects = new CoreObjects(core);
  const caPem = authority.certPem;
  await bootstrapCluster(objects, advertise, clock);
  await publishFrontProxy(objects, caPem, frontProxyCa);
  const local = [...localApiServices(discovery.groups()), ...aggregated.map(inProcessApiService)];
  await Promise.all(local.map((service) => ensure(objects, API_SERVICES, service)));
  const running = [
    definitionCleanup,
    definitionRegistration(catalog),
    policyStatus(catalog),
    apiServiceAvailability(apis, reader),
    ...controllers,
    ...(storageProtection ? [claimProtection, volumeProtection] : []),
  ].map((start) => start({ clock, random, log, workQueues, objects, catalog, tokens, quotaMeasures, caPem, signal }));
  return {
    clock,
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
