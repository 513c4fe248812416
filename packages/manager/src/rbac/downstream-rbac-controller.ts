import type {
  ClusterRoleTemplateBinding,
  GlobalRole,
  GlobalRoleBinding,
  ManagementCluster,
  Project,
  ProjectRoleTemplateBinding,
  RoleTemplate,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { again, type Controller, createController, done, events, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import { type ClusterId, LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import type { Downstreams } from '../clusters/downstream.js';
import type { NamespaceGuards } from '../projects/namespace-guards.js';
import type { Settings } from '../settings.js';
import type { Affected } from './affected.js';
import { applyChanges, changesTo } from './apply-derived.js';
import { ClusterRights } from './cluster-rights.js';
import type { DerivedRights } from './derived-rights.js';
import { derivingDownstream } from './downstream-rights.js';
import { inTurns } from './in-turns.js';
import { Pace } from './pace.js';
import type { RbacInformers } from './rbac-informers.js';
import type { Repairs } from './repairs.js';
import type { FindUserByPrincipal } from './subject.js';

/** Even when nothing tells of a change, the rights in a cluster are compared with a fresh derivation this often. */
const SELF_CHECK_MS = 10 * 60_000;

/** Whether a global role gives rights in clusters beside those that its holders have there as members. */
const reachesClusters = ({ metadata, inheritedNamespacedRules = {} }: GlobalRole): boolean =>
  metadata.name === 'admin' || Object.keys(inheritedNamespacedRules).length > 0;

/**
 * Keeps the rights in each connected cluster as the bindings here say. Whoever changes or removes what was derived finds it put
 * right again; a cluster that comes back is brought up to date before anybody's request reaches it.
 */
export class DownstreamRbac implements Disposable {
  readonly #followed = new Map<ClusterId, ClusterRights>();
  readonly controller: Controller;
  readonly #pace: Pace;
  readonly #listeners = new Set<(id: ClusterId, namespace: string) => void>();
  /** Clusters in which something has changed that rights follow from, since they were last brought up to date. */
  readonly #due = new Set<string>();
  readonly #rightsListeners = new Set<(id: ClusterId, affected: Affected) => void>();

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly clusters: Informer<ManagementCluster>;
      readonly globalRoles: Informer<GlobalRole>;
      readonly globalRoleBindings: Informer<GlobalRoleBinding>;
      readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
      readonly projects: Informer<Project>;
      readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
      readonly roleTemplates: Informer<RoleTemplate>;
      /** The RBAC of the local cluster, which others follow as well. */
      readonly localRbac: RbacInformers;
      readonly userOf: FindUserByPrincipal;
      readonly downstreams: Downstreams;
      readonly rights: DerivedRights;
      readonly repairs: Repairs;
      readonly guards: NamespaceGuards;
      readonly tunnels: TunnelServer;
      readonly settings: Settings;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const {
      clusters,
      globalRoles,
      globalRoleBindings,
      clusterBindings,
      projects,
      projectBindings,
      roleTemplates,
      tunnels,
    } = parts;
    const due = (...names: readonly string[]) => {
      for (const name of names) this.#due.add(name);
      return names.map((name) => ({ name }));
    };
    const every = () => due(...clusters.list().map(({ metadata }) => metadata.name));
    const ofNamespace = ({ metadata }: { metadata: { namespace?: string } }) => due(metadata.namespace ?? '');
    const { clock, random, log } = parts;
    this.#pace = new Pace(clock);
    this.controller = createController({
      name: 'downstream-rbac',
      sources: [
        watches(clusters, { when: ({ type, object }) => type !== 'updated' || isBeingDeleted(object) }),
        watches(globalRoles, { map: (role) => (reachesClusters(role) ? every() : []) }),
        watches(globalRoleBindings, {
          map({ globalRoleName }) {
            const role = globalRoles.get(undefined, globalRoleName);
            return role === undefined || reachesClusters(role) ? every() : [];
          },
        }),
        watches(roleTemplates, { map: every }),
        watches(clusterBindings, { map: ofNamespace }),
        watches(projects, { map: ofNamespace }),
        watches(projectBindings, { map: ({ projectName }) => due(projectName.split(':', 1)[0] ?? '') }),
        events((enqueue) =>
          tunnels.onChange((key) => {
            const id = parseClusterId(key);
            if (id === undefined) return;
            // At once: what was known of the cluster before is not known to hold now.
            parts.rights.note(id, undefined);
            enqueue({ name: id });
          }),
        ),
      ],
      concurrency: 4,
      reconcile: ({ name }, signal) => this.#reconcile(name, signal),
      clock,
      random,
      log,
    });
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#followed.keys()]) this.#forget(id);
  }

  /** What is known of a connected cluster's namespaces. */
  followed(id: ClusterId): ClusterRights | undefined {
    return this.#followed.get(id);
  }

  /** Calls `listener` for each namespace of each connected cluster, and again when it changes. */
  onNamespace(listener: (id: ClusterId, namespace: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Calls `listener` for each change of what decides in a connected cluster who may do what, and says whose rights it is about. */
  onRights(listener: (id: ClusterId, affected: Affected) => void): Disposable {
    this.#rightsListeners.add(listener);
    return { [Symbol.dispose]: () => this.#rightsListeners.delete(listener) };
  }

  async #reconcile(name: string, signal: AbortSignal) {
    const { clusters, rights, repairs, guards } = this.parts;
    const id = parseClusterId(name);
    if (id === undefined) return done;
    const cluster = clusters.get(undefined, name);
    if (cluster === undefined || isBeingDeleted(cluster) || !this.#connected(id)) {
      this.#forget(id);
      return done;
    }
    const rest = this.#pace.restOf(id);
    if (rest > 0) return again(rest);
    // A cluster that does not tell what it has must not hold up who wants to stop.
    const stop = (): void => this.#forget(id);
    signal.addEventListener('abort', stop, { once: true });
    let due = false;
    try {
      const followed = await this.#follow(id);
      await followed.synced();
      const changes = await this.#pace.work(id, async () => {
        due = this.#due.delete(id);
        const wanted = await inTurns(this.#deriving(id, followed), this.parts.clock);
        return changesTo(wanted, followed.present());
      });
      // Before anybody's request reaches the cluster; what is taken away does not wait for it.
      const unguarded = await guards.ensure(id, followed.client).then(
        () => undefined,
        (error: unknown) => error,
      );
      const corrections = await applyChanges(followed.client, changes, (kept) => rights.noteRevoked(id, kept));
      if (unguarded !== undefined) throw unguarded;
      if (!due) repairs.note(id, corrections);
      rights.note(id, { ok: true });
    } catch (error) {
      // What is tried again follows from what has changed here.
      if (due) this.#due.add(id);
      rights.note(id, { ok: false, error: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
    return again(SELF_CHECK_MS);
  }

  #deriving(id: ClusterId, followed: ClusterRights) {
    const { globalRoles, globalRoleBindings, clusterBindings, projects, projectBindings, roleTemplates } = this.parts;
    const { settings, userOf } = this.parts;
    const projectsHere = projects.list(id).filter((project) => !isBeingDeleted(project));
    const prefix = `${id}:`;
    // Meanwhile they may change: a derivation is from what they were at one moment.
    const templates = new Map(roleTemplates.list().map((template) => [template.metadata.name, template]));
    return derivingDownstream({
      installation: settings.value('install-uuid'),
      cluster: id,
      // The administrators of the local cluster have its rights by their global role.
      globalRoleBindings: id === LOCAL ? [] : globalRoleBindings.list().filter((each) => !isBeingDeleted(each)),
      globalRoles: id === LOCAL ? [] : globalRoles.list().filter((each) => !isBeingDeleted(each)),
      hasNamespace: (namespace) => followed.namespace(namespace) !== undefined,
      clusterBindings: clusterBindings.list(id).filter((each) => !isBeingDeleted(each)),
      projects: projectsHere,
      projectBindings: projectBindings
        .list()
        .filter((each) => each.projectName.startsWith(prefix) && !isBeingDeleted(each)),
      namespacesOf: (project) => followed.namespacesOf(id, project).map(({ metadata }) => metadata.name),
      findTemplate: (template) => templates.get(template),
      userOf,
    });
  }

  #connected(id: ClusterId): boolean {
    return id === LOCAL || this.parts.downstreams.connected(id);
  }

  async #follow(id: ClusterId): Promise<ClusterRights> {
    const client = id === LOCAL ? this.parts.client : (await this.parts.downstreams.of(id)).client;
    const known = this.#followed.get(id);
    if (known?.client === client) return known;
    this.#forget(id);
    // What changed while nobody followed it cannot be told from what was to change.
    this.#due.add(id);
    const { clock, random, log, settings, localRbac } = this.parts;
    const followed = new ClusterRights(client, {
      installation: settings.value('install-uuid'),
      rbac: id === LOCAL ? localRbac : undefined,
      changed: () => this.controller.enqueue({ name: id }),
      projectsChanged: () => {
        this.#due.add(id);
        this.controller.enqueue({ name: id });
      },
      rightsChanged: (affected) => {
        for (const listener of this.#rightsListeners) listener(id, affected);
      },
      namespaceChanged: (namespace) => {
        for (const listener of this.#listeners) listener(id, namespace);
      },
      clock,
      random,
      log: log.with({ cluster: id }),
    });
    this.#followed.set(id, followed);
    return followed;
  }

  #forget(id: ClusterId): void {
    this.#followed.get(id)?.[Symbol.dispose]();
    this.#followed.delete(id);
    this.parts.rights.note(id, undefined);
  }
}
