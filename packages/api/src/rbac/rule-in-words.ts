import type { PolicyRule } from '../generated/types/rbac-v1.js';

/** A rule as people say it: `delete pods`, `get secrets named "a"`. */
export function ruleInWords({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): string {
  if (nonResourceURLs.length > 0) return `${verbs.join(', ')} of the path ${nonResourceURLs.join(', ')}`;
  const group = apiGroups.filter((each) => each !== '').join(', ');
  const names = resourceNames.length === 0 ? '' : ` named "${resourceNames.join('", "')}"`;
  return `"${verbs.join(', ')}" on ${resources.join(', ')}${group === '' ? '' : `.${group}`}${names}`;
}
