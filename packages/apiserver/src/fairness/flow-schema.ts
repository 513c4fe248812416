import type { Attributes, Identity } from '@drover/api';
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '@drover/api/types/flowcontrol-v1';
import { serviceAccountUser } from '../auth/identity.js';

/** Where a FlowSchema that says nothing stands among the others. */
export const DEFAULT_PRECEDENCE = 1000;

/** Whether a FlowSchema is about a request: one of its rules names its subject and what it asks for. */
export function matchesSchema({ spec }: FlowSchema, attributes: Attributes, identity: Identity): boolean {
  return (spec?.rules ?? []).some((rule) => matchesRule(rule, attributes, identity));
}

function matchesRule(rule: PolicyRulesWithSubjects, attributes: Attributes, identity: Identity): boolean {
  if (!rule.subjects.some((subject) => matchesSubject(subject, identity))) return false;
  return 'path' in attributes
    ? (rule.nonResourceRules ?? []).some((paths) => matchesPath(paths, attributes))
    : (rule.resourceRules ?? []).some((resources) => matchesResource(resources, attributes));
}

function matchesSubject({ kind, user, group, serviceAccount }: Subject, { name, groups }: Identity): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === name);
    case 'Group':
      return group !== undefined && (group.name === '*' || groups.includes(group.name));
    case 'ServiceAccount':
      if (serviceAccount === undefined) return false;
      if (serviceAccount.name === '*') return name.startsWith(serviceAccountUser(serviceAccount.namespace, ''));
      return name === serviceAccountUser(serviceAccount.namespace, serviceAccount.name);
    default:
      return false;
  }
}

function matchesResource(
  { verbs, apiGroups, resources, namespaces = [], clusterScope = false }: ResourcePolicyRule,
  { verb, group, resource, subresource, namespace }: Extract<Attributes, { resource: string }>,
): boolean {
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  if (!names(verbs, verb) || !names(resources, whole) || !names(apiGroups, group)) return false;
  return namespace === undefined ? clusterScope : names(namespaces, namespace);
}

function matchesPath(
  { verbs, nonResourceURLs }: NonResourcePolicyRule,
  { verb, path }: Extract<Attributes, { path: string }>,
): boolean {
  if (!names(verbs, verb)) return false;
  return nonResourceURLs.some((url) => {
    if (url === '*' || url === path) return true;
    const prefix = url.replace(/\*$/, '');
    return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  });
}

/** Whether a list names a value; a lone `*` names all. */
const names = (list: readonly string[], value: string): boolean =>
  (list.length === 1 && list[0] === '*') || list.includes(value);
