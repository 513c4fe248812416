import { isDeepStrictEqual } from 'node:util';
import {
  hasReason,
  type KubeObject,
  type LimitRange,
  limitRanges,
  type Project,
  projects,
  type ResourceQuota,
  resourceQuotas,
  type Stored,
} from '@drover/api';
import { type Amounts, amountsOf, beyond, inWords, limitOf, sameAmounts, sum } from '@drover/api/quota';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  deleteIfPresent,
  done,
  events,
  getIfPresent,
  isBeingDeleted,
  type Result,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import { type ClusterId, parseClusterId } from '../clusters/cluster-id.js';
import { observeAll } from '../clusters/conditions.js';
import { type ClusterRights, PROJECT_ID } from '../rbac/cluster-rights.js';
import type { Settings } from '../settings.js';
import { ClusterQuotas } from './cluster-quotas.js';
import { type Enforcement, enforce, tellNamespace } from './enforce.js';
import { QUOTA_CONDITIONS, quotaObservations } from './project-conditions.js';
import {
  askedBy,
  concernsQuotas,
  deriveQuotas,
  heldIn,
  isEnforced,
  isRaised,
  type NamespaceQuota,
  type QuotaFacts,
  quotaSelector,
} from './quota-objects.js';
import { sharedOut } from './shares.js';

/** The namespaces of a connected cluster, as far as they are known here, and the way to it. */
type KnownNamespaces = Pick<ClusterRights, 'client' | 'synced' | 'namespacesOf' | 'namespace'>;

/** What there is of a project in a cluster. */
interface EnforcementFacts extends Pick<QuotaFacts, 'namespaces' | 'present'> {
  readonly limits: readonly Stored<LimitRange>[];
}

/** Who follows the connected clusters. */
interface Followed {
  followed(id: ClusterId): KnownNamespaces | undefined;
  onNamespace(listener: (id: ClusterId, namespace: string) => void): Disposable;
}

/**
 * Enforces the quotas of projects in the clusters they are of: each namespace has its share as a ResourceQuota, and what containers
 * get by default as a LimitRange, named and labelled as Rancher does. What is shared out is noted in the project before any
 * namespace has it, so that admission, which compares a new quota with that note, never lets the quota fall below it.
 */
export class ProjectQuotas implements Disposable {
  readonly controller: Controller;
  readonly #clusters = new Map<ClusterId, ClusterQuotas>();
  readonly #subscription: Disposable;
  /** The project in which each namespace was when it was last looked at, by `cluster/namespace`. */
  readonly #lastIn = new Map<string, string>();

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly projects: Informer<Project>;
      readonly downstreamRbac: Followed;
      readonly tunnels: Pick<TunnelServer, 'onChange'>;
      readonly settings: Pick<Settings, 'value'>;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const { downstreamRbac, tunnels, clock, random, log } = parts;
    this.#subscription = tunnels.onChange((key, connected) => {
      const id = parseClusterId(key);
      // Its namespaces are told anew when it comes back.
      if (id !== undefined && !connected) this.#forget(id);
    });
    this.controller = createController({
      name: 'project-quotas',
      sources: [
        watches(parts.projects, {
          when: (event) =>
            event.type !== 'updated' ||
            isBeingDeleted(event.object) ||
            !isDeepStrictEqual(event.object.spec, event.previous.spec),
        }),
        events((enqueue) =>
          downstreamRbac.onNamespace((cluster, name) => {
            for (const project of this.#projectsOf(cluster, name)) enqueue({ namespace: cluster, name: project });
          }),
        ),
      ],
      concurrency: 4,
      reconcile: ({ namespace = '', name }) => this.#reconcile(namespace, name),
      clock,
      random,
      log,
    });
  }

  /** What the namespaces of a project use of what its quota limits; `undefined` while its cluster is not connected. */
  useOf(cluster: string, project: string): Amounts | undefined {
    const id = parseClusterId(cluster);
    return id && this.#clusters.get(id)?.useOf(project);
  }

  /**
   * That a quota of what was not limited before is too small for the namespaces that are in the project already, in a sentence;
   * `undefined` when it is not, or nobody knows since the cluster is not connected.
   */
  shortage(project: Stored<Project>, { limit, defaults }: { limit: Amounts; defaults: Amounts }): string | undefined {
    const { namespace = '', name } = project.metadata;
    const id = parseClusterId(namespace);
    const followed = id && this.parts.downstreamRbac.followed(id);
    if (followed === undefined) return undefined;
    const before = amountsOf(project.spec?.resourceQuota?.limit);
    const added = new Map([...limit].filter(([each]) => !before.has(each)));
    const needed = sum(
      followed.namespacesOf(namespace, name).map((each) => {
        const asked = askedBy(each);
        return new Map([...added.keys()].map((of) => [of, asked?.get(of) ?? defaults.get(of) ?? 0n]));
      }),
    );
    const short = beyond(needed, limit);
    return short.size === 0
      ? undefined
      : `the namespaces that are in the project would have ${inWords(short)} together, which is more than it: raise its quota, or lower what a namespace gets by default`;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    for (const id of [...this.#clusters.keys()]) this.#forget(id);
  }

  /** The project that a namespace is in, and the one it was in before: that has a share more to give. */
  #projectsOf(id: ClusterId, name: string): Set<string> {
    const key = `${id}/${name}`;
    const before = this.#lastIn.get(key);
    const named = this.parts.downstreamRbac.followed(id)?.namespace(name)?.metadata.annotations?.[PROJECT_ID];
    const now = named?.startsWith(`${id}:`) ? named.slice(id.length + 1) : undefined;
    if (now === undefined) this.#lastIn.delete(key);
    else this.#lastIn.set(key, now);
    return new Set([before, now].filter((project) => project !== undefined));
  }

  async #reconcile(cluster: string, name: string): Promise<Result> {
    const { client, downstreamRbac, settings } = this.parts;
    const id = parseClusterId(cluster);
    const followed = id && downstreamRbac.followed(id);
    if (id === undefined) return done;
    if (followed === undefined) {
      // Not connected, or about to be removed: what is taken out of it must not be put in again.
      this.#forget(id);
      return done;
    }
    await followed.synced();
    // As it is now: what this server noted in it a moment ago counts.
    const found = await getIfPresent(client, projects, { namespace: id, name });
    const project = found === undefined || isBeingDeleted(found) ? undefined : found;
    const namespaces = project === undefined ? [] : followed.namespacesOf(id, name);
    const concerned = project === undefined || concernsQuotas(project, namespaces);
    if (!concerned && !this.#clusters.has(id)) return done;
    const known = await this.#follow(id, followed.client);
    if (!known.has(name) && (project === undefined || !concerned)) return done;
    const enforcement = { client: known.client, installation: settings.value('install-uuid') };
    const { items: present } = await known.client.list(resourceQuotas, {
      labelSelector: quotaSelector(enforcement.installation, name),
    });
    const facts = { installation: enforcement.installation, namespaces, present };
    const derived = project === undefined ? new Map<string, NamespaceQuota>() : deriveQuotas({ ...facts, project });
    const noted = project && (await this.#note(project, derived, present));
    await removeOthers(known, name, derived, present);
    await this.#enforceAll(enforcement, derived, { ...facts, limits: known.limitsFor(name) });
    if (noted !== undefined) await this.#tell(noted, derived, known.useOf(name));
    return done;
  }

  async #follow(id: ClusterId, client: Client): Promise<ClusterQuotas> {
    const { clock, random, log, settings } = this.parts;
    let known = this.#clusters.get(id);
    if (known?.client !== client) {
      known?.[Symbol.dispose]();
      known = new ClusterQuotas(client, {
        installation: settings.value('install-uuid'),
        changed: (project) => this.controller.enqueue({ namespace: id, name: project }),
        clock,
        random,
        log: log.with({ cluster: id }),
      });
      this.#clusters.set(id, known);
    }
    await known.synced();
    return known;
  }

  #forget(id: ClusterId): void {
    this.#clusters.get(id)?.[Symbol.dispose]();
    this.#clusters.delete(id);
    for (const key of this.#lastIn.keys()) if (key.startsWith(`${id}/`)) this.#lastIn.delete(key);
  }

  /** First those who get less: what they give back is what others get more of. */
  async #enforceAll(
    enforcement: Enforcement,
    derived: ReadonlyMap<string, NamespaceQuota>,
    { namespaces, present, limits }: EnforcementFacts,
  ): Promise<void> {
    const held = heldIn(present);
    const quotas = new Map(present.map((quota) => [quota.metadata.namespace, quota]));
    const ranges = new Map(limits.map((range) => [range.metadata.namespace, range]));
    const live = namespaces.filter((namespace) => !isBeingDeleted(namespace));
    const gains = (name: string): boolean =>
      [...(derived.get(name)?.share?.granted ?? [])].some(([of, amount]) => amount > (held.get(name)?.get(of) ?? 0n));
    const [last, first] = [true, false].map((more) => live.filter(({ metadata }) => gains(metadata.name) === more));
    for (const part of [first, last]) {
      const failures: unknown[] = [];
      for (const namespace of part ?? []) {
        const { name } = namespace.metadata;
        const wanted = derived.get(name);
        if (wanted === undefined) continue;
        const there = { quota: quotas.get(name), limits: ranges.get(name) };
        const fault = isEnforced(wanted, there)
          ? undefined
          : await enforce(enforcement, wanted, there.quota).then(
              () => undefined,
              (error: unknown) => error,
            );
        const words = fault === undefined ? '' : fault instanceof Error ? fault.message : String(fault);
        await tellNamespace(enforcement, namespace, wanted, { fault: words, now: this.parts.clock.now() });
        // What somebody wrote into the namespace is theirs to mend, and says so there.
        if (fault !== undefined && !hasReason(fault, 'Invalid')) failures.push(fault);
      }
      if (failures.length > 0) throw failures[0];
    }
  }

  /**
   * Notes in the project what its namespaces have, or are about to have, together: whichever is more. Resolves with the project as
   * it is then.
   *
   * @throws ApiError Conflict when the project is not as it was when the shares were derived.
   */
  async #note(
    project: Stored<Project>,
    derived: ReadonlyMap<string, NamespaceQuota>,
    present: readonly Stored<ResourceQuota>[],
  ): Promise<Stored<Project>> {
    const granted = sharedOut(sharesOf(derived));
    const held = sum(heldIn(present.filter((quota) => !isRaised(quota))).values());
    const limit = amountsOf(project.spec?.resourceQuota?.limit);
    const most = new Map(
      [...granted].map(([name, amount]) => {
        const before = held.get(name) ?? 0n;
        return [name, before > amount && before <= (limit.get(name) ?? 0n) ? before : amount];
      }),
    );
    const noted = amountsOf(project.spec?.resourceQuota?.usedLimit);
    const isCovered = [...most].every(([name, amount]) => (noted.get(name) ?? -1n) >= amount);
    return isCovered ? project : this.#update(project, most, project.status?.conditions ?? []);
  }

  /** Says in the project what is shared out now, and how its quota fares. */
  async #tell(project: Stored<Project>, derived: ReadonlyMap<string, NamespaceQuota>, use: Amounts): Promise<void> {
    const limit = amountsOf(project.spec?.resourceQuota?.limit);
    const before = project.status?.conditions ?? [];
    const conditions =
      limit.size > 0
        ? observeAll(before, quotaObservations(limit, derived, use), this.parts.clock.now())
        : before.filter(({ type }) => !QUOTA_CONDITIONS.includes(type));
    await this.#update(project, sharedOut(sharesOf(derived)), conditions);
  }

  async #update(
    project: Stored<Project>,
    used: Amounts,
    conditions: NonNullable<NonNullable<Project['status']>['conditions']>,
  ): Promise<Stored<Project>> {
    const { spec, status } = project;
    const sameUse = sameAmounts(amountsOf(spec?.resourceQuota?.usedLimit), used);
    if (sameUse && isDeepStrictEqual(conditions, status?.conditions ?? [])) return project;
    const resourceQuota = { ...spec?.resourceQuota, usedLimit: limitOf(used) };
    return this.parts.client.update(projects, {
      ...project,
      ...(spec && !sameUse && { spec: { ...spec, resourceQuota } }),
      status: { ...status, conditions },
    });
  }
}

const sharesOf = (derived: ReadonlyMap<string, NamespaceQuota>) =>
  [...derived.values()].flatMap(({ share }) => share ?? []);

/** Removes what enforces a project's quota where it is not to be enforced any more. */
async function removeOthers(
  known: ClusterQuotas,
  project: string,
  derived: ReadonlyMap<string, NamespaceQuota>,
  quotas: readonly Stored<ResourceQuota>[],
): Promise<void> {
  for (const [kind, objects, part] of [
    [resourceQuotas, quotas, 'quota'],
    [limitRanges, known.limitsFor(project), 'limits'],
  ] as const) {
    for (const { metadata } of objects) {
      const { namespace = '', name, uid, resourceVersion } = metadata;
      if (derived.get(namespace)?.[part]?.metadata.name === name) continue;
      // Only as it was seen: the namespace's new project may have made it its own meanwhile.
      await deleteIfPresent<KubeObject>(
        known.client,
        kind,
        { namespace, name },
        { preconditions: { uid, resourceVersion } },
      ).catch((error: unknown) => {
        if (!hasReason(error, 'Conflict')) throw error;
      });
    }
  }
}
