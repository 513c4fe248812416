import type { Namespace, Project, ResourceQuota } from '@drover/api';
import { type Amounts, amountsIn, amountsOf, limitInAnnotation, limitOf, readAmount, sum } from '@drover/api/quota';
import type { ContainerDefaultResourceLimit, Limit } from '@drover/api/types/rancher';
import { formatAmount } from '@drover/kit';
import { size } from '../format/size.js';
import { type Message, type MessageKey, message } from '../i18n/message.js';

/** What a namespace asks of its project's quota, and what its containers get that say nothing. */
const NAMESPACE_QUOTA = 'field.cattle.io/resourceQuota';
const CONTAINER_DEFAULTS = 'field.cattle.io/containerDefaultResourceLimit';
const PROJECT_ID = 'field.cattle.io/projectId';
const QUOTA_LABEL = 'resourcequota.management.cattle.io/default-resource-quota';

/** What can be limited, as a ResourceQuota calls it, with what people call it. */
const TITLES: Readonly<Record<string, MessageKey>> = {
  'limits.cpu': 'quota.name.limitsCpu',
  'limits.memory': 'quota.name.limitsMemory',
  'requests.cpu': 'quota.name.requestsCpu',
  'requests.memory': 'quota.name.requestsMemory',
  'requests.storage': 'quota.name.requestsStorage',
  'count/virtualmachines.kubevirt.io': 'quota.name.virtualMachines',
  persistentvolumeclaims: 'quota.name.persistentVolumeClaims',
  pods: 'quota.name.pods',
  configmaps: 'quota.name.configMaps',
  secrets: 'quota.name.secrets',
  services: 'quota.name.services',
  'services.loadbalancers': 'quota.name.servicesLoadBalancers',
  'services.nodeports': 'quota.name.servicesNodePorts',
  replicationcontrollers: 'quota.name.replicationControllers',
};

/** What a form offers to limit. */
export const OFFERED: readonly string[] = Object.keys(TITLES);

/** What people call something that is limited; what has no such name is called as a ResourceQuota does. */
export function titleOf(name: string): Message | string {
  const key = TITLES[name];
  return key === undefined ? name : message(key);
}

/** One line of the form of a project's quota; texts as they were typed. */
export interface QuotaRow {
  readonly name: string;
  /** What the project has. */
  readonly limit: string;
  /** What a namespace gets that asks for nothing else. */
  readonly share: string;
}

/** The lines that say what a project's quota is. */
export function rowsOf({ spec }: Pick<Project, 'spec'>): QuotaRow[] {
  const limit = textsOf(amountsOf(spec?.resourceQuota?.limit));
  const shares = textsOf(amountsOf(spec?.namespaceDefaultResourceQuota?.limit));
  return [...new Set([...OFFERED, ...limit.keys()])]
    .filter((name) => limit.has(name))
    .map((name) => ({ name, limit: limit.get(name) ?? '', share: shares.get(name) ?? '' }));
}

/** The limit that is in one column of the lines. */
export function limitIn(rows: readonly QuotaRow[], column: 'limit' | 'share'): Limit {
  return limitOf(typed(rows.map((row) => [row.name, row[column]])));
}

/** What is wrong in the lines, by the name of the line and the column. */
export function rowFaults(rows: readonly QuotaRow[]): ReadonlyMap<string, Message> {
  const faults = new Map<string, Message>();
  for (const { name, limit, share } of rows) {
    const [whole, part] = [amountOf(name, limit), amountOf(name, share)];
    if (whole === undefined) faults.set(`${name} limit`, faultIn(name));
    if (part === undefined) faults.set(`${name} share`, faultIn(name));
    else if (whole !== undefined && part > whole) faults.set(`${name} share`, message('quota.fault.share'));
  }
  return faults;
}

/** What is wrong with the shares that a namespace asks for, by what they are of; an empty one is the project's default. */
export const shareFaults = (shares: ReadonlyMap<string, string>): ReadonlyMap<string, Message> =>
  new Map(
    [...shares]
      .filter(([name, text]) => text.trim() !== '' && amountOf(name, text) === undefined)
      .map(([name]) => [name, faultIn(name)]),
  );

const faultIn = (name: string): Message =>
  message(
    /memory|storage/.test(name) ? 'quota.fault.bytes' : /cpu/.test(name) ? 'quota.fault.cores' : 'quota.fault.count',
  );

/** What was typed; `undefined` for nothing, and for what is no amount. */
function amountOf(name: string, text: string): bigint | undefined {
  const amount = readAmount(name, text.trim());
  return typeof amount === 'bigint' ? amount : undefined;
}

/** The amounts that were typed. */
const typed = (texts: Iterable<readonly [string, string]>): Amounts =>
  new Map(
    [...texts].flatMap(([name, text]): [string, bigint][] => {
      const amount = amountOf(name, text);
      return amount === undefined ? [] : [[name, amount]];
    }),
  );

const textsOf = (amounts: Amounts): Map<string, string> =>
  new Map([...amounts].map(([name, amount]) => [name, formatAmount(name, amount)]));

/** What a namespace asks for of what its project limits, as a form has it. */
export function sharesOf({ metadata }: Namespace, project: Pick<Project, 'spec'>): ReadonlyMap<string, string> {
  const asked = textsOf(amountsOf(limitInAnnotation(metadata.annotations?.[NAMESPACE_QUOTA])));
  return new Map(rowsOf(project).map(({ name }) => [name, asked.get(name) ?? '']));
}

/** The annotation of a namespace that asks for shares; `null` when it asks for none. */
export function shareAnnotation(shares: ReadonlyMap<string, string>): Record<string, string | null> {
  const amounts = typed(shares);
  return { [NAMESPACE_QUOTA]: amounts.size === 0 ? null : JSON.stringify({ limit: limitOf(amounts) }) };
}

/** What containers of a namespace get, as a form has it. */
export function containersOf({ metadata }: Namespace): ContainerDefaultResourceLimit {
  try {
    const said: unknown = JSON.parse(metadata.annotations?.[CONTAINER_DEFAULTS] ?? '{}');
    return typeof said === 'object' && said !== null ? (said as ContainerDefaultResourceLimit) : {};
  } catch {
    return {};
  }
}

/** The annotation that says so; `null` where nothing is said. */
export function containerAnnotation(defaults: ContainerDefaultResourceLimit): Record<string, string | null> {
  const said = saidOf(defaults);
  return { [CONTAINER_DEFAULTS]: Object.keys(said).length === 0 ? null : JSON.stringify(said) };
}

/** What containers get, without what was left empty. */
export const saidOf = (defaults: ContainerDefaultResourceLimit): ContainerDefaultResourceLimit =>
  Object.fromEntries(Object.entries(defaults).filter(([, text]) => text !== ''));

/** How much of something is used, and shared out, of how much there is. */
export interface Use {
  readonly name: string;
  readonly limit: bigint;
  /** Given to namespaces; `undefined` for what is a namespace's own. */
  readonly shared: bigint | undefined;
  /** `undefined` while nobody has told. */
  readonly used: bigint | undefined;
}

/** How the quota of a project fares, by the quotas of its namespaces as far as the reader sees them. */
export function projectUse({ metadata, spec }: Project, quotas: readonly ResourceQuota[]): Use[] {
  const own = quotas.filter(({ metadata: { labels } }) => labels?.[PROJECT_ID] === metadata.name);
  const used = sum(own.map(({ status }) => amountsIn(status?.used)));
  const shared = amountsOf(spec?.resourceQuota?.usedLimit);
  return inOrder(amountsOf(spec?.resourceQuota?.limit)).map(([name, limit]) => ({
    name,
    limit,
    shared: shared.get(name) ?? 0n,
    used: own.length === 0 ? undefined : (used.get(name) ?? 0n),
  }));
}

/** How the share of a namespace fares. */
export function namespaceUse(namespace: string, quotas: readonly ResourceQuota[]): Use[] {
  const own = quotas.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[QUOTA_LABEL] === 'true',
  );
  const used = amountsIn(own?.status?.used);
  return inOrder(amountsIn(own?.spec?.hard)).map(([name, limit]) => ({
    name,
    limit,
    shared: undefined,
    used: used.get(name),
  }));
}

const inOrder = (amounts: Amounts): [string, bigint][] => {
  const place = (name: string): number => (OFFERED.includes(name) ? OFFERED.indexOf(name) : OFFERED.length);
  return [...amounts].sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b));
};

/** An amount as people read it: bytes in IEC units, cores with their parts, plain numbers. */
export function shown(name: string, amount: bigint): string {
  const units = Number(amount) / 1e9;
  return /memory|storage/.test(name) ? size(units) : String(Math.round(units * 1000) / 1000);
}

/** Whole percents of `limit`; a limit of nothing is full. */
export const percentOf = (part: bigint, limit: bigint): number =>
  limit === 0n ? 100 : Math.min(100, Number((part * 100n) / limit));
