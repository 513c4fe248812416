import type { Transport } from '@drover/client';
import type { Closing } from '@drover/kit';
import { createTunnelServer, type TunnelServer } from '@drover/tunnel';
import { ClusterController } from '../clusters/cluster-controller.js';
import { ClusterDirectory } from '../clusters/cluster-directory.js';
import { type ClusterId, LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import { AgentConnections } from '../clusters/connect.js';
import { Downstreams } from '../clusters/downstream.js';
import { Registrations } from '../clusters/registration.js';
import type { Informers } from '../informers.js';
import { NamespaceGuards } from '../projects/namespace-guards.js';
import { ClusterProxy } from '../proxy/cluster-proxy.js';
import { Impersonation } from '../proxy/impersonation.js';
import { StreamRights } from '../proxy/stream-rights.js';
import { ProjectQuotas } from '../quotas/project-quotas.js';
import { DerivedRights } from '../rbac/derived-rights.js';
import { DownstreamRbac } from '../rbac/downstream-rbac-controller.js';
import { Repairs } from '../rbac/repairs.js';
import type { Settings } from '../settings.js';
import { Visibility, type VisibilityParts } from '../visibility/visibility.js';
import type { IdentityParts } from './identity-parts.js';
import type { Means } from './means.js';

/** The clusters, the ways to them, and who keeps them as they should be. */
export interface ClusterParts {
  readonly clusters: ClusterDirectory;
  readonly registrations: Registrations;
  readonly tunnels: TunnelServer;
  readonly downstreams: Downstreams;
  readonly impersonation: Impersonation;
  readonly rights: DerivedRights;
  readonly repairs: Repairs;
  readonly downstreamRbac: DownstreamRbac;
  readonly quotas: ProjectQuotas;
  readonly controller: ClusterController;
  readonly proxy: ClusterProxy;
  readonly visibility: Visibility;
}

/** The local Kubernetes API, byte by byte. */
export interface LocalTransports {
  readonly localTransport: Transport;
  readonly anonymousTransport: Transport;
}

/** Puts them together; what must be closed goes into `closing`. */
export function clusterParts(
  means: Means,
  informers: Informers,
  { settings, identity, transports }: { settings: Settings; identity: IdentityParts; transports: LocalTransports },
  closing: Closing,
): ClusterParts {
  const { client, clock, random, log } = means;
  const clusters = new ClusterDirectory(informers.management, informers.provisioning);
  const registrations = new Registrations(informers.registrationTokens, clusters);
  const impersonation = new Impersonation(clock, () => settings.value('install-uuid'));
  // Whoever registers may be another cluster behind the same id, or the same with new credentials: nothing of before holds.
  const registered = (id: ClusterId): void => {
    impersonation.forgetCluster(id);
    downstreams
      .forget(id)
      .catch((error: unknown) => log.warn('closing old connections failed', { cluster: id, error }));
    controller.enqueue(id);
  };
  const connected = (id: ClusterId): boolean => tunnels.has(id);
  const connections = new AgentConnections({ client, clock, registrations, connected, registered });
  const authorize = connections.authorize.bind(connections);
  const tunnels = closing.use(createTunnelServer({ authorize, clock, random, log }));
  const downstreams = closing.use(new Downstreams({ client, clock, clusters, tunnels }));
  const rights = new DerivedRights(clock);
  const repairs = new Repairs(clock, log);
  const guards = new NamespaceGuards(clock, () => settings.value('install-uuid'));
  const userOf = (principal: string) => identity.directory.userByPrincipal(principal);
  const downstreamRbac = new DownstreamRbac({
    ...means,
    ...informers,
    clusters: informers.management,
    localRbac: informers,
    userOf,
    downstreams,
    rights,
    repairs,
    guards,
    tunnels,
    settings,
  });
  closing.defer(() => downstreamRbac[Symbol.dispose]());
  const quotas = new ProjectQuotas({ ...means, ...informers, downstreamRbac, tunnels, settings });
  closing.defer(() => quotas[Symbol.dispose]());
  const followed = { ...informers, tokens: informers.registrationTokens };
  const controller = new ClusterController({
    ...means,
    clusters,
    informers: followed,
    downstreams,
    tunnels,
    rights,
    repairs,
    settings,
  });
  closing.defer(() => controller[Symbol.dispose]());
  const { reviews, streams } = identity;
  // Whoever keeps a right that was taken away loses at once what is open by it.
  const recheck = rights.onChange(() => {
    streams.recheck().catch((error: unknown) => log.error('open streams could not be looked at', { error }));
  });
  closing.defer(() => recheck[Symbol.dispose]());
  const streamRights = new StreamRights({
    onRights: (listener) => downstreamRbac.onRights(listener),
    clientOf: async (id) => (id === LOCAL ? client : (await downstreams.of(id)).client),
    clock,
  });
  closing.defer(() => streamRights[Symbol.dispose]());
  const { localTransport: local, anonymousTransport: anonymous } = transports;
  const proxy = new ClusterProxy({
    clusters,
    downstreams,
    impersonation,
    reviews,
    streams,
    streamRights,
    rights,
    guards,
    local,
    anonymous,
    clock,
  });
  const rbacOf: VisibilityParts['rbacOf'] = (cluster) => {
    const id = parseClusterId(cluster);
    if (id === LOCAL) return { client, rbac: informers };
    return id && downstreamRbac.followed(id);
  };
  const visibility = new Visibility({ rbacOf, clock });
  closing.defer(() => visibility[Symbol.dispose]());
  const ways = { clusters, registrations, tunnels, downstreams, impersonation, proxy, visibility };
  return { ...ways, rights, repairs, downstreamRbac, quotas, controller };
}
