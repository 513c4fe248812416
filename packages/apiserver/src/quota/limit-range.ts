import type { Pod } from '@drover/api';
import type { Container, LimitRangeItem, PodSpec } from '@drover/api/types/core-v1';
import { formatAmount, parseNanos } from '@drover/kit';

/** What something requests, and is limited to, of each resource: in billionths. */
export interface Amounts {
  readonly requests: ReadonlyMap<string, bigint>;
  readonly limits: ReadonlyMap<string, bigint>;
}

type Quantities = Readonly<Record<string, string | number>>;
type Fault = string;

/** On a pod: what its namespace's limits filled in. */
const TOLD = 'kubernetes.io/limit-ranger';

/** The pod with the default requests and limits of `items` where its containers say nothing. */
export function withDefaults(pod: Pod, items: readonly LimitRangeItem[]): Pod {
  const ofContainers = items.filter(({ type }) => type === 'Container');
  if (ofContainers.length === 0 || !pod.spec) return pod;
  const fill = (container: Container): Container => {
    const { requests = {}, limits = {}, ...resources } = container.resources ?? {};
    const filled = {
      requests: withAbsent(
        requests,
        ofContainers.map((item) => item.defaultRequest),
      ),
      limits: withAbsent(
        limits,
        ofContainers.map((item) => item.default),
      ),
    };
    return { ...container, resources: { ...resources, ...filled } };
  };
  // Nothing of the pod was checked yet: it may be without containers.
  const { containers, initContainers }: Partial<PodSpec> = pod.spec;
  const told = [
    ...filledText(containers, ofContainers, 'container'),
    ...filledText(initContainers, ofContainers, 'init container'),
  ];
  const annotations = { ...pod.metadata.annotations, [TOLD]: `LimitRanger plugin set: ${told.join('; ')}` };
  const metadata = told.length === 0 ? pod.metadata : { ...pod.metadata, annotations };
  const spec = {
    ...pod.spec,
    ...(containers ? { containers: containers.map(fill) } : {}),
    ...(initContainers ? { initContainers: initContainers.map(fill) } : {}),
  };
  return { ...pod, metadata, spec };
}

/** What was filled in, container by container, in kube-apiserver's words. */
function filledText(
  containers: readonly Container[] = [],
  items: readonly LimitRangeItem[],
  what: 'container' | 'init container',
): string[] {
  return containers.flatMap(({ name, resources = {} }) =>
    (
      [
        ['request', 'requests', 'defaultRequest'],
        ['limit', 'limits', 'default'],
      ] as const
    ).flatMap(([word, field, defaults]) => {
      const given = resources[field] ?? {};
      const names = new Set(items.flatMap((item) => Object.keys(item[defaults] ?? {})));
      const filled = [...names].filter((resource) => !Object.hasOwn(given, resource)).sort();
      return filled.length === 0 ? [] : [`${filled.join(', ')} ${word} for ${what} ${name}`];
    }),
  );
}

function withAbsent<T extends Quantities>(
  given: T,
  defaults: readonly (Quantities | undefined)[],
): Record<string, string | number> {
  return Object.assign({}, ...[...defaults].reverse(), given) as Record<string, string | number>;
}

/**
 * What is wrong with amounts by a limit, in the words of Kubernetes' LimitRanger. `both` says whether limits are asked for beside
 * requests (claims only have requests).
 */
export function limitFaults(item: LimitRangeItem, amounts: Amounts, both: boolean): Fault[] {
  return [
    ...each(item.min, (name, bound) => minimumFault(item.type, name, bound, amounts)),
    ...each(item.max, (name, bound) => maximumFault(item.type, name, bound, amounts, both)),
    ...each(item.maxLimitRequestRatio, (name, bound) => ratioFault(item.type, name, bound, amounts)),
  ];
}

function each(bounds: Quantities | undefined, check: (name: string, bound: bigint) => Fault | undefined): Fault[] {
  return Object.entries(bounds ?? {})
    .map(([name, quantity]) => check(name, parseNanos(String(quantity))))
    .filter((fault) => fault !== undefined);
}

function minimumFault(type: string, name: string, bound: bigint, { requests, limits }: Amounts): Fault | undefined {
  const rule = `minimum ${name} usage per ${type} is ${formatAmount(name, bound)}`;
  const request = requests.get(name);
  const limit = limits.get(name);
  if (request === undefined) return `${rule}.  No request is specified`;
  if (request < bound) return `${rule}, but request is ${formatAmount(name, request)}`;
  if (limit !== undefined && limit < bound) return `${rule}, but limit is ${formatAmount(name, limit)}`;
  return undefined;
}

function maximumFault(
  type: string,
  name: string,
  bound: bigint,
  { requests, limits }: Amounts,
  both: boolean,
): Fault | undefined {
  const rule = `maximum ${name} usage per ${type} is ${formatAmount(name, bound)}`;
  const request = requests.get(name);
  const limit = limits.get(name);
  if (both && limit === undefined) return `${rule}.  No limit is specified`;
  if (!both && request === undefined) return `${rule}.  No request is specified`;
  if (limit !== undefined && limit > bound) return `${rule}, but limit is ${formatAmount(name, limit)}`;
  if (request !== undefined && request > bound) return `${rule}, but request is ${formatAmount(name, request)}`;
  return undefined;
}

function ratioFault(type: string, name: string, bound: bigint, { requests, limits }: Amounts): Fault | undefined {
  const rule = `${name} max limit to request ratio per ${type} is ${formatAmount(name, bound)}`;
  const request = requests.get(name) ?? 0n;
  const limit = limits.get(name) ?? 0n;
  if (request === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0n) return `${rule}, but no limit is specified or limit is 0`;
  const unit = 1_000_000_000n;
  if (limit * unit <= bound * request) return undefined;
  return `${rule}, but provided ratio is ${(Number((limit * 1_000_000n) / request) / 1_000_000).toFixed(6)}`;
}
