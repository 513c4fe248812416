import type { OutsideBinding, PolicyRule, WhySubject } from '@drover/api';

/** A binding that somebody else made in a cluster, as a row. */
export interface BindingRow {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly who: string;
  readonly role: string;
  readonly gives: string;
  readonly binding: OutsideBinding;
}

/** The row of a binding; names and rules are the cluster's own words. */
export function bindingRow(binding: OutsideBinding): BindingRow {
  const { kind, namespace = '', name, role, subjects, subjectCount, rules, ruleCount } = binding;
  return {
    key: `${kind} ${namespace}/${name}`,
    namespace,
    name,
    who: summary(subjects.map(subjectName), subjectCount),
    role: role.name,
    gives: summary(rules.map(ruleSummary), ruleCount),
    binding,
  };
}

const SHOWN = 2;

/** The first of several, and how many more there are: `a, b +3`. */
function summary(words: readonly string[], count: number): string {
  const shown = words.slice(0, SHOWN).join(', ');
  return count > SHOWN ? `${shown} +${count - SHOWN}` : shown;
}

/** A subject as RBAC writes it; a service account with its namespace. */
export const subjectName = ({ namespace, name }: WhySubject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** `get, list: pods, services`. */
const ruleSummary = ({ verbs, resources = [], nonResourceURLs = [] }: PolicyRule): string =>
  `${verbs.join(', ')}: ${[...resources, ...nonResourceURLs].join(', ')}`;
