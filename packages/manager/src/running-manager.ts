import { setMaxListeners } from 'node:events';
import type { Controller } from '@drover/controller';
import { Closing } from '@drover/kit';
import { createTunnelServer } from '@drover/tunnel';
import { hasFirstPassword } from './bootstrap/admin.js';
import { settingFacts } from './bootstrap/bootstrap.js';
import { ClusterController } from './clusters/cluster-controller.js';
import { ClusterDirectory } from './clusters/cluster-directory.js';
import { AgentConnections } from './clusters/connect.js';
import { Downstreams } from './clusters/downstream.js';
import { ImportManifests } from './clusters/import-manifest.js';
import { ManifestFetches } from './clusters/manifest-fetch.js';
import { provisioningControllers } from './clusters/provisioning-controller.js';
import { Registrations } from './clusters/registration.js';
import { registrationTokenController } from './clusters/registration-token-controller.js';
import { ConsoleAssets } from './front/console-assets.js';
import { Front } from './front/front.js';
import { Metrics } from './front/metrics.js';
import type { Route, UpgradeRoute } from './front/route.js';
import { ServerRoutes } from './front/server-routes.js';
import { Directory } from './identity/directory.js';
import { Login } from './identity/login.js';
import { OpenStreams } from './identity/open-streams.js';
import { Passwords } from './identity/passwords.js';
import { SignIns } from './identity/sign-in.js';
import { tokenReaper } from './identity/token-reaper.js';
import { Tokens } from './identity/tokens.js';
import { userCleanup } from './identity/user-cleanup.js';
import { createInformers } from './informers.js';
import type { ManagerOptions } from './manager.js';
import { BindingRoutes } from './norman/binding-routes.js';
import { ClusterRoutes } from './norman/cluster-routes.js';
import { NormanApi } from './norman/norman-api.js';
import { SettingRoutes } from './norman/setting-routes.js';
import { TokenRoutes } from './norman/token-routes.js';
import { normanTypes } from './norman/types.js';
import { UserRoutes } from './norman/user-routes.js';
import { AccessReviews } from './proxy/access-reviews.js';
import { ClusterProxy } from './proxy/cluster-proxy.js';
import { Impersonation } from './proxy/impersonation.js';
import { downstreamRbacController } from './rbac/downstream-rbac-controller.js';
import { globalRoleControllers } from './rbac/global-role-controllers.js';
import { membershipController } from './rbac/membership-controller.js';
import { newUserController } from './rbac/new-user-controller.js';
import { routesOf, upgradesOf } from './routes.js';
import { Settings } from './settings.js';
import { ResourceTypes } from './steve/resource-types.js';
import { SteveApi } from './steve/steve-api.js';
import { Subscriptions } from './steve/subscribe.js';

/** A manager at work. */
export interface RunningManager extends AsyncDisposable {
  readonly front: Front;
  /** Everything that can be reached, for whoever reviews it. */
  readonly routes: readonly Route[];
  readonly upgrades: readonly UpgradeRoute[];
}

/**
 * Puts every part of the manager together: the one place that knows them all. Resolves when what there is has been read and the
 * controllers run.
 */
export async function runManager(options: ManagerOptions): Promise<RunningManager> {
  const { client, clock, random, log, localTransport, version } = options;
  const means = { client, clock, random, log };
  await using closing = new Closing();
  const own = <T extends Disposable>(part: T): T => {
    closing.defer(() => part[Symbol.dispose]());
    return part;
  };

  const informers = createInformers(client, means);
  for (const informer of Object.values(informers)) own(informer);
  await Promise.all(Object.values(informers).map(({ synced }) => synced));
  const settings = new Settings(informers.settings, settingFacts(options));
  const firstPasswordChanged = async (): Promise<void> => options.onFirstPasswordChanged?.();
  if (!informers.users.list().some(hasFirstPassword)) await firstPasswordChanged();

  // Who somebody is.
  const directory = new Directory({
    ...means,
    users: informers.users,
    tokens: informers.tokens,
    attributes: informers.attributes,
  });
  const passwords = new Passwords(client, random);
  const tokens = new Tokens({ ...means, directory, settings });
  const signIns = new SignIns({ directory, passwords, clock });
  const streams = own(new OpenStreams({ tokens: informers.tokens, users: informers.users, clock }));
  const reviews = own(
    new AccessReviews({ client, clock, roles: informers.clusterRoles, bindings: informers.clusterRoleBindings }),
  );

  own(
    reviews.onChange(() => {
      streams.recheck().catch((error: unknown) => log.error('open streams could not be looked at', { error }));
    }),
  );

  // The clusters and the ways to them.
  const clusters = new ClusterDirectory(informers.management, informers.provisioning);
  const registrations = new Registrations(informers.registrationTokens, clusters);
  const connections = new AgentConnections({
    ...means,
    registrations,
    connected: (id) => tunnels.has(id),
    registered: (id) => {
      impersonation.forgetCluster(id);
      downstreams
        .forget(id)
        .catch((error: unknown) => log.warn('closing old connections failed', { cluster: id, error }));
      clusterController.enqueue(id);
    },
  });
  const tunnels = closing.use(
    createTunnelServer({ authorize: (request) => connections.authorize(request), clock, random, log }),
  );
  const downstreams = closing.use(new Downstreams({ client, clock, clusters, tunnels }));
  const impersonation = new Impersonation(clock);
  const clusterController = own(
    new ClusterController({
      ...means,
      clusters,
      informers: { ...informers, tokens: informers.registrationTokens },
      downstreams,
      tunnels,
      settings,
    }),
  );
  const proxy = new ClusterProxy({
    clusters,
    downstreams,
    impersonation,
    reviews,
    streams,
    local: localTransport,
    anonymous: options.anonymousTransport,
    clock,
  });

  // What answers requests.
  const metrics = new Metrics();
  metrics.gauge('drover_open_streams', 'Streams that end with their session.', () => streams.size);
  metrics.gauge('drover_clusters', 'Clusters known, the local one included.', () => informers.management.list().length);
  const norman = new NormanApi({ types: normanTypes(informers), reviews, local: localTransport, settings, clock });
  const handlers = {
    server: new ServerRoutes({
      settings,
      metrics,
      version,
      ready: () => Object.values(informers).every(({ health }) => health.live),
      tokenBySha256: (digest) => registrations.tokenBySha256(digest),
    }),
    assets: await ConsoleAssets.load(options.consoleDir),
    login: new Login({ signIns, tokens, random }),
    norman,
    users: new UserRoutes({
      ...means,
      norman,
      directory,
      passwords,
      signIns,
      tokens,
      reviews,
      settings,
      firstPasswordChanged,
    }),
    tokens: new TokenRoutes({ directory, tokens, now: () => clock.now() }),
    settings: new SettingRoutes({ norman, settings: informers.settings }),
    clusters: new ClusterRoutes({ norman, management: informers.management, proxy, tokens, settings, clock, random }),
    bindings: new BindingRoutes({ norman, proxy, random }),
    manifests: new ImportManifests({ registrations, clusters, fetches: new ManifestFetches(means), settings }),
    steve: new SteveApi(norman),
    proxy,
    subscriptions: new Subscriptions({
      clientFor: (caller, cluster) => proxy.clientFor(caller, cluster),
      mayWatch: (...question) => proxy.mayWatch(...question),
      types: new ResourceTypes(clock),
      streams,
      version,
      clock,
      log,
    }),
    tunnels,
  };
  const routes = routesOf(handlers);
  const upgrades = upgradesOf(handlers);
  const front = new Front({
    routes,
    upgrades,
    directory,
    tokens,
    metrics,
    origin: () => originOf(settings.serverUrl),
    clock,
    random,
    log,
  });

  const stopping = new AbortController();
  // One listener for each worker of each controller.
  setMaxListeners(0, stopping.signal);
  const running = [
    clusterController,
    ...provisioningControllers({ ...means, management: informers.management, provisioning: informers.provisioning }),
    registrationTokenController({
      ...means,
      tokens: informers.registrationTokens,
      settingObjects: informers.settings,
      settings,
    }),
    tokenReaper({ ...means, tokens: informers.tokens }),
    userCleanup({ ...means, ...informers, passwords }),
    newUserController({ ...means, users: informers.users, globalRoles: informers.globalRoles }),
    ...globalRoleControllers({ ...means, ...informers }),
    membershipController({
      ...means,
      clusters: informers.management,
      bindings: informers.clusterBindings,
      roleTemplates: informers.roleTemplates,
    }),
    downstreamRbacController({ ...means, ...informers, clusters: informers.management, downstreams, tunnels }),
  ].map((controller: Pick<Controller, 'start'>) => controller.start(stopping.signal));

  closing.defer(async () => {
    stopping.abort(new Error('the manager is stopping'));
    await Promise.all(running);
  });
  const opened = closing.move();
  return { front, routes, upgrades, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : '';
}
