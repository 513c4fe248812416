import { type PolicyRule, type RoleTemplate, ruleInWords, uncovered } from '@drover/api';
import { EVERYTHING } from '../roles/rule.js';
import { closureOf, type FindTemplate, ownRules } from './role-rules.js';

/** What somebody is given, or has, by role templates. */
export interface Holdings {
  readonly rules: readonly PolicyRule[];
  /** Templates whose rules nobody here knows for certain: roles that each cluster has itself, and names that are of no template. */
  readonly unknown: ReadonlySet<string>;
}

/** Kubernetes puts each of these together so that it contains the next. */
const LADDER = ['cluster-admin', 'admin', 'edit'];

/** What whoever is bound to one of `templates` is given: for a template that stands for a role of the cluster, nobody knows. */
export function givenBy(templates: Iterable<string>, find: FindTemplate): Holdings {
  const rules: PolicyRule[] = [];
  const unknown = new Set<string>();
  for (const [name, template] of closures(templates, find)) {
    if (template === undefined || template.external === true) unknown.add(name);
    else rules.push(...ownRules(template));
  }
  return { rules, unknown };
}

/** What whoever is bound to `templates` has at least: of a role of the cluster, the rules that the template says it has. */
export function heldBy(templates: Iterable<string>, find: FindTemplate): Holdings {
  const rules: PolicyRule[] = [];
  const unknown = new Set<string>();
  for (const [name, template] of closures(templates, find)) {
    if (template === undefined) continue;
    if (template.external === true) {
      unknown.add(name);
      rules.push(...(template.externalRules ?? []));
    } else rules.push(...ownRules(template));
  }
  return { rules, unknown };
}

/** What somebody has who has both. */
export const together = (one: Holdings, other: Holdings): Holdings => ({
  rules: [...one.rules, ...other.rules],
  unknown: new Set([...one.unknown, ...other.unknown]),
});

/** What `given` has that `held` does not, in words; `undefined` when nobody would gain anything by it. */
export function excess(given: Holdings, held: Holdings): string | undefined {
  if (uncovered(held.rules, EVERYTHING).length === 0) return undefined;
  for (const name of given.unknown) {
    const rung = LADDER.indexOf(name);
    const contained = rung >= 0 && LADDER.slice(0, rung).some((larger) => held.unknown.has(larger));
    if (!contained && !held.unknown.has(name)) return `the role "${name}" of the cluster itself`;
  }
  const [missing] = uncovered(held.rules, given.rules);
  return missing && ruleInWords(missing);
}

function closures(templates: Iterable<string>, find: FindTemplate): ReadonlyMap<string, RoleTemplate | undefined> {
  const all = new Map<string, RoleTemplate | undefined>();
  for (const name of templates) {
    all.set(name, find(name));
    for (const [each, template] of closureOf(name, find)) {
      all.set(each, template);
      for (const inherited of template.roleTemplateNames ?? [])
        if (!all.has(inherited)) all.set(inherited, find(inherited));
    }
  }
  return all;
}
