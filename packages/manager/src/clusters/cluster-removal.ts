import {
  clusterRegistrationTokens,
  clusterRoleBindings,
  clusterRoles,
  clusterRoleTemplateBindings,
  type Kind,
  type KubeObject,
  type ManagementCluster,
  type ManagementNode,
  managementClusters,
  managementNodes,
  namespaces,
  type Project,
  projects,
  provisioningClusters,
  roleBindings,
  roles,
  type Stored,
  secrets,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { again, deleteIfPresent, done, getIfPresent, type Result, removeFinalizer } from '@drover/controller';
import type { Clock, Log } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import { removeOurTraces } from '../proxy/downstream-traces.js';
import { CLUSTER_LABEL } from '../rbac/management-rights.js';
import { removeLabelled } from '../rbac/remove-labelled.js';
import type { Settings } from '../settings.js';
import { type ClusterDirectory, provisioningRef } from './cluster-directory.js';
import type { ClusterId } from './cluster-id.js';
import { CREDENTIAL_NAMESPACE, steveKey } from './connect.js';
import type { Downstreams } from './downstream.js';

/** Holds back the deletion of a management cluster until everything of it is gone. */
export const REMOVE_FINALIZER = 'wrangler.cattle.io/mgmt-cluster-remove';

/** A cluster that does not answer must not hold up its own removal for longer. */
const CLEANUP_MS = 15_000;
/** Namespaces go when their content has gone. */
const NAMESPACE_MS = 1_000;

/**
 * Takes a cluster out, in an order that leaves no door open and no orphan: its tokens first, so that nobody registers any
 * more; then, while the tunnel is still there, what this server put into the cluster; then the tunnel; then its objects here.
 * Each step may be repeated. A cluster that cannot be reached is removed all the same.
 */
export class ClusterRemoval {
  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly clusters: ClusterDirectory;
      readonly downstreams: Downstreams;
      readonly tunnels: TunnelServer;
      readonly nodes: Informer<ManagementNode>;
      readonly projects: Informer<Project>;
      readonly settings: Settings;
      readonly clock: Clock;
      readonly log: Log;
    },
  ) {}

  async remove(cluster: Stored<ManagementCluster>, signal: AbortSignal): Promise<Result> {
    const id = cluster.metadata.name as ClusterId;
    if (!cluster.metadata.finalizers?.includes(REMOVE_FINALIZER)) return done;
    await this.#deleteAll(clusterRegistrationTokens, id);
    await this.#cleanUpDownstream(id, signal);
    for (const key of [id, steveKey(id)]) this.parts.tunnels.close(key, 'the cluster has been deleted');
    await this.parts.downstreams.forget(id);
    await this.#deleteAll(clusterRoleTemplateBindings, id);
    await this.#deleteAll(projects, id);
    await this.#deleteAll(managementNodes, id);
    await deleteIfPresent(this.parts.client, secrets, {
      namespace: CREDENTIAL_NAMESPACE,
      name: `cluster-serviceaccounttoken-${id}`,
    });
    for (const suffix of ['clustermember', 'clusterowner'])
      await deleteIfPresent(this.parts.client, clusterRoles, { name: `${id}-${suffix}` });
    for (const kind of [clusterRoleBindings, roleBindings, roles]) {
      await removeLabelled<KubeObject>(this.parts.client, kind, `${CLUSTER_LABEL}=${id}`);
    }
    if (!(await this.#namespaceGone(id))) return again(NAMESPACE_MS);
    await this.#deleteProvisioning(cluster);
    await removeFinalizer(this.parts.client, managementClusters, { name: id }, REMOVE_FINALIZER);
    this.parts.log.info('cluster removed', { cluster: id });
    return done;
  }

  async #cleanUpDownstream(id: ClusterId, signal: AbortSignal): Promise<void> {
    if (!this.parts.downstreams.connected(id)) return;
    const timeout = new AbortController();
    const end = (): void => timeout.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    using _timer = this.parts.clock.after(CLEANUP_MS, () => timeout.abort(new Error('the cluster does not answer')));
    try {
      const { client } = await this.parts.downstreams.of(id);
      await removeOurTraces(
        client,
        { cluster: id, installation: this.parts.settings.value('install-uuid') },
        timeout.signal,
      );
    } catch (error) {
      this.parts.log.warn('some objects of ours stay in a cluster that has been deleted here', { cluster: id, error });
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async #namespaceGone(id: ClusterId): Promise<boolean> {
    await deleteIfPresent(this.parts.client, namespaces, { name: id });
    return (await getIfPresent(this.parts.client, namespaces, { name: id })) === undefined;
  }

  async #deleteProvisioning(cluster: Stored<ManagementCluster>): Promise<void> {
    const found = this.parts.clusters.provisioningOf(cluster);
    if (found !== undefined) await deleteIfPresent(this.parts.client, provisioningClusters, provisioningRef(cluster));
  }

  async #deleteAll<T extends KubeObject>(kind: Kind<T>, namespace: string): Promise<void> {
    const { items } = await this.parts.client.list(kind, { namespace });
    for (const { metadata } of items)
      await deleteIfPresent(this.parts.client, kind, { namespace, name: metadata.name });
  }
}
