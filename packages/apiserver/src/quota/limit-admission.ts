import {
  type AdmissionPlugin,
  type AdmissionReview,
  forbidden,
  type KubeObject,
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

/** Gives pods the default requests and limits of their namespace, and refuses pods and claims outside its bounds (LimitRanger). */
export function limitAdmission(objects: ObjectReader): AdmissionPlugin {
  const itemsOf = (namespace: string): LimitRangeItem[] =>
    (objects.list(LIMIT_RANGES, namespace) as readonly LimitRange[]).flatMap(({ spec }) => spec?.limits ?? []);
  return {
    name: 'LimitRanger',
    resources: ['/pods', '/persistentvolumeclaims'],
    admit: (review) => {
      const { operation, resource, subresource, namespace, object } = review;
      if (namespace === undefined || object === undefined || subresource !== undefined) return undefined;
      // What a pod requests does not change with it.
      if (operation === 'DELETE' || (operation === 'UPDATE' && resource === 'pods')) return undefined;
      const items = itemsOf(namespace);
      if (items.length === 0) return undefined;
      return resource === 'pods'
        ? admitPod(review, object as Pod, items)
        : admitClaim(review, object as PersistentVolumeClaim, items);
    },
  };
}

function admitPod(review: AdmissionReview, sent: Pod, items: readonly LimitRangeItem[]): KubeObject {
  const pod = withDefaults(sent, items);
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  refuseFaults(
    review,
    items.flatMap((item) => {
      if (item.type === 'Container')
        return containers.flatMap(({ resources }) => limitFaults(item, amountsOf(resources), true));
      if (item.type !== 'Pod' || !pod.spec) return [];
      return limitFaults(
        item,
        { requests: podAmounts(pod.spec, 'requests'), limits: podAmounts(pod.spec, 'limits') },
        true,
      );
    }),
  );
  return pod;
}

function admitClaim(
  review: AdmissionReview,
  claim: PersistentVolumeClaim,
  items: readonly LimitRangeItem[],
): undefined {
  const amounts = amountsOf(claim.spec?.resources);
  const ofClaims = items.filter(({ type }) => type === 'PersistentVolumeClaim');
  refuseFaults(
    review,
    ofClaims.flatMap((item) => limitFaults(item, amounts, false)),
  );
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
