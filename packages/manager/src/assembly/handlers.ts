import type { Client } from '@drover/client';
import { AuditRoutes } from '../audit/audit-routes.js';
import { ImportManifests } from '../clusters/import-manifest.js';
import { ManifestFetches } from '../clusters/manifest-fetch.js';
import { ServedKinds } from '../clusters/served-kinds.js';
import { ConsoleAssets } from '../front/console-assets.js';
import type { Metrics } from '../front/metrics.js';
import { ServerRoutes } from '../front/server-routes.js';
import { removalFault } from '../identity/administrators.js';
import type { Caller } from '../identity/caller.js';
import { LastLogins } from '../identity/last-logins.js';
import { Login } from '../identity/login.js';
import type { Informers } from '../informers.js';
import type { ManagerOptions } from '../manager.js';
import { BindingRoutes } from '../norman/binding-routes.js';
import { ClusterRoutes } from '../norman/cluster-routes.js';
import { NormanApi, type NormanParts } from '../norman/norman-api.js';
import { PrincipalRoutes } from '../norman/principal-routes.js';
import { ProjectRoutes } from '../norman/project-routes.js';
import { SettingRoutes } from '../norman/setting-routes.js';
import { TokenRoutes } from '../norman/token-routes.js';
import { normanTypes } from '../norman/types.js';
import { UserRoutes } from '../norman/user-routes.js';
import type { Handlers } from '../routes.js';
import type { Settings } from '../settings.js';
import { ClusterSteve } from '../steve/cluster-steve.js';
import { Collections } from '../steve/collections.js';
import { ResourceTypes } from '../steve/resource-types.js';
import { SteveApi } from '../steve/steve-api.js';
import { Subscriptions } from '../steve/subscribe.js';
import { Places } from '../why/places.js';
import { WhyAnswers } from '../why/why.js';
import { WhyRoutes } from '../why/why-routes.js';
import type { ClusterParts } from './cluster-parts.js';
import type { IdentityParts } from './identity-parts.js';

/** Puts together what answers behind the routes. */
export async function handlersOf(
  options: ManagerOptions,
  informers: Informers,
  parts: {
    readonly settings: Settings;
    readonly metrics: Metrics;
    readonly identity: IdentityParts;
    readonly clusters: ClusterParts;
  },
): Promise<Handlers> {
  const { clock, random, log, version, localTransport: local } = options;
  const { settings, metrics, identity } = parts;
  const { directory, passwords, changes, life, tokens, tokenAccess, signIns, streams, reviews } = identity;
  const { clusters, registrations, tunnels, proxy, quotas, visibility } = parts.clusters;
  // From memory: the embedded server's admission asks the API itself; on another cluster this is the only check.
  const appointments = () => ({ users: informers.users.list(), bindings: informers.globalRoleBindings.list() });
  const fault: NormanParts['removalFault'] = ({ user }, { kind }, name) =>
    removalFault(appointments(), user.metadata.name, kind.plural, name);
  const norman = new NormanApi({
    types: normanTypes(informers, quotas),
    reviews,
    local,
    settings,
    clock,
    removalFault: fault,
  });
  const types = new ResourceTypes(clock);
  const clientFor = (caller: Caller, cluster: string): Promise<Client> => proxy.clientFor(caller, cluster);
  const collections = new Collections({ clientFor, visibility, types, kinds: new ServedKinds(clock), clock });
  return {
    audit: new AuditRoutes({ log: options.audit, reviews }),
    server: new ServerRoutes({
      settings,
      metrics,
      version,
      ready: () => Object.values(informers).every(({ health }) => health.live),
      tokenBySha256: (digest) => registrations.tokenBySha256(digest),
    }),
    assets: await ConsoleAssets.load(options.consoleDir),
    login: new Login({ signIns, tokens, lastLogins: new LastLogins(options), random }),
    norman,
    users: new UserRoutes({ norman, directory, passwords, changes, random }),
    principals: new PrincipalRoutes({ directory, reviews }),
    tokens: new TokenRoutes({
      directory,
      tokens,
      life,
      access: tokenAccess,
      demandCluster: (caller, cluster) => proxy.visible(caller, cluster),
    }),
    settings: new SettingRoutes({ norman, settings: informers.settings }),
    clusters: new ClusterRoutes({ norman, management: informers.management, proxy, tokens, settings, clock, random }),
    projects: new ProjectRoutes({ norman, proxy, quotas, random }),
    bindings: new BindingRoutes({ norman, proxy, projects: informers.projects, random }),
    manifests: new ImportManifests({ registrations, clusters, fetches: new ManifestFetches(options), settings }),
    steve: new SteveApi(norman, collections),
    collections,
    clusterSteve: new ClusterSteve(proxy, collections),
    proxy,
    subscriptions: new Subscriptions({
      clientFor,
      maySee: (caller, cluster) => proxy.mayStay(caller, cluster),
      visibility,
      onRights: (listener) => parts.clusters.downstreamRbac.onRights(listener),
      types,
      streams,
      version,
      clock,
      log,
    }),
    tunnels,
    why: whyRoutes(options, informers, parts),
  };
}

function whyRoutes(
  { client: local, anonymousTransport: anonymous, clock }: ManagerOptions,
  informers: Informers,
  { settings, identity, clusters }: { settings: Settings; identity: IdentityParts; clusters: ClusterParts },
): WhyRoutes {
  const userOf = (principal: string) => identity.directory.userByPrincipal(principal);
  const places = new Places({ informers, downstreamRbac: clusters.downstreamRbac, settings, userOf });
  const answers = new WhyAnswers({ ...identity, ...clusters, local, places, clock });
  return new WhyRoutes({ answers, proxy: clusters.proxy, local, anonymous, clock });
}
