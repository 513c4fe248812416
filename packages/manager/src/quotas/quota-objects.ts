import { isDeepStrictEqual } from 'node:util';
import {
  isJsonObject,
  type LimitRange,
  type Namespace,
  type Project,
  type ResourceQuota,
  type Stored,
} from '@drover/api';
import {
  type Amounts,
  amountsIn,
  amountsOf,
  hardOf,
  limitInAnnotation,
  readLimit,
  sameAmounts,
} from '@drover/api/quota';
import type { ContainerDefaultResourceLimit } from '@drover/api/types/rancher';
import { canonicalQuantity, QuantityError } from '@drover/kit';
import { nameHash } from '../clusters/cluster-id.js';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import { NAMESPACE_STATUS, saysOfQuota } from './namespace-status.js';
import { QUOTA_CONDITIONS } from './project-conditions.js';
import { type Share, type Sharer, shareOut } from './shares.js';

/** What a namespace asks of its project's quota: `{"limit":{…}}`. Reference `rancher.md`, 5.9 and 5.10. */
export const NAMESPACE_QUOTA = 'field.cattle.io/resourceQuota';
/** What containers that say nothing get in a namespace, in place of the project's default. */
export const CONTAINER_DEFAULTS = 'field.cattle.io/containerDefaultResourceLimit';
/** Rancher's label of the objects that enforce a project's quota. */
const QUOTA_LABEL = 'resourcequota.management.cattle.io/default-resource-quota';
/** Which Drover made them: a cluster may belong to another server as well. */
const INSTALLATION_LABEL = 'drover.io/quota';
/** While a machine moves, Harvester has raised the quota for both of it, and puts it back itself. Reference `rancher.md`, 5.10. */
const MIGRATING = 'harvesterhci.io/migratingUID-';

/** What the objects of a project's quota follow from. */
export interface QuotaFacts {
  readonly installation: string;
  readonly project: Stored<Project>;
  readonly namespaces: readonly Stored<Namespace>[];
  /** What enforces this project's quota now. */
  readonly present: readonly Stored<ResourceQuota>[];
}

/** What a namespace is to have, and what became of its wish; `share` is absent where the project limits nothing. */
export interface NamespaceQuota {
  readonly share: Share | undefined;
  /** What cannot be read of the namespace's wish, in a sentence; empty when all can. */
  readonly fault: string;
  readonly quota: ResourceQuota | undefined;
  readonly limits: LimitRange | undefined;
}

/** By these the objects of one project are found, and those of one server told from another's. */
const quotaLabels = (installation: string, project: string): Readonly<Record<string, string>> => ({
  [QUOTA_LABEL]: 'true',
  [INSTALLATION_LABEL]: installation,
  [PROJECT_ID]: project,
  'cattle.io/creator': 'norman',
});

/** The selector for what this installation has made to enforce quotas: of one project, or of all. */
export const quotaSelector = (installation: string, project?: string): string =>
  `${INSTALLATION_LABEL}=${installation}${project === undefined ? '' : `,${PROJECT_ID}=${project}`}`;

/** The selector for what another server has made of the same. */
export const othersSelector = (installation: string): string =>
  `${QUOTA_LABEL}=true,${INSTALLATION_LABEL}!=${installation}`;

/** Whether there is something to enforce in a project's namespaces, or something said about that which does not hold any more. */
export const concernsQuotas = ({ spec, status }: Stored<Project>, namespaces: readonly Stored<Namespace>[]): boolean =>
  amountsOf(spec?.resourceQuota?.limit).size > 0 ||
  amountsOf(spec?.resourceQuota?.usedLimit).size > 0 ||
  Object.values(spec?.containerDefaultResourceLimit ?? {}).some((amount) => amount !== '') ||
  (status?.conditions ?? []).some(({ type }) => QUOTA_CONDITIONS.includes(type)) ||
  namespaces.some(
    ({ metadata: { annotations } }) =>
      annotations?.[CONTAINER_DEFAULTS] !== undefined || saysOfQuota(annotations?.[NAMESPACE_STATUS]),
  );

/** What each namespace of a project is to have, by the namespace's name. */
export function deriveQuotas(facts: QuotaFacts): ReadonlyMap<string, NamespaceQuota> {
  const { project, namespaces, installation } = facts;
  const limit = amountsOf(project.spec?.resourceQuota?.limit);
  const shares =
    limit.size === 0
      ? undefined
      : shareOut(limit, amountsOf(project.spec?.namespaceDefaultResourceQuota?.limit), sharersOf(facts));
  const labels = quotaLabels(installation, project.metadata.name);
  return new Map(
    namespaces.map(({ metadata: { name, annotations } }) => {
      const share = shares?.get(name);
      const defaults = defaultsOf(annotations?.[CONTAINER_DEFAULTS]) ?? project.spec?.containerDefaultResourceLimit;
      const metadata = { name: quotaName(name), namespace: name, labels: { ...labels } };
      const fault = share === undefined ? '' : faultOf(annotations?.[NAMESPACE_QUOTA]);
      return [name, { share, fault, quota: share && quotaOf(metadata, share), limits: limitsOf(metadata, defaults) }];
    }),
  );
}

/** What namespaces of a project have of its quota now, and what they ask for. */
function sharersOf({ namespaces, present }: QuotaFacts): Sharer[] {
  const held = heldIn(present);
  return namespaces.map((namespace) => {
    const { name, creationTimestamp } = namespace.metadata;
    return { name, created: creationTimestamp, asked: askedBy(namespace), held: held.get(name) };
  });
}

/** What a namespace asks of its project's quota; `undefined` when it says nothing about that. */
export function askedBy({ metadata: { annotations } }: Namespace): Amounts | undefined {
  const limit = limitInAnnotation(annotations?.[NAMESPACE_QUOTA]);
  return limit && amountsOf(limit);
}

/** What cannot be read of what a namespace asks for. */
function faultOf(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  const limit = limitInAnnotation(text);
  if (limit === undefined)
    return `the annotation ${NAMESPACE_QUOTA} is not {"limit":{…}}: the project's default counts`;
  const [first] = readLimit(limit).faults;
  return first === undefined ? '' : `${first.field}: ${first.message}: the project's default counts`;
}

/** What each namespace has by the quotas there are: those with the names that this server gives them. */
export const heldIn = (present: readonly Stored<ResourceQuota>[]): ReadonlyMap<string, Amounts> =>
  new Map(
    present.flatMap(({ metadata: { namespace = '', name }, spec }): [string, Amounts][] =>
      name === quotaName(namespace) ? [[namespace, amountsIn(spec?.hard)]] : [],
    ),
  );

/** Whether a quota is raised while a machine moves: it is not to be written to until that is over. */
export const isRaised = ({ metadata }: ResourceQuota): boolean =>
  Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith(MIGRATING));

/** Rancher's `default-xxxxx`, the same each time, so that a second attempt makes the same one. */
const quotaName = (namespace: string): string => `default-${nameHash(namespace, 5)}`;

const quotaOf = (metadata: ResourceQuota['metadata'], { granted }: Share): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata,
  spec: { hard: hardOf(granted) },
});

function limitsOf(
  metadata: LimitRange['metadata'],
  { limitsCpu, limitsMemory, requestsCpu, requestsMemory }: ContainerDefaultResourceLimit = {},
): LimitRange | undefined {
  const limits = present({ cpu: limitsCpu, memory: limitsMemory });
  const requests = present({ cpu: requestsCpu, memory: requestsMemory });
  if (limits === undefined && requests === undefined) return undefined;
  // As a server completes it: so it can be told whether it is as it should be.
  const item = { type: 'Container', ...(limits && { default: limits }), defaultRequest: { ...limits, ...requests } };
  return { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits: [item] } };
}

function present(amounts: Readonly<Record<string, string | undefined>>): Record<string, string> | undefined {
  const said = Object.entries(amounts).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return said.length === 0 ? undefined : Object.fromEntries(said.map(([name, text]) => [name, canonical(text)]));
}

/** A quantity as a server writes it; what is none is the server's to refuse. */
function canonical(text: string): string {
  try {
    return canonicalQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return text;
    throw error;
  }
}

/** Whether what there is enforces what is wanted already. */
export function isEnforced(
  { quota, limits }: NamespaceQuota,
  present: { readonly quota: ResourceQuota | undefined; readonly limits: LimitRange | undefined },
): boolean {
  const sameQuota =
    quota === undefined ||
    (present.quota !== undefined &&
      (isRaised(present.quota) || sameAmounts(amountsIn(present.quota.spec?.hard), amountsIn(quota.spec?.hard))));
  return sameQuota && (limits === undefined || isDeepStrictEqual(present.limits?.spec, limits.spec));
}

/** What a namespace says for its containers; `undefined` when it says nothing, or nothing that can be read. */
function defaultsOf(text: string | undefined): ContainerDefaultResourceLimit | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isJsonObject(parsed)) return undefined;
    const said = (field: keyof ContainerDefaultResourceLimit): ContainerDefaultResourceLimit => {
      const value = parsed[field];
      return typeof value === 'string' ? { [field]: value } : {};
    };
    return { ...said('limitsCpu'), ...said('limitsMemory'), ...said('requestsCpu'), ...said('requestsMemory') };
  } catch {
    return undefined;
  }
}
