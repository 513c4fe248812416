import type { PolicyRule } from '../generated/types/rbac-v1.js';

/**
 * What of `wanted` is not granted by `held`, one rule for each missing verb, resource and name: empty when whoever holds
 * `held` may give `wanted` to others. A wildcard is covered only by a wildcard.
 */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(atoms).filter((atom) => !held.some((rule) => covers(rule, atom)));
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
  return (
    every(held.apiGroups, atom.apiGroups) &&
    (held.resources ?? []).some((pattern) => resourceCovers(pattern, resource)) &&
    (names.length === 0 || (atom.resourceNames?.every((name) => names.includes(name)) ?? false))
  );
}

function resourceCovers(held: string, wanted: string): boolean {
  if (held === '*' || held === wanted) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && held === `*${wanted.slice(slash)}`;
}

const urlCovers = (held: string, wanted: string): boolean =>
  held === '*' || held === wanted || (held.endsWith('*') && wanted.startsWith(held.slice(0, -1)));
