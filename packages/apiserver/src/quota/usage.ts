import type { KubeObject, PersistentVolumeClaim, Pod, QuotaMeasure, Service } from '@drover/api';
import { parseNanos } from '@drover/kit';
import { podAmounts } from './pod-amounts.js';

/** Amounts of what a quota may name ("pods", "requests.cpu", "count/deployments.apps"), in billionths. */
export type Usage = ReadonlyMap<string, bigint>;

/** What an object counts, besides itself. */
type Measure = (object: KubeObject) => ReadonlyMap<string, bigint>;

const ONE = 1_000_000_000n;
const STORAGE_CLASS = 'storageclass.storage.k8s.io';
/** Resources of pods that a quota may also name without `requests.` (core v1 ResourceQuota). */
const BARE = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Kinds whose objects are counted under the bare name of the kind too. */
const NAMED = new Set([
  'pods',
  'services',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
]);

const MEASURES: Readonly<Record<string, Measure>> = {
  pods: (object) => podUsage(object as Pod),
  services: (object) => serviceUsage(object as Service),
  persistentvolumeclaims: (object) => claimUsage(object as PersistentVolumeClaim),
};

/** A kind as quotas name it. */
export interface QuotaResource {
  readonly group: string;
  readonly plural: string;
}

/** What an object uses of what quotas limit (kube-controller-manager's evaluators, pkg/quota/v1/evaluator/core). */
export function usageOf(
  { group, plural }: QuotaResource,
  object: KubeObject,
  further: readonly QuotaMeasure[] = [],
): Usage {
  const usage = new Map([[`count/${group === '' ? plural : `${plural}.${group}`}`, ONE]]);
  for (const [name, amount] of measureOf({ group, plural }, further)?.usage(object) ?? []) usage.set(name, amount);
  if (group !== '') return usage;
  const ended = plural === 'pods' && isEnded(object as Pod);
  if (NAMED.has(plural) && !ended) usage.set(plural, ONE);
  if (ended) return usage;
  for (const [name, amount] of MEASURES[plural]?.(object) ?? []) usage.set(name, amount);
  return usage;
}

/** How a kind is measured that is not one of Kubernetes' own. */
export const measureOf = (
  { group, plural }: QuotaResource,
  further: readonly QuotaMeasure[],
): QuotaMeasure | undefined => further.find((measure) => measure.group === group && measure.plural === plural);

/** Which kinds use what a quota names: none, for a name that no kind here uses. */
export function resourcesOf(name: string, further: readonly QuotaMeasure[] = []): readonly QuotaResource[] {
  const own = resourceOf(name);
  return [...(own === undefined ? [] : [own]), ...further.filter(({ names }) => names.includes(name))];
}

function resourceOf(name: string): QuotaResource | undefined {
  if (name.startsWith('count/')) {
    const [plural = '', ...group] = name.slice('count/'.length).split('.');
    return { group: group.join('.'), plural };
  }
  if (NAMED.has(name)) return { group: '', plural: name };
  if (name.startsWith('services.')) return { group: '', plural: 'services' };
  if (name === 'requests.storage' || name.includes(`.${STORAGE_CLASS}/`))
    return { group: '', plural: 'persistentvolumeclaims' };
  if (BARE.has(name) || /^(requests|limits)\.|^hugepages-/.test(name)) return { group: '', plural: 'pods' };
  return undefined;
}

/**
 * What a pod leaves out although a quota limits it: `"requests.cpu for: web,db"`. Such a pod could not be counted, so it is refused.
 */
export function missingFrom(pod: Pod, hard: Iterable<string>): string[] {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return [...hard].sort().flatMap((name) => {
    const [kind, resource] = BARE.has(name) ? ['requests', name] : name.split('.', 2);
    if ((kind !== 'requests' && kind !== 'limits') || resource === undefined || !BARE.has(resource)) return [];
    const without = containers.filter((container) => container.resources?.[kind]?.[resource] === undefined);
    return without.length === 0 ? [] : [`${name} for: ${without.map((container) => container.name).join(',')}`];
  });
}

function isEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function podUsage({ spec }: Pod): Map<string, bigint> {
  const usage = new Map<string, bigint>();
  if (!spec) return usage;
  for (const kind of ['requests', 'limits'] as const) {
    for (const [resource, amount] of podAmounts(spec, kind)) {
      if (kind === 'limits' && !BARE.has(resource)) continue;
      usage.set(`${kind}.${resource}`, amount);
      if (kind === 'requests' && (BARE.has(resource) || resource.startsWith('hugepages-'))) usage.set(resource, amount);
    }
  }
  return usage;
}

function serviceUsage({ spec }: Service): Map<string, bigint> {
  const ports = BigInt(spec?.ports?.length ?? 0) * ONE;
  const balanced = spec?.type === 'LoadBalancer';
  const onNodes = spec?.type === 'NodePort' || (balanced && spec?.allocateLoadBalancerNodePorts !== false);
  return new Map([
    ['services.loadbalancers', balanced ? ONE : 0n],
    ['services.nodeports', onNodes ? ports : 0n],
  ]);
}

function claimUsage({ spec }: PersistentVolumeClaim): Map<string, bigint> {
  const storage = parseNanos(String(spec?.resources?.requests?.['storage'] ?? '0'));
  const usage = new Map([['requests.storage', storage]]);
  const storageClass = spec?.storageClassName;
  if (storageClass === undefined || storageClass === '') return usage;
  usage.set(`${storageClass}.${STORAGE_CLASS}/requests.storage`, storage);
  usage.set(`${storageClass}.${STORAGE_CLASS}/persistentvolumeclaims`, ONE);
  return usage;
}
