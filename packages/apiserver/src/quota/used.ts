import type { QuotaMeasure, ResourceQuota } from '@drover/api';
import { parseNanos } from '@drover/kit';
import type { ObjectReader } from '../catalog/strategy.js';
import { inScope } from './scope.js';
import { type QuotaResource, resourcesOf, type Usage, usageOf } from './usage.js';

/** What the objects of the quota's namespace use of what it limits, from what is stored now. */
export function usedOf(reader: ObjectReader, quota: ResourceQuota, further: readonly QuotaMeasure[] = []): Usage {
  const used = new Map<string, bigint>();
  const byKind = new Map<string, { readonly resource: QuotaResource; readonly names: string[] }>();
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    for (const resource of resourcesOf(name, further)) {
      used.set(name, 0n);
      const key = `${resource.group}/${resource.plural}`;
      const kind = byKind.get(key) ?? { resource, names: [] };
      byKind.set(key, kind);
      kind.names.push(name);
    }
  }
  for (const { resource, names } of byKind.values()) {
    for (const object of reader.list(resource, quota.metadata.namespace)) {
      if (!inScope(quota, resource, object)) continue;
      const usage = usageOf(resource, object, further);
      for (const name of names) used.set(name, (used.get(name) ?? 0n) + (usage.get(name) ?? 0n));
    }
  }
  return used;
}

/** The limits of a quota. */
export function hardOf({ spec }: ResourceQuota): Usage {
  return new Map(Object.entries(spec?.hard ?? {}).map(([name, quantity]) => [name, parseNanos(String(quantity))]));
}
