import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  type Kind,
  type KubeObject,
  type Namespace,
  namespaces,
  type RoleBinding,
  roleBindings,
  type Stored,
} from '@drover/api';
import { type Client, createInformer, type Informer } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { DerivedPresent } from './apply-derived.js';
import { RIGHTS_LABEL } from './derived-set.js';

/** The annotation by which a namespace belongs to a project: `cluster:project`. */
export const PROJECT_ID = 'field.cattle.io/projectId';
const BY_PROJECT = 'project';
const projectOf = ({ metadata }: Namespace): string => metadata.annotations?.[PROJECT_ID] ?? '';

/** What one connected cluster has of the rights derived for it, and which namespaces are in its projects. */
export class ClusterRights implements Disposable {
  readonly #namespaces: Informer<Namespace>;
  readonly #roles: Informer<ClusterRole>;
  readonly #clusterBindings: Informer<ClusterRoleBinding>;
  readonly #bindings: Informer<RoleBinding>;
  readonly #subscriptions: readonly Disposable[];
  #ended = false;

  /** Follows the cluster that `client` reaches; `changed` is called for what differs from then on, our own writes included. */
  constructor(
    readonly client: Client,
    parts: {
      readonly installation: string;
      readonly changed: () => void;
      readonly namespaceChanged: (name: string) => void;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const { clock, random, log, changed, namespaceChanged, installation } = parts;
    const labelSelector = `${RIGHTS_LABEL}=${installation}`;
    const derived = <T extends KubeObject>(kind: Kind<T>): Informer<T> =>
      createInformer(client, kind, { labelSelector, clock, random, log });
    this.#namespaces = createInformer(client, namespaces, {
      indexes: { [BY_PROJECT]: (namespace) => [projectOf(namespace)] },
      clock,
      random,
      log,
    });
    this.#roles = derived(clusterRoles);
    this.#clusterBindings = derived(clusterRoleBindings);
    this.#bindings = derived(roleBindings);
    const tell = (): void => {
      if (!this.#ended) changed();
    };
    this.#subscriptions = [
      this.#namespaces.subscribe((event) => {
        const { object } = event;
        // Rights follow from which project a namespace is in, and from nothing else about it.
        if (event.type !== 'updated' || projectOf(event.previous) !== projectOf(object)) tell();
        if (!this.#ended) namespaceChanged(object.metadata.name);
      }),
      this.#roles.subscribe(tell),
      this.#clusterBindings.subscribe(tell),
      this.#bindings.subscribe(tell),
    ];
  }

  /** Resolves when all is known; rejects when disposed before. */
  async synced(): Promise<void> {
    await Promise.all(
      [this.#namespaces, this.#roles, this.#clusterBindings, this.#bindings].map(({ synced }) => synced),
    );
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
    return {
      clusterRoles: this.#roles.list(),
      clusterRoleBindings: this.#clusterBindings.list(),
      roles: [],
      roleBindings: this.#bindings.list(),
    };
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    for (const informer of [this.#namespaces, this.#roles, this.#clusterBindings, this.#bindings])
      informer[Symbol.dispose]();
  }
}
