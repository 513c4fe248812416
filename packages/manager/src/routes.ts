import type { TunnelServer } from '@drover/tunnel';
import type { AuditRoutes } from './audit/audit-routes.js';
import { LOCAL } from './clusters/cluster-id.js';
import type { ImportManifests } from './clusters/import-manifest.js';
import type { ConsoleAssets } from './front/console-assets.js';
import { type Answer, type Exchange, ok } from './front/exchange.js';
import type { Method, Route, UpgradeRoute, Words } from './front/route.js';
import type { ServerRoutes } from './front/server-routes.js';
import type { Login } from './identity/login.js';
import type { BindingRoutes } from './norman/binding-routes.js';
import type { ClusterRoutes } from './norman/cluster-routes.js';
import { type NormanApi, notAllowed } from './norman/norman-api.js';
import type { PrincipalRoutes } from './norman/principal-routes.js';
import type { ProjectRoutes } from './norman/project-routes.js';
import type { SettingRoutes } from './norman/setting-routes.js';
import type { TokenRoutes } from './norman/token-routes.js';
import type { UserRoutes } from './norman/user-routes.js';
import type { ClusterProxy } from './proxy/cluster-proxy.js';
import { PUBLIC_SETTINGS } from './settings.js';
import type { ClusterSteve } from './steve/cluster-steve.js';
import type { Collections } from './steve/collections.js';
import type { SteveApi } from './steve/steve-api.js';
import type { Subscriptions } from './steve/subscribe.js';
import type { WhyRoutes } from './why/why-routes.js';

/** What answers behind the routes. */
export interface Handlers {
  readonly audit: AuditRoutes;
  readonly server: ServerRoutes;
  readonly assets: ConsoleAssets;
  readonly login: Login;
  readonly norman: NormanApi;
  readonly users: UserRoutes;
  readonly principals: PrincipalRoutes;
  readonly tokens: TokenRoutes;
  readonly settings: SettingRoutes;
  readonly clusters: ClusterRoutes;
  readonly projects: ProjectRoutes;
  readonly bindings: BindingRoutes;
  readonly manifests: ImportManifests;
  readonly steve: SteveApi;
  readonly collections: Collections;
  readonly clusterSteve: ClusterSteve;
  readonly proxy: ClusterProxy;
  readonly subscriptions: Subscriptions;
  readonly tunnels: TunnelServer;
  readonly why: WhyRoutes;
}

type Open = Extract<Route, { access: 'open' }>['handle'];
type SignedInHandle = Extract<Route, { access: 'own-password' }>['handle'];

/**
 * Every path this server answers, with who may use it. The first that fits is taken. What may be reached is reviewed here and in
 * the golden route matrix beside the tests.
 */
export function routesOf(handlers: Handlers): readonly Route[] {
  return [
    ...publicRoutes(handlers),
    ...accountRoutes(handlers),
    ...normanRoutes(handlers),
    ...steveRoutes(handlers),
    ...droverRoutes(handlers),
    ...kubernetesRoutes(handlers),
  ];
}

function publicRoutes({ server, assets, login, manifests, settings }: Handlers): readonly Route[] {
  const probe = 'probes have no identity';
  const signIn = 'it is how a caller gets an identity';
  const console = 'the sign-in page is part of the console, whose files hold nothing secret';
  const ca = 'agents and joining nodes compare it before they trust anything';
  const open = (method: Method, path: string, because: string, handle: Open, words: Words = 'text'): Route => ({
    method,
    path,
    words,
    access: 'open',
    because,
    handle,
  });
  return [
    open('GET', '/ping', probe, () => server.ping()),
    open('GET', '/healthz', probe, () => server.healthz()),
    open('GET', '/livez', probe, () => server.healthz()),
    open('GET', '/readyz', probe, () => server.readyz()),
    open('GET', '/', console, (exchange) => server.front(exchange), 'norman'),
    open('GET', '/robots.txt', 'crawlers have no identity', () => server.robots()),
    open('GET', '/dashboard/*', console, (exchange) => assets.serve(exchange)),
    open('GET', '/cacerts', ca, (exchange) => server.caCertificates(exchange)),
    open(
      'GET',
      '/rancherversion',
      'the sign-in page and clients look which server this is',
      () => server.rancherVersion(),
      'norman',
    ),
    ...PUBLIC_SETTINGS.map((name) =>
      open(
        'GET',
        `/v3/settings/${name}`,
        `the setting ${name} is marked public`,
        (exchange) => settings.readPublic(exchange, name),
        'norman',
      ),
    ),
    open('GET', '/v3/import/:file', 'the name of the file carries a registration token', (exchange) =>
      manifests.serve(exchange),
    ),
    open('GET', '/v1-public/authproviders', signIn, () => login.providers(), 'norman'),
    open('GET', '/v3-public/authProviders', signIn, () => login.providers(), 'norman'),
    open('POST', '/v1-public/login', signIn, (exchange) => login.login(exchange), 'norman'),
    {
      method: 'POST',
      path: '/v3-public/localProviders/local',
      action: 'login',
      words: 'norman',
      access: 'open',
      because: signIn,
      handle: (exchange) => login.legacyLogin(exchange),
    },
  ];
}

/** What a user may do that has not chosen its password yet: see who it is, choose one, leave. */
function accountRoutes({ users, tokens, principals }: Handlers): readonly Route[] {
  const account = (method: Method, path: string, action: string | undefined, handle: SignedInHandle): Route => ({
    method,
    path,
    ...(action === undefined ? {} : { action }),
    words: 'norman',
    access: 'signed-in',
    handle,
  });
  return [
    account('GET', '/v3/users', undefined, (exchange) => users.list(exchange)),
    account('POST', '/v3/users', 'changepassword', (exchange) => users.changePassword(exchange)),
    account('POST', '/v3/tokens', 'logout', (exchange) => tokens.logout(exchange)),
    account('POST', '/v3/tokens', 'logoutAll', (exchange) => tokens.logoutAll(exchange)),
    account('POST', '/v1/logout', undefined, (exchange) => tokens.logout(exchange)),
    account('GET', '/v3/principals', undefined, (exchange) => principals.own(exchange)),
  ];
}

function normanRoutes({
  norman,
  users,
  principals,
  tokens,
  settings,
  clusters,
  projects,
  bindings,
  server,
}: Handlers): readonly Route[] {
  const own = (method: Method, path: string, handle: SignedInHandle, action?: string): Route => ({
    method,
    path,
    ...(action === undefined ? {} : { action }),
    words: 'norman',
    access: 'own-password',
    handle,
  });
  const refuse =
    (method: string): SignedInHandle =>
    async ({ params }) => {
      throw notAllowed(method, params['type'] ?? '');
    };
  return [
    own('GET', '/metrics', () => server.metricsText()),
    own('GET', '/v3', (exchange) => norman.root(exchange)),
    own('GET', '/v3/schemas', (exchange) => norman.schemas(exchange)),
    own('POST', '/v3/users', (exchange) => users.create(exchange)),
    own('PUT', '/v3/users/:id', (exchange) => users.update(exchange)),
    own('POST', '/v3/users/:id', (exchange) => users.setPassword(exchange), 'setpassword'),
    own('POST', '/v3/principals', (exchange) => principals.search(exchange), 'search'),
    own('GET', '/v3/principals/:id', (exchange) => principals.get(exchange)),
    own('GET', '/v3/tokens', (exchange) => tokens.list(exchange)),
    own('POST', '/v3/tokens', (exchange) => tokens.create(exchange)),
    own('GET', '/v3/tokens/:id', (exchange) => tokens.get(exchange)),
    own('DELETE', '/v3/tokens/:id', (exchange) => tokens.remove(exchange)),
    own('PUT', '/v3/settings/:id', (exchange) => settings.update(exchange)),
    own('POST', '/v3/clusters', (exchange) => clusters.create(exchange)),
    own('PUT', '/v3/clusters/:id', (exchange) => clusters.update(exchange)),
    own('POST', '/v3/clusters/:id', (exchange) => clusters.generateKubeconfig(exchange), 'generateKubeconfig'),
    own('POST', '/v3/clusterregistrationtokens', (exchange) => clusters.createRegistrationToken(exchange)),
    own('POST', '/v3/globalrolebindings', (exchange) => bindings.createGlobal(exchange)),
    own('POST', '/v3/clusterroletemplatebindings', (exchange) => bindings.createForCluster(exchange)),
    own('POST', '/v3/projectroletemplatebindings', (exchange) => bindings.createForProject(exchange)),
    own('POST', '/v3/projects', (exchange) => projects.create(exchange)),
    own('PUT', '/v3/projects/:id', (exchange) => projects.update(exchange)),
    own('GET', '/v3/:type', (exchange) => norman.list(exchange)),
    own('GET', '/v3/:type/:id', (exchange) => norman.get(exchange)),
    own('DELETE', '/v3/:type/:id', (exchange) => norman.remove(exchange)),
    own('POST', '/v3/:type', refuse('POST')),
    own('PUT', '/v3/:type/:id', refuse('PUT')),
  ];
}

function steveRoutes({ steve, collections, clusterSteve, audit }: Handlers): readonly Route[] {
  const own = (method: Method, path: string, handle: SignedInHandle): Route => ({
    method,
    path,
    words: 'norman',
    access: 'own-password',
    handle,
  });
  const ofCluster = (path: string, handle: (exchange: Exchange) => Promise<Answer>): Route => ({
    method: 'GET',
    path,
    words: 'norman',
    // For the keys of one cluster too: who asks for what in it is looked at where it is reached.
    access: 'kubernetes',
    handle,
  });
  return [
    own('GET', '/v1/audit', (exchange) => audit.list(exchange)),
    // What Rancher's console asks first of all; other objects of that group are for the Kubernetes API.
    own('POST', '/v1/ext.cattle.io.selfuser', async ({ caller }) => ({
      status: 201,
      json: { type: 'ext.cattle.io.selfuser', status: { userID: caller.user.metadata.name } },
    })),
    own('GET', '/v1', async ({ url }) => ok({ type: 'apiRoot', links: { self: `${url.origin}/v1` } })),
    own('GET', '/v1/schemas', (exchange) => collections.schemas(exchange, LOCAL)),
    own('GET', '/v1/schemas/:id', (exchange) => collections.schema(exchange, LOCAL)),
    own('GET', '/v1/:type', (exchange) => steve.list(exchange)),
    own('GET', '/v1/:type/:name', (exchange) => steve.getOrList(exchange)),
    own('GET', '/v1/:type/:namespace/:name', (exchange) => steve.get(exchange)),
    own('POST', '/v1/:type', (exchange) => steve.create(exchange)),
    own('POST', '/v1/:type/:name', (exchange) => steve.create(exchange)),
    own('PUT', '/v1/:type/:name', (exchange) => steve.update(exchange)),
    own('PUT', '/v1/:type/:namespace/:name', (exchange) => steve.update(exchange)),
    own('DELETE', '/v1/:type/:namespace/:name', (exchange) => steve.remove(exchange)),
    ofCluster('/k8s/clusters/:cluster/v1/schemas', (exchange) => clusterSteve.schemas(exchange)),
    ofCluster('/k8s/clusters/:cluster/v1/schemas/:id', (exchange) => clusterSteve.schema(exchange)),
    ofCluster('/k8s/clusters/:cluster/v1/:type', (exchange) => clusterSteve.list(exchange)),
    ofCluster('/k8s/clusters/:cluster/v1/:type/:namespace', (exchange) => clusterSteve.list(exchange)),
  ];
}

/** What Rancher has no words for. The bearer of the local cluster's own credentials is a caller as well: the program `drover`. */
function droverRoutes({ why }: Handlers): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1-drover/clusters/:cluster/why',
      words: 'norman',
      access: 'kubernetes',
      handle: (exchange) => why.why(exchange),
    },
    {
      method: 'GET',
      path: '/v1-drover/clusters/:cluster/outsidebindings',
      words: 'norman',
      access: 'kubernetes',
      handle: (exchange) => why.outside(exchange),
    },
  ];
}

function kubernetesRoutes({ proxy }: Handlers): readonly Route[] {
  const local = (path: string): Route => ({
    method: 'ANY',
    path,
    words: 'kubernetes',
    access: 'kubernetes',
    handle: (exchange) => proxy.handleLocal(exchange),
  });
  return [
    ...['/api', '/api/*', '/apis', '/apis/*', '/openapi/*', '/version'].map(local),
    {
      method: 'ANY',
      path: '/k8s/clusters/:cluster/*',
      words: 'kubernetes',
      access: 'kubernetes',
      handle: (exchange) => proxy.handle(exchange),
    },
  ];
}

/** Every path at which a connection may become something else than HTTP. */
export function upgradesOf({ tunnels, subscriptions, proxy }: Handlers): readonly UpgradeRoute[] {
  const agent = 'agents show a registration token, which the tunnel server looks at';
  const connect = (path: string): UpgradeRoute => ({
    path,
    access: 'open',
    because: agent,
    upgrade: ({ request }, socket, head) => tunnels.accept(request, socket, head),
  });
  return [
    connect('/v3/connect'),
    connect('/v3/connect/register'),
    { path: '/v1/subscribe', access: 'own-password', upgrade: (...handshake) => subscriptions.upgrade(...handshake) },
    {
      path: '/k8s/clusters/:cluster/*',
      access: 'kubernetes',
      upgrade: (...handshake) => proxy.upgrade(...handshake),
    },
  ];
}
