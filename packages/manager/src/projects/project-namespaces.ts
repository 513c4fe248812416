import { hasReason, type Namespace, namespaces, type Project, projects, type Stored } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  deleteIfPresent,
  done,
  events,
  getIfPresent,
  isBeingDeleted,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { type ClusterId, parseClusterId } from '../clusters/cluster-id.js';
import { CREATOR_ID } from '../clusters/side-objects.js';
import { type ClusterRights, PROJECT_ID } from '../rbac/cluster-rights.js';
import type { Settings } from '../settings.js';

const SYSTEM = 'authz.management.cattle.io/system-project';
const DEFAULT = 'authz.management.cattle.io/default-project';

/** The namespaces of a connected cluster, as far as they are known here, and the way to it. */
type KnownNamespaces = Pick<ClusterRights, 'client' | 'synced' | 'namespacesOf' | 'namespace' | 'namespaces'>;

/** Who follows the connected clusters. */
interface Followed {
  followed(id: ClusterId): KnownNamespaces | undefined;
  onNamespace(listener: (id: ClusterId, namespace: string) => void): Disposable;
}

/**
 * Keeps the namespaces of each connected cluster in its projects. The annotation says which project a namespace is in; the label,
 * by which clients select, follows it. A cluster's own namespaces, and "default", are taken into the projects made for them.
 */
export class ProjectNamespaces {
  readonly controller: Controller;

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly projects: Informer<Project>;
      readonly downstreamRbac: Followed;
      readonly settings: Pick<Settings, 'value'>;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const { downstreamRbac, clock, random, log } = parts;
    this.controller = createController({
      name: 'project-namespaces',
      sources: [
        events((enqueue) => downstreamRbac.onNamespace((cluster, name) => enqueue({ namespace: cluster, name }))),
        // The projects made for a cluster's own namespaces may come after these.
        watches(parts.projects, {
          when: ({ type }) => type === 'added',
          map: ({ metadata }) => this.#namespacesIn(metadata.namespace ?? ''),
        }),
      ],
      concurrency: 4,
      reconcile: async ({ namespace: cluster = '', name }) => {
        const id = parseClusterId(cluster);
        const followed = id && downstreamRbac.followed(id);
        const namespace = followed?.namespace(name);
        if (id !== undefined && followed !== undefined && namespace !== undefined && !isBeingDeleted(namespace))
          await this.#place(id, followed, namespace);
        return done;
      },
      clock,
      random,
      log,
    });
  }

  /**
   * Takes a project that goes from its namespaces: those made through this server or its console go with it, with all that is in
   * them; others stay, in no project. Resolves with `false` when the cluster cannot be reached now.
   */
  async release(id: ClusterId, project: string): Promise<boolean> {
    const followed = this.parts.downstreamRbac.followed(id);
    if (followed === undefined) return false;
    await followed.synced();
    for (const namespace of followed.namespacesOf(id, project)) {
      const { name, uid, resourceVersion, annotations } = namespace.metadata;
      // Only as it is known here: one that was moved to another project meanwhile is that one's.
      if (annotations?.[CREATOR_ID] === undefined) await setProject(followed.client, namespace, undefined);
      else await deleteIfPresent(followed.client, namespaces, { name }, { preconditions: { uid, resourceVersion } });
    }
    return true;
  }

  #namespacesIn(cluster: string) {
    const id = parseClusterId(cluster);
    const followed = id && this.parts.downstreamRbac.followed(id);
    return (followed?.namespaces() ?? []).map(({ metadata }) => ({ namespace: cluster, name: metadata.name }));
  }

  async #place(id: ClusterId, { client }: KnownNamespaces, namespace: Stored<Namespace>): Promise<void> {
    const { metadata } = namespace;
    const { [PROJECT_ID]: named } = metadata.annotations ?? {};
    if (named === undefined) {
      const home = this.#homeOf(id, metadata.name);
      if (home !== undefined) await setProject(client, namespace, { cluster: id, project: home });
      else if (metadata.labels?.[PROJECT_ID] !== undefined) await setProject(client, namespace, undefined);
      return;
    }
    const [cluster, project = ''] = named.split(':');
    // Another server's: Harvester has one inside, with projects of its own.
    if (cluster !== id) return;
    if (await this.#exists(id, project)) {
      if (metadata.labels?.[PROJECT_ID] !== project) await setProject(client, namespace, { cluster: id, project });
    } else await setProject(client, namespace, undefined);
  }

  async #exists(id: ClusterId, project: string): Promise<boolean> {
    if (this.parts.projects.get(id, project) !== undefined) return true;
    return (await getIfPresent(this.parts.client, projects, { namespace: id, name: project })) !== undefined;
  }

  /** The project for a namespace that is in none: the cluster's own go into System, "default" into Default. */
  #homeOf(id: ClusterId, namespace: string): string | undefined {
    const system = this.parts.settings.value('system-namespaces').split(',').includes(namespace);
    if (!system && namespace !== 'default') return undefined;
    const label = system ? SYSTEM : DEFAULT;
    const homes = this.parts.projects.list(id).filter(({ metadata }) => metadata.labels?.[label] === 'true');
    // The first is the one that the server made; where no admission guards the label, others may claim it later.
    const [home] = homes.sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
    return home?.metadata.name;
  }
}

/** @throws ApiError Conflict when the namespace is not as known here any more: then another look is due. */
async function setProject(
  client: Client,
  { metadata: { name, resourceVersion } }: Stored<Namespace>,
  of: { readonly cluster: string; readonly project: string } | undefined,
): Promise<void> {
  const annotation = of === undefined ? null : `${of.cluster}:${of.project}`;
  const patch = {
    metadata: {
      resourceVersion,
      annotations: { [PROJECT_ID]: annotation },
      labels: { [PROJECT_ID]: of?.project ?? null },
    },
  };
  await client.patch(namespaces, { name }, { type: 'merge', patch }).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
}
