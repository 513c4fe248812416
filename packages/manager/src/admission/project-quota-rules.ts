import { type AdmissionReview, forbidden, type Project, type StatusCause } from '@drover/api';
import { type Amounts, amountsOf, beyond, inWords, readLimit, sameAmounts } from '@drover/api/quota';
import type { ContainerDefaultResourceLimit, Limit } from '@drover/api/types/rancher';
import { isAllowed } from '@drover/client';
import { parseNanos, QuantityError } from '@drover/kit';
import { isTrusted, type LocalApi } from './caller-holdings.js';
import { cause, validated } from './fields.js';

const QUOTA = 'spec.resourceQuota';
const DEFAULT = 'spec.namespaceDefaultResourceQuota';

/**
 * What is wrong with the quota of a project: it and what namespaces get by default limit the same, no namespace gets by default more
 * than there is, and what was shared out already is not taken back by a smaller quota. Reference `rancher.md`, 5.10 and 5.11.
 */
export function quotaFaults(project: Project | undefined, old: Project | undefined): StatusCause[] {
  const { spec } = project ?? {};
  const before = old?.spec;
  // What was there before the rules does not stand in the way of other changes.
  if (said(spec) === said(before)) return [];
  const [limit, limitFaults] = read(`${QUOTA}.limit`, spec?.resourceQuota?.limit);
  const [defaults, defaultFaults] = read(`${DEFAULT}.limit`, spec?.namespaceDefaultResourceQuota?.limit);
  const containers = containerFaults(spec?.containerDefaultResourceLimit);
  const malformed = [...limitFaults, ...defaultFaults, ...containers];
  if (malformed.length > 0) return malformed;
  const shared = beyond(amountsOf(before?.resourceQuota?.usedLimit), limit);
  const tooMuch = beyond(defaults, limit);
  return [
    ...missing(`${DEFAULT}.limit`, limit, defaults, `${QUOTA}.limit limits`),
    ...missing(`${QUOTA}.limit`, defaults, limit, `${DEFAULT}.limit names`),
    ...(tooMuch.size === 0
      ? []
      : [cause(`${DEFAULT}.limit`, `is more than the whole project has: ${inWords(limitsOf(tooMuch, limit))}`)]),
    ...(shared.size === 0 || sameAmounts(limit, amountsOf(before?.resourceQuota?.limit))
      ? []
      : [
          cause(
            `${QUOTA}.limit`,
            `is less than the namespaces of the project have together: ${inWords(shared)}; lower their shares first`,
          ),
        ]),
  ];
}

const said = (spec: Project['spec']): string =>
  JSON.stringify([
    spec?.resourceQuota?.limit ?? {},
    spec?.namespaceDefaultResourceQuota?.limit ?? {},
    spec?.containerDefaultResourceLimit ?? {},
  ]);

/**
 * Refuses to give a project more, or to take its quota away, to who owns the project alone: a quota that those lift whom it holds is
 * none. Who owns the cluster may.
 *
 * @throws ApiError Forbidden.
 */
export async function admitMoreQuota(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  const { operation, identity, group, resource, namespace, name } = review;
  if (operation !== 'UPDATE' || isTrusted(identity)) return undefined;
  const limitOf = (project: Project | undefined): Amounts => amountsOf(project?.spec?.resourceQuota?.limit);
  const [before, after] = [limitOf(validated<Project>(review.old)), limitOf(validated<Project>(review.object))];
  const more = [...before].filter(([what, amount]) => (after.get(what) ?? amount + 1n) > amount);
  if (more.length === 0) return undefined;
  const owns = { verb: 'own', group: 'management.cattle.io', resource: 'clusters', name: namespace ?? '' };
  if (await isAllowed(local(), identity, { resourceAttributes: owns })) return undefined;
  const what = more.map(([each]) => each).join(', ');
  throw forbidden(
    { group, plural: resource },
    name,
    `only an owner of the cluster may give the project more, or lift its quota: ${what}`,
  );
}

/** The project with the note of what is shared out as the server left it; `undefined` when it is so already. */
export function withNotedUse(project: Project | undefined, old: Project | undefined): Project | undefined {
  if (project?.spec === undefined) return undefined;
  const { usedLimit, ...quota } = project.spec.resourceQuota ?? {};
  const rightful = old?.spec?.resourceQuota?.usedLimit;
  if (JSON.stringify(usedLimit) === JSON.stringify(rightful)) return undefined;
  const resourceQuota = rightful === undefined ? quota : { ...quota, usedLimit: rightful };
  return { ...project, spec: { ...project.spec, resourceQuota } };
}

function read(field: string, limit: Limit | undefined): readonly [Amounts, StatusCause[]] {
  const { amounts, faults } = readLimit(limit);
  return [amounts, faults.map((fault) => cause(`${field}.${fault.field}`, fault.message))];
}

/** What of `all` the limit at `field` does not name. */
function missing(field: string, all: Amounts, limit: Amounts, who: string): StatusCause[] {
  const names = [...all.keys()].filter((name) => !limit.has(name));
  return names.length === 0 ? [] : [cause(field, `must say how much: ${who} ${names.join(', ')}`)];
}

const limitsOf = (names: Amounts, limit: Amounts): Amounts =>
  new Map([...names.keys()].map((name) => [name, limit.get(name) ?? 0n]));

function containerFaults(defaults: ContainerDefaultResourceLimit = {}): StatusCause[] {
  const field = (name: string): string => `spec.containerDefaultResourceLimit.${name}`;
  const amounts = new Map<string, bigint>();
  const faults = (['requestsCpu', 'limitsCpu', 'requestsMemory', 'limitsMemory'] as const).flatMap((name) => {
    const text = defaults[name];
    if (text === undefined || text === '') return [];
    const amount = amountOf(text);
    if (amount === undefined || amount < 0n) {
      return [cause(field(name), `"${text}" is not a quantity such as 500m, 2 or 4Gi`)];
    }
    amounts.set(name, amount);
    return [];
  });
  const above = (['Cpu', 'Memory'] as const).flatMap((what) => {
    const [request, limit] = [amounts.get(`requests${what}`), amounts.get(`limits${what}`)];
    return request !== undefined && limit !== undefined && request > limit
      ? [cause(field(`requests${what}`), `must not be more than limits${what}`)]
      : [];
  });
  return [...faults, ...above];
}

function amountOf(text: string): bigint | undefined {
  try {
    return parseNanos(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
