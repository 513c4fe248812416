import type { KubeObject, QuotaMeasure, ResourceQuota } from '@drover/api';
import { formatAmount } from '@drover/kit';
import type { ServedResource } from '../catalog/catalog.js';
import { resourcesOf } from '../quota/usage.js';
import { usedOf } from '../quota/used.js';
import type { StoredObject } from '../registry/core.js';
import type { ControllerContext, Sighting } from './controller.js';
import type { FeedListener } from './object-feed.js';
import { ReconcileLoop } from './reconcile-loop.js';

const QUOTAS = { group: '', plural: 'resourcequotas' };

/** Keeps the status of each ResourceQuota equal to what the objects of its namespace use. */
export class ResourceQuotaStatus implements FeedListener, AsyncDisposable {
  readonly #context: ControllerContext;
  readonly #loop: ReconcileLoop;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#loop = new ReconcileLoop({ ...context, name: 'resource-quota', reconcile: (key) => this.#reconcile(key) });
  }

  onSightings(resource: ServedResource, sightings: readonly Sighting[]): void {
    const isQuota = resource.group === QUOTAS.group && resource.plural === QUOTAS.plural;
    const namespaces = new Set(sightings.map(({ ref }) => ref.namespace));
    for (const namespace of namespaces) {
      if (namespace === undefined) continue;
      for (const quota of this.#context.objects.list(QUOTAS, namespace)) {
        if (isQuota || limits(quota, resource, this.#context.quotaMeasures))
          this.#loop.add(`${namespace}/${quota.metadata.name}`);
      }
    }
  }

  onCatalog(): void {
    for (const { metadata } of this.#context.objects.list(QUOTAS))
      this.#loop.add(`${metadata.namespace}/${metadata.name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  async #reconcile(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    const { objects, quotaMeasures } = this.#context;
    const change = (object: KubeObject) => withStatus(object as ResourceQuota, objects, quotaMeasures);
    await objects.update(QUOTAS, { namespace, name }, change, { subresource: 'status' });
  }
}

function limits(quota: StoredObject, { group, plural }: ServedResource, further: readonly QuotaMeasure[]): boolean {
  return Object.keys((quota as ResourceQuota).spec?.hard ?? {}).some((name) =>
    resourcesOf(name, further).some((resource) => resource.group === group && resource.plural === plural),
  );
}

function withStatus(
  quota: ResourceQuota,
  objects: ControllerContext['objects'],
  further: readonly QuotaMeasure[],
): KubeObject | undefined {
  const hard = quota.spec?.hard ?? {};
  const amounts = [...usedOf(objects, quota, further)].map(([name, amount]): [string, string] => [
    name,
    formatAmount(name, amount),
  ]);
  const status = { hard, used: Object.fromEntries(amounts) };
  const before = { hard: quota.status?.hard ?? {}, used: quota.status?.used ?? {} };
  if (JSON.stringify(before) === JSON.stringify(status)) return undefined;
  const changed: ResourceQuota = { ...quota, status };
  return changed;
}
