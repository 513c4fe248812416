import { type LimitRange, limitRanges, type ResourceQuota, resourceQuotas, type Stored } from '@drover/api';
import { type Amounts, amountsIn, sum } from '@drover/api/quota';
import { type Client, createInformer, type Informer, type InformerEvent } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import { quotaSelector } from './quota-objects.js';

/** Use changes with each object of a namespace: it is told this long after the first change, with all that came since. */
const USE_MS = 5_000;
const BY_PROJECT = 'project';
const projectOf = ({ metadata }: ResourceQuota | LimitRange): string => metadata.labels?.[PROJECT_ID] ?? '';

/** What one connected cluster has of the objects that enforce the quotas of its projects. */
export class ClusterQuotas implements Disposable {
  readonly #quotas: Informer<ResourceQuota>;
  readonly #limits: Informer<LimitRange>;
  readonly #subscriptions: readonly Disposable[];
  readonly #told = new Map<string, Disposable>();

  /** Follows the cluster that `client` reaches; `changed` is called with the name of a project whose objects or use changed. */
  constructor(
    readonly client: Client,
    parts: {
      readonly installation: string;
      readonly changed: (project: string) => void;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const { installation, changed, clock } = parts;
    const options = {
      ...parts,
      labelSelector: quotaSelector(installation),
      indexes: { [BY_PROJECT]: (object: ResourceQuota | LimitRange) => [projectOf(object)] },
    };
    this.#quotas = createInformer(client, resourceQuotas, options);
    this.#limits = createInformer(client, limitRanges, options);
    const tellLater = (project: string): void => {
      if (this.#told.has(project)) return;
      const timer = clock.after(USE_MS, () => {
        this.#told.delete(project);
        changed(project);
      });
      this.#told.set(project, timer);
    };
    this.#subscriptions = [
      this.#quotas.subscribe((event) => {
        if (isAboutUse(event)) tellLater(projectOf(event.object));
        else for (const project of projectsOf(event)) changed(project);
      }),
      this.#limits.subscribe((event) => {
        for (const project of projectsOf(event)) changed(project);
      }),
    ];
  }

  /** Resolves when all is known; rejects when disposed before. */
  async synced(): Promise<void> {
    await Promise.all([this.#quotas.synced, this.#limits.synced]);
  }

  /** The objects that were made for a project, as known here: a moment old. */
  limitsFor(project: string): readonly Stored<LimitRange>[] {
    return this.#limits.by(BY_PROJECT, project);
  }

  has(project: string): boolean {
    return this.#quotas.by(BY_PROJECT, project).length + this.limitsFor(project).length > 0;
  }

  /** What the namespaces of a project use together, of what its quota limits. */
  useOf(project: string): Amounts {
    return sum(this.#quotas.by(BY_PROJECT, project).map(({ status }) => amountsIn(status?.used)));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#told.values()) timer[Symbol.dispose]();
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#quotas[Symbol.dispose]();
    this.#limits[Symbol.dispose]();
  }
}

function isAboutUse(event: InformerEvent<ResourceQuota>): boolean {
  if (event.type !== 'updated') return false;
  const { object, previous } = event;
  const asked = ({ spec, metadata: { labels, annotations } }: ResourceQuota): string =>
    JSON.stringify([spec, labels, annotations]);
  return asked(object) === asked(previous);
}

function projectsOf(event: InformerEvent<ResourceQuota> | InformerEvent<LimitRange>): ReadonlySet<string> {
  return new Set([projectOf(event.object), ...(event.type === 'updated' ? [projectOf(event.previous)] : [])]);
}
