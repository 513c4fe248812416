import { createHash } from 'node:crypto';
import { type Attributes, type Kind, type PolicyRule, ruleAllows, rulesAllow } from '@drover/api';
import type { HeldRules } from './cluster-rbac.js';

/** What of a kind somebody may see: a whole namespace, one object of it, or one object that has no namespace. */
export type Part = { readonly namespace: string; readonly name?: string } | { readonly name: string };

/** Everything of one kind that somebody may see who may not see all of it. */
export class Sight {
  readonly parts: readonly Part[];
  /** The same for two sights of the same parts: whoever has seen one of them has nothing to gain or lose by the other. */
  readonly scope: string;
  readonly #byKey: ReadonlyMap<string, Part>;

  constructor(parts: readonly Part[]) {
    const byKey = new Map(parts.map((part) => [keyOf(part), part]));
    // Of a namespace that is seen as a whole nothing is looked at by itself.
    for (const [key, part] of byKey)
      if ('namespace' in part && part.name !== undefined && byKey.has(keyOf({ namespace: part.namespace })))
        byKey.delete(key);
    this.#byKey = byKey;
    const keys = [...byKey.keys()].sort();
    this.parts = keys.flatMap((key) => byKey.get(key) ?? []);
    this.scope = createHash('sha256').update(keys.join('\n')).digest('base64url').slice(0, 16);
  }

  /** The part by which an object is seen. */
  partOf({ namespace, name }: { readonly namespace?: string | undefined; readonly name: string }): Part | undefined {
    if (namespace === undefined) return this.#byKey.get(keyOf({ name }));
    return this.#byKey.get(keyOf({ namespace })) ?? this.#byKey.get(keyOf({ namespace, name }));
  }

  has(part: Part): boolean {
    return this.#byKey.has(keyOf(part));
  }

  /** What of it is in `namespace`, or is called `name`. */
  within({ namespace, name }: { readonly namespace?: string | undefined; readonly name?: string | undefined }): Sight {
    const inNamespace = this.parts.filter(
      (part) => namespace === undefined || ('namespace' in part && part.namespace === namespace),
    );
    if (name === undefined) return new Sight(inNamespace);
    return new Sight(
      inNamespace.flatMap((part) => {
        if (part.name === undefined) return [{ ...part, name }];
        return part.name === name ? [part] : [];
      }),
    );
  }
}

const keyOf = (part: Part): string => `${'namespace' in part ? part.namespace : ''}/${part.name ?? ''}`;

/**
 * What of `kind` some rules let somebody see: the namespaces in which they let list and watch it, and the objects that they let
 * get by name. Objects that only rules about all namespaces name cannot be found so, and are left out.
 */
export function sightOf({ everywhere, inNamespace }: HeldRules, kind: Kind): Sight {
  const { group, plural: resource } = kind;
  const parts: Part[] = [];
  if (!kind.namespaced) {
    for (const name of namedBy(everywhere, kind)) parts.push({ name });
    if (group === '' && resource === 'namespaces')
      // To Kubernetes a namespace is in itself.
      for (const [namespace, rules] of inNamespace)
        if (rulesAllow(rules, { verb: 'get', group, resource, name: namespace })) parts.push({ name: namespace });
    return new Sight(parts);
  }
  const lists = READS.map((verb) => allowing({ verb, group, resource }));
  const missing = lists.filter((allows) => !everywhere.some(allows));
  for (const [namespace, rules] of inNamespace) {
    if (missing.every((allows) => rules.some(allows))) parts.push({ namespace });
    else for (const name of namedBy(rules, kind)) parts.push({ namespace, name });
  }
  return new Sight(parts);
}

/** What it takes to see a namespace as a whole. */
const READS = ['list', 'watch'];

/** Whether a rule allows something, worked out once for each rule: members of many namespaces have the same few in each. */
function allowing(attributes: Attributes): (rule: PolicyRule) => boolean {
  const known = new Map<PolicyRule, boolean>();
  return (rule) => {
    const before = known.get(rule);
    if (before !== undefined) return before;
    const allowed = ruleAllows(rule, attributes);
    known.set(rule, allowed);
    return allowed;
  };
}

/** The names of objects that some rules let somebody get, one by one. */
function namedBy(rules: readonly PolicyRule[], { group, plural: resource }: Kind): ReadonlySet<string> {
  const names = new Set<string>();
  for (const rule of rules) {
    for (const name of rule.resourceNames ?? [])
      if (rulesAllow([rule], { verb: 'get', group, resource, name })) names.add(name);
  }
  return names;
}
