import type { Attributes } from '../exchange.js';
import type { PolicyRule } from '../generated/types/rbac-v1.js';

/** Whether one RBAC rule grants what is asked. Nothing is granted by what the rule does not say. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!includes(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, attributes.path));
  const { group, resource, subresource = '', name = '' } = attributes;
  return (
    includes(rule.apiGroups ?? [], group) &&
    (rule.resources ?? []).some((wanted) => resourceMatches(wanted, resource, subresource)) &&
    nameMatches(rule.resourceNames ?? [], name)
  );
}

/** Whether any of the rules grants what is asked. */
export const rulesAllow = (rules: readonly PolicyRule[], attributes: Attributes): boolean =>
  rules.some((rule) => ruleAllows(rule, attributes));

const includes = (allowed: readonly string[], asked: string): boolean =>
  allowed.includes('*') || allowed.includes(asked);

/** A name, `*`, or a `*` before the slash for that subresource of any resource; a subresource is matched whole. */
function resourceMatches(wanted: string, resource: string, subresource: string): boolean {
  if (wanted === '*') return true;
  if (subresource === '') return wanted === resource;
  return wanted === `${resource}/${subresource}` || wanted === `*/${subresource}`;
}

const nameMatches = (names: readonly string[], name: string): boolean =>
  names.length === 0 || (name !== '' && names.includes(name));

/** A `*` at the end stands for any rest; elsewhere it is a character like others. */
function urlMatches(wanted: string, path: string): boolean {
  if (wanted === '*' || wanted === path) return true;
  return wanted.endsWith('*') && path.startsWith(wanted.slice(0, -1));
}
