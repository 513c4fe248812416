import type { PolicyRule } from '@drover/api';
import type { ServedKind } from '../clusters/served-kinds.js';
import type { HeldRules } from './cluster-rbac.js';

/** Where a right holds: in a namespace, for an object; `*` stands for all. */
export interface Grant {
  readonly namespace: string;
  readonly resourceName: string;
}

/** The rights on one kind, by verb. */
export type Access = ReadonlyMap<string, readonly Grant[]>;

const ALL = '*';
const EVERYWHERE: Grant = { namespace: ALL, resourceName: ALL };

/**
 * What somebody may do with each kind; a kind that they may do nothing with is left out. Whoever may get an object by name sees it
 * in lists, as in Steve: so it counts for `list` and `watch` as well. Of many kinds in thousands of namespaces there
 * is time to tell one place for each rule.
 */
export function accessTo(
  kinds: readonly ServedKind[],
  held: HeldRules,
  told: 'every place' | 'one place' = 'every place',
): ReadonlyMap<ServedKind, Access> {
  const all = new Map<ServedKind, Map<string, Map<string, Grant>>>();
  const note = (kind: ServedKind, verb: string, grant: Grant): void => {
    if (!kind.verbs.includes(verb)) return;
    const verbs = all.get(kind) ?? new Map<string, Map<string, Grant>>();
    const grants = verbs.get(verb) ?? new Map<string, Grant>();
    grants.set(`${grant.namespace}/${grant.resourceName}`, grant);
    all.set(kind, verbs.set(verb, grants));
  };
  for (const [rule, places] of placesOf(held)) {
    const names = (rule.resourceNames ?? []).length === 0 ? [ALL] : (rule.resourceNames ?? []);
    for (const served of kinds) {
      if (!covers(rule, served)) continue;
      const { namespaced, group, plural } = served.kind;
      const isNamespace = group === '' && plural === 'namespaces';
      for (const verb of verbsOf(rule, served))
        for (const place of told === 'every place' ? places : places.slice(0, 1)) {
          if (namespaced || place === ALL)
            for (const resourceName of names) note(served, verb, { namespace: place, resourceName });
          // To Kubernetes a namespace is in itself.
          else if (isNamespace) note(served, verb, { namespace: ALL, resourceName: place });
        }
    }
  }
  return new Map([...all].map(([kind, verbs]) => [kind, seenAsListed(kind, verbs)]));
}

/** Each rule once, with the namespaces in which it holds: members of many namespaces have the same few rules in each. */
function placesOf({ everywhere, inNamespace }: HeldRules): ReadonlyMap<PolicyRule, readonly string[]> {
  const places = new Map<PolicyRule, string[]>(everywhere.map((rule) => [rule, [ALL]]));
  for (const [namespace, rules] of inNamespace)
    for (const rule of rules) {
      const known = places.get(rule);
      if (known === undefined) places.set(rule, [namespace]);
      else if (known.at(-1) !== namespace) known.push(namespace);
    }
  return places;
}

const includes = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes(ALL) || values.includes(value));

const covers = ({ apiGroups, resources }: PolicyRule, { kind }: ServedKind): boolean =>
  includes(apiGroups, kind.group) && includes(resources, kind.plural);

const verbsOf = (rule: PolicyRule, { verbs }: ServedKind): readonly string[] =>
  rule.verbs.includes(ALL) ? verbs : rule.verbs;

function seenAsListed({ verbs: served }: ServedKind, verbs: Map<string, Map<string, Grant>>): Access {
  const named = [...(verbs.get('get')?.values() ?? [])].filter(({ resourceName }) => resourceName !== ALL);
  const access = new Map<string, readonly Grant[]>();
  for (const verb of served) {
    const grants = new Map(verbs.get(verb));
    if (verb === 'list' || verb === 'watch')
      for (const grant of named) grants.set(`${grant.namespace}/${grant.resourceName}`, grant);
    if (grants.has(`${ALL}/${ALL}`)) access.set(verb, [EVERYWHERE]);
    else if (grants.size > 0) access.set(verb, [...grants.values()]);
  }
  return access;
}
