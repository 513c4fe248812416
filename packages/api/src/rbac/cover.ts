import type { PolicyRule } from '../generated/types/rbac-v1.js';

/** Combinations that one comparison takes apart. The largest role of Kubernetes has 1,500; a rule of 6 KB can have a million. */
const MAX_COMBINATIONS = 20_000;

/**
 * What of `wanted` is not granted by `held`, one rule for each missing verb, resource and name: empty when whoever holds
 * `held` may give `wanted` to others. A wildcard is covered only by a wildcard. Rules beyond 20,000 combinations are compared as
 * a whole, and returned so: one that only several rules cover together counts as missing then.
 */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  let left = MAX_COMBINATIONS;
  return wanted.flatMap((rule) => {
    const count = combinations(rule);
    if (count === 0 || held.some((each) => coversAll(each, rule))) return [];
    left -= count;
    if (left < 0) return [rule];
    return atoms(rule).filter((atom) => !held.some((each) => covers(each, atom)));
  });
}

/** How many single rules, of one verb and one resource (and name) or path, a rule amounts to. */
export function combinations({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): number {
  const onResources = apiGroups.length * resources.length * Math.max(1, resourceNames.length);
  return verbs.length * (onResources + nonResourceURLs.length);
}

/** Whether one rule grants all of another. */
function coversAll(
  held: PolicyRule,
  { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs = [] }: PolicyRule,
): boolean {
  const paths = nonResourceURLs.map((url): PolicyRule => ({ verbs, nonResourceURLs: [url] }));
  const objects = resources.map(
    (resource): PolicyRule => ({ verbs, apiGroups, resources: [resource], ...(resourceNames && { resourceNames }) }),
  );
  return [...paths, ...(apiGroups.length > 0 ? objects : [])].every((part) => covers(held, part));
}

/** A rule's combinations, each with one verb and one resource (and name) or one path. */
function atoms(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names: (readonly string[])[] = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  const onResources = verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map(
          (name): PolicyRule => ({
            verbs: [verb],
            apiGroups: [group],
            resources: [resource],
            ...(name.length > 0 ? { resourceNames: [...name] } : {}),
          }),
        ),
      ),
    ),
  );
  const onPaths = verbs.flatMap((verb) =>
    nonResourceURLs.map((url): PolicyRule => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  return [...onResources, ...onPaths];
}

function covers(held: PolicyRule, atom: PolicyRule): boolean {
  const every = (all: readonly string[] = [], some: readonly string[] = []): boolean =>
    all.includes('*') || some.every((item) => all.includes(item));
  if (!every(held.verbs, atom.verbs)) return false;
  const [url] = atom.nonResourceURLs ?? [];
  if (url !== undefined) return (held.nonResourceURLs ?? []).some((pattern) => urlCovers(pattern, url));
  const [resource = ''] = atom.resources ?? [];
  const names = held.resourceNames ?? [];
  const wantedNames = atom.resourceNames ?? [];
  return (
    every(held.apiGroups, atom.apiGroups) &&
    (held.resources ?? []).some((pattern) => resourceCovers(pattern, resource)) &&
    (names.length === 0 || (wantedNames.length > 0 && wantedNames.every((name) => names.includes(name))))
  );
}

function resourceCovers(held: string, wanted: string): boolean {
  if (held === '*' || held === wanted) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && held === `*${wanted.slice(slash)}`;
}

const urlCovers = (held: string, wanted: string): boolean =>
  held === '*' || held === wanted || (held.endsWith('*') && wanted.startsWith(held.slice(0, -1)));
