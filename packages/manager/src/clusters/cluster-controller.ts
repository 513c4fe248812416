import {
  type ClusterRegistrationToken,
  type ManagementCluster,
  type ManagementNode,
  managementClusters,
  type Project,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  addFinalizer,
  again,
  type Controller,
  createController,
  done,
  findCondition,
  isBeingDeleted,
  type Observation,
  type Result,
  updateStatus,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import type { DerivedRights } from '../rbac/derived-rights.js';
import type { Repairs } from '../rbac/repairs.js';
import type { Settings } from '../settings.js';
import type { ClusterDirectory } from './cluster-directory.js';
import { type ClusterId, LOCAL, parseClusterId } from './cluster-id.js';
import { ClusterMonitors } from './cluster-monitors.js';
import { ClusterRemoval, REMOVE_FINALIZER } from './cluster-removal.js';
import { PROVIDER_LABEL, statusOf } from './cluster-status.js';
import type { Downstreams } from './downstream.js';
import { type Health, healthOf, REPAIRED, RIGHTS_IN_SYNC } from './health.js';
import { FETCHED, readFetch } from './manifest-fetch.js';
import { mirrorNodes } from './node-mirror.js';
import { makeSideObjects } from './side-objects.js';

/** What the controller of management clusters is made of. */
export interface ClusterControllerParts {
  readonly client: Client;
  readonly clusters: ClusterDirectory;
  readonly informers: {
    readonly management: Informer<ManagementCluster>;
    readonly projects: Informer<Project>;
    readonly tokens: Informer<ClusterRegistrationToken>;
    readonly nodes: Informer<ManagementNode>;
  };
  readonly downstreams: Downstreams;
  readonly tunnels: TunnelServer;
  readonly rights: DerivedRights;
  readonly repairs: Repairs;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/**
 * Keeps each management cluster and what belongs to it as they should be: its side objects, the watch of the cluster itself,
 * and a status that says what is so and why. The one writer of that status, but for what agents tell when they register.
 */
export class ClusterController implements Disposable {
  readonly #controller: Controller;
  readonly #monitors: ClusterMonitors;
  readonly #removal: ClusterRemoval;
  readonly #subscriptions: Disposable[];

  constructor(private readonly parts: ClusterControllerParts) {
    const { clock, random, log, informers, tunnels, downstreams } = parts;
    this.#monitors = new ClusterMonitors({ changed: (id) => this.enqueue(id), clock, random, log });
    this.#removal = new ClusterRemoval({ ...parts, nodes: informers.nodes, projects: informers.projects });
    this.#controller = createController({
      name: 'management-cluster',
      reconcile: ({ name }, signal) => this.#reconcile(name, signal),
      sources: [
        watches(informers.management),
        watches(informers.projects, { map: ofNamespace }),
        watches(informers.tokens, { map: ofNamespace }),
      ],
      concurrency: 4,
      clock,
      random,
      log,
    });
    const tunnelsChanged = tunnels.onChange((key, connected) => {
      const id = parseClusterId(key);
      if (id === undefined) return;
      log.info(connected ? 'agent connected' : 'agent disconnected', { cluster: id });
      // What was built over the old session speaks to nobody any more, or with old credentials.
      downstreams
        .forget(id)
        .catch((error: unknown) => log.warn('closing old connections failed', { cluster: id, error }));
      this.enqueue(id);
    });
    const repaired = parts.repairs.onRepair((cluster) => {
      const id = parseClusterId(cluster);
      if (id !== undefined) this.enqueue(id);
    });
    this.#subscriptions = [tunnelsChanged, repaired, parts.rights.onChange((id) => this.enqueue(id))];
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#controller.start(signal);
  }

  /** Asks for a look at a cluster. */
  enqueue(id: ClusterId): void {
    this.#controller.enqueue({ name: id });
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#monitors[Symbol.dispose]();
  }

  async #reconcile(name: string, signal: AbortSignal): Promise<Result> {
    const cluster = this.parts.clusters.get(name);
    const id = parseClusterId(name);
    if (id === undefined) return done;
    if (cluster === undefined) {
      this.#monitors.stop(id);
      return done;
    }
    if (isBeingDeleted(cluster)) {
      this.#monitors.stop(id);
      return this.#removal.remove(cluster, signal);
    }
    await addFinalizer(this.parts.client, managementClusters, { name }, REMOVE_FINALIZER);
    const made = await makeSideObjects(this.parts.client, cluster);
    await this.#monitor(id, cluster);
    const health = this.#health(id, cluster);
    await this.#save(id, cluster, [...made, ...health.conditions]);
    const live = this.#monitors.facts(id)?.nodes;
    if (live !== undefined) {
      await mirrorNodes({ client: this.parts.client, mirrored: this.parts.informers.nodes }, id, live);
    }
    return health.againMs === undefined ? done : again(health.againMs);
  }

  async #monitor(id: ClusterId, cluster: Stored<ManagementCluster>): Promise<void> {
    if (id === LOCAL) this.#monitors.watch(id, this.parts.client);
    else if (!this.parts.downstreams.connected(id) || !cluster.status?.apiEndpoint) this.#monitors.stop(id);
    else this.#monitors.watch(id, (await this.parts.downstreams.of(id)).client);
  }

  #health(id: ClusterId, { status, spec }: Stored<ManagementCluster>): Health {
    const connected = findCondition(status?.conditions, 'Connected');
    const wasConnected = connected?.status === 'True' || connected?.reason === 'Disconnected';
    const inSync = findCondition(status?.conditions, RIGHTS_IN_SYNC);
    const now = this.parts.clock.now();
    return healthOf({
      internal: spec?.internal === true,
      registered: (status?.apiEndpoint ?? '') !== '',
      connected: this.parts.downstreams.connected(id),
      lostAt: wasConnected ? lostAt(connected, now) : undefined,
      fetched: readFetch(findCondition(status?.conditions, FETCHED)),
      probe: this.#monitors.facts(id)?.probe,
      rights: this.parts.rights.of(id),
      repair: this.parts.repairs.lastOf(id),
      repairedBefore: inSync?.reason === REPAIRED ? inSync.message : undefined,
      kept: this.parts.rights.keptIn(id),
      endpoint: status?.apiEndpoint,
      serverUrl: this.parts.settings.serverUrl,
      agentImage: this.parts.settings.value('agent-image'),
      now,
    });
  }

  async #save(id: ClusterId, cluster: Stored<ManagementCluster>, conditions: readonly Observation[]): Promise<void> {
    const { client, clock, settings, downstreams } = this.parts;
    const observed = {
      conditions,
      facts: this.#monitors.facts(id),
      agentImage: settings.value('agent-image'),
      connected: id === LOCAL || downstreams.connected(id),
    };
    const saved = await updateStatus(client, managementClusters, { name: id }, (object) => {
      object.status = statusOf(object, observed, clock.now());
    });
    const provider = saved.status?.provider;
    if (provider === undefined || cluster.metadata.labels?.[PROVIDER_LABEL] === provider) return;
    await updateWithRetry(client, managementClusters, { name: id }, (object) => {
      object.metadata.labels = { ...object.metadata.labels, [PROVIDER_LABEL]: provider };
      return object;
    });
  }
}

/** When the connection was lost: now, when the condition still says that there is one. */
function lostAt(
  connected: { status: string; lastTransitionTime?: string } | undefined,
  now: number,
): string | undefined {
  if (connected?.status === 'True') return `${new Date(now).toISOString().slice(0, 19)}Z`;
  return connected?.lastTransitionTime;
}

const ofNamespace = ({ metadata }: Stored<Project> | Stored<ClusterRegistrationToken>) =>
  metadata.namespace === undefined ? [] : [{ name: metadata.namespace }];
