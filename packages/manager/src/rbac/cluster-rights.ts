import {
  type ClusterRole,
  type ClusterRoleBinding,
  type Namespace,
  namespaces,
  type Role,
  type RoleBinding,
  type Stored,
} from '@drover/api';
import { type Client, createInformer, type Informer, type InformerEvent } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { type Affected, affectedBy } from './affected.js';
import type { DerivedPresent } from './apply-derived.js';
import { eachOf, followRbac, presentOf, type RbacInformers, sourcesIn } from './rbac-informers.js';

/** The annotation by which a namespace belongs to a project: `cluster:project`. */
export const PROJECT_ID = 'field.cattle.io/projectId';
const BY_PROJECT = 'project';
const projectOf = ({ metadata }: Namespace): string => metadata.annotations?.[PROJECT_ID] ?? '';

/** What one connected cluster has of rights, those derived for it among them, and which namespaces are in its projects. */
export class ClusterRights implements Disposable {
  /** Everything that decides there who may do what. */
  readonly rbac: RbacInformers;
  readonly #installation: string;
  readonly #namespaces: Informer<Namespace>;
  readonly #closing: readonly Disposable[];
  #ended = false;

  /** Follows the cluster that `client` reaches. */
  constructor(
    readonly client: Client,
    parts: {
      readonly installation: string;
      /** Where somebody follows the cluster's RBAC already, who goes on with it. */
      readonly rbac?: RbacInformers | undefined;
      /** Called when what was derived differs from before, by our own writes or by somebody else's. */
      readonly changed: () => void;
      /** Called when rights are to be others from now on, because of the namespaces of projects. */
      readonly projectsChanged: () => void;
      /** Called for whatever changes who may do what, somebody else's objects included. */
      readonly rightsChanged: (affected: Affected) => void;
      readonly namespaceChanged: (name: string) => void;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const { clock, random, log, changed, projectsChanged, rightsChanged, namespaceChanged, installation } = parts;
    this.#installation = installation;
    this.rbac = parts.rbac ?? followRbac(client, { clock, random, log });
    this.#namespaces = createInformer(client, namespaces, {
      indexes: { [BY_PROJECT]: (namespace) => [projectOf(namespace)] },
      clock,
      random,
      log,
    });
    const derived = (event: InformerEvent<ClusterRole | ClusterRoleBinding | Role | RoleBinding>): void => {
      if (this.#ended) return;
      if (sourcesIn(event).includes(installation)) changed();
      rightsChanged(affectedBy(event));
    };
    const { clusterRoles, clusterRoleBindings, roles, roleBindings } = this.rbac;
    this.#closing = [
      this.#namespaces.subscribe((event) => {
        const { object } = event;
        // Rights follow from which project a namespace is in, and from nothing else about it.
        if (this.#ended) return;
        if (event.type !== 'updated' || projectOf(event.previous) !== projectOf(object)) projectsChanged();
        namespaceChanged(object.metadata.name);
      }),
      clusterRoles.subscribe(derived),
      clusterRoleBindings.subscribe(derived),
      roles.subscribe(derived),
      roleBindings.subscribe(derived),
      this.#namespaces,
      ...(parts.rbac === undefined ? eachOf(this.rbac) : []),
    ];
  }

  /** Resolves when all is known; rejects when disposed before. */
  async synced(): Promise<void> {
    await Promise.all([this.#namespaces, ...eachOf(this.rbac)].map(({ synced }) => synced));
  }

  /** The namespaces that are in a project of `cluster`. */
  namespacesOf(cluster: string, project: string): readonly Stored<Namespace>[] {
    return this.#namespaces.by(BY_PROJECT, `${cluster}:${project}`);
  }

  namespace(name: string): Stored<Namespace> | undefined {
    return this.#namespaces.get(undefined, name);
  }

  namespaces(): readonly Stored<Namespace>[] {
    return this.#namespaces.list();
  }

  present(): DerivedPresent {
    return presentOf(this.rbac, this.#installation);
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    for (const part of this.#closing) part[Symbol.dispose]();
  }
}
