import {
  type AdmissionPlugin,
  type AdmissionReview,
  forbidden,
  type LimitRange,
  type PersistentVolumeClaim,
  type Pod,
} from '@drover/api';
import type { LimitRangeItem, ResourceRequirements } from '@drover/api/types/core-v1';
import { parseNanos } from '@drover/kit';
import type { ObjectReader } from '../catalog/strategy.js';
import { type Amounts, limitFaults, withDefaults } from './limit-range.js';
import { podAmounts } from './pod-amounts.js';

const LIMIT_RANGES = { group: '', plural: 'limitranges' };

/** Gives new pods the default requests and limits of their namespace (the first half of LimitRanger). */
export function limitDefaults(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    resources: ['/pods'],
    admit: ({ operation, subresource, namespace, object }) => {
      if (namespace === undefined || operation !== 'CREATE' || subresource !== undefined) return undefined;
      const items = itemsOf(objects, namespace);
      return items.length === 0 || object === undefined ? undefined : withDefaults(object as Pod, items);
    },
  };
}

/** Refuses pods and claims outside the bounds of their namespace (the second half of LimitRanger). */
export function limitBounds(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'LimitRanger',
    resources: ['/pods', '/persistentvolumeclaims'],
    admit: (review) => {
      const { operation, resource, subresource, namespace, object } = review;
      if (namespace === undefined || object === undefined || subresource !== undefined) return undefined;
      // What a pod requests does not change with it.
      if (operation === 'DELETE' || (operation === 'UPDATE' && resource === 'pods')) return undefined;
      const items = itemsOf(objects, namespace);
      if (items.length === 0) return undefined;
      const faults =
        resource === 'pods' ? podFaults(object as Pod, items) : claimFaults(object as PersistentVolumeClaim, items);
      refuseFaults(review, faults);
      return undefined;
    },
  };
}

function itemsOf(objects: ObjectReader, namespace: string): LimitRangeItem[] {
  return (objects.list(LIMIT_RANGES, namespace) as readonly LimitRange[]).flatMap(({ spec }) => spec?.limits ?? []);
}

function podFaults({ spec }: Pod, items: readonly LimitRangeItem[]): string[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return items.flatMap((item) => {
    if (item.type === 'Container')
      return containers.flatMap(({ resources }) => limitFaults(item, amountsOf(resources), true));
    if (item.type !== 'Pod' || !spec) return [];
    return limitFaults(item, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') }, true);
  });
}

function claimFaults({ spec }: PersistentVolumeClaim, items: readonly LimitRangeItem[]): string[] {
  const amounts = amountsOf(spec?.resources);
  return items
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => limitFaults(item, amounts, false));
}

/** @throws ApiError Forbidden when there are faults. */
function refuseFaults({ group, resource, name }: AdmissionReview, faults: readonly string[]): void {
  const [first, ...others] = [...new Set(faults)];
  if (first === undefined) return;
  throw forbidden(
    { group, plural: resource },
    name,
    others.length === 0 ? first : `[${[first, ...others].join(', ')}]`,
  );
}

function amountsOf({ requests = {}, limits = {} }: Pick<ResourceRequirements, 'requests' | 'limits'> = {}): Amounts {
  const parsed = (quantities: Record<string, string | number>): Map<string, bigint> =>
    new Map(Object.entries(quantities).map(([name, quantity]) => [name, parseNanos(String(quantity))]));
  return { requests: parsed(requests), limits: parsed(limits) };
}
