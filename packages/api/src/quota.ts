import { formatAmount, parseNanos, QuantityError } from '@drover/kit';
import type { Limit } from './generated/types/rancher.js';
import { isJsonObject } from './json-object.js';

/**
 * What a project's quota can limit, as Rancher names it, and the name in a ResourceQuota. What has no name of its own there stands in
 * `extended`, under the name that a ResourceQuota gives it. Reference `rancher.md`, 5.1 and 5.10.
 */
const NAMES = {
  pods: 'pods',
  services: 'services',
  replicationControllers: 'replicationcontrollers',
  secrets: 'secrets',
  configMaps: 'configmaps',
  persistentVolumeClaims: 'persistentvolumeclaims',
  servicesNodePorts: 'services.nodeports',
  servicesLoadBalancers: 'services.loadbalancers',
  requestsCpu: 'requests.cpu',
  requestsMemory: 'requests.memory',
  requestsStorage: 'requests.storage',
  limitsCpu: 'limits.cpu',
  limitsMemory: 'limits.memory',
} as const satisfies Partial<Record<keyof Limit, string>>;

type NamedKey = keyof typeof NAMES;
const KEYS = Object.keys(NAMES) as readonly NamedKey[];
const KEY_OF: ReadonlyMap<string, NamedKey> = new Map(KEYS.map((key) => [NAMES[key], key]));

/** A quota's name of something that has no name in Rancher's list: `count/virtualmachines.kubevirt.io`, `requests.example.com/gpu`. */
const EXTENDED_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/[A-Za-z0-9]([-A-Za-z0-9._/]*[A-Za-z0-9])?)?$/;
/** Names in `extended`: a quota that lists more is a mistake, and each is counted with each write. */
const MAX_EXTENDED = 64;
const UNIT = 1_000_000_000n;
const MILLI = 1_000_000n;

/** Amounts by the name that a ResourceQuota gives to what they are of, in billionths. */
export type Amounts = ReadonlyMap<string, bigint>;

/** What is wrong with a limit: the field, from the limit itself on, and a sentence. */
export interface LimitFault {
  readonly field: string;
  readonly message: string;
}

/** The amount that a text says of what a ResourceQuota calls `name`, or what is wrong with it in a sentence. */
export function readAmount(name: string, text: string): bigint | string {
  const amount = amountOf(text);
  if (amount === undefined) return `"${text}" is not a quantity such as 500m, 2 or 4Gi`;
  if (amount < 0n) return 'must not be less than 0';
  if (isCount(name) && amount % UNIT !== 0n) return 'must be a whole number';
  return amount;
}

/** What of a limit can be read, and what is wrong with the rest. */
export function readLimit(limit: Limit | undefined): { readonly amounts: Amounts; readonly faults: LimitFault[] } {
  const amounts = new Map<string, bigint>();
  const faults: LimitFault[] = [];
  const read = (field: string, name: string, text: string): void => {
    const amount = readAmount(name, text);
    if (typeof amount === 'string') faults.push({ field, message: amount });
    else amounts.set(name, amount);
  };
  for (const key of KEYS) {
    const text = limit?.[key];
    // Forms send what was left empty.
    if (text !== undefined && text !== '') read(key, NAMES[key], text);
  }
  const extended = Object.entries(limit?.extended ?? {});
  if (extended.length > MAX_EXTENDED) {
    return { amounts, faults: [...faults, { field: 'extended', message: `has more than ${MAX_EXTENDED} names` }] };
  }
  for (const [name, text] of extended) {
    const field = `extended[${name}]`;
    const key = KEY_OF.get(name);
    if (key !== undefined) faults.push({ field, message: `is limited by "${key}"` });
    else if (!EXTENDED_NAME.test(name)) {
      faults.push({ field, message: 'is not a name such as count/virtualmachines.kubevirt.io' });
    } else read(field, name, text);
  }
  return { amounts, faults };
}

/** The amounts of a limit that was looked at when it was stored: what cannot be read limits nothing. */
export const amountsOf = (limit: Limit | undefined): Amounts => readLimit(limit).amounts;

/** Amounts as a limit says them. */
export function limitOf(amounts: Amounts): Limit {
  const limit: Limit = {};
  const extended: Record<string, string> = {};
  for (const [name, amount] of amounts) {
    const key = KEY_OF.get(name);
    if (key === undefined) extended[name] = formatAmount(name, amount);
    else limit[key] = formatAmount(name, amount);
  }
  return Object.keys(extended).length === 0 ? limit : { ...limit, extended };
}

/** Amounts as a ResourceQuota says them. */
export const hardOf = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, formatAmount(name, amount)]));

/** What a ResourceQuota says, as amounts: what cannot be read counts as nothing. */
export function amountsIn(hard: Readonly<Record<string, string | number>> | undefined): Amounts {
  return new Map(
    Object.entries(hard ?? {}).flatMap(([name, text]): [string, bigint][] => {
      const amount = amountOf(String(text));
      return amount === undefined ? [] : [[name, amount]];
    }),
  );
}

/** `limits.cpu=2,pods=10`, as Kubernetes tells of what exceeds a quota. */
export const inWords = (amounts: Amounts): string =>
  [...amounts].map(([name, amount]) => `${name}=${formatAmount(name, amount)}`).join(',');

/** For each name of either, the sum. */
export function sum(all: Iterable<Amounts>): Amounts {
  const total = new Map<string, bigint>();
  for (const amounts of all) for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0n) + amount);
  return total;
}

/** What of `amounts` is more than `limits` has of it; what `limits` does not name is not limited. */
export function beyond(amounts: Amounts, limits: Amounts): Amounts {
  return new Map(
    [...amounts].filter(([name, amount]) => {
      const limit = limits.get(name);
      return limit !== undefined && amount > limit;
    }),
  );
}

/** Whether both are the same amounts of the same. */
export const sameAmounts = (a: Amounts, b: Amounts): boolean =>
  a.size === b.size && [...a].every(([name, amount]) => b.get(name) === amount);

/** The limit that a namespace's annotation says, `{"limit":{…}}`; `undefined` when it says none, or nothing that can be read. */
export function limitInAnnotation(text: string | undefined): Limit | undefined {
  if (text === undefined || text === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const limit = isJsonObject(parsed) ? parsed['limit'] : undefined;
  if (!isJsonObject(limit)) return undefined;
  const { extended } = limit;
  const texts = (object: object): Record<string, string> =>
    Object.fromEntries(
      Object.entries(object).flatMap(([key, value]): [string, string][] =>
        typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
      ),
    );
  return { ...texts(limit), ...(isJsonObject(extended) ? { extended: texts(extended) } : {}) };
}

/** To the thousandth, below which no quota counts. */
function amountOf(text: string): bigint | undefined {
  try {
    const nanos = parseNanos(text);
    return nanos - (nanos % MILLI);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** Whether there are only whole ones of what a quota calls so. */
const isCount = (name: string): boolean => !/^(requests|limits)\./.test(name) && !/storage$/.test(name);
