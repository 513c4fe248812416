import type { Stage } from './event.js';
import { AuditPolicy, type GroupResources, type PolicyRule } from './policy.js';
import { PolicyReader } from './policy-reader.js';

export type { AuditPolicy };

/** Thrown for a document that is no policy: one sentence for each mistake, each naming its field. */
export class AuditPolicyError extends Error {
  override readonly name = 'AuditPolicyError';
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('; '));
  }
}

/** Reads a policy document. @throws AuditPolicyError. */
export function parseAuditPolicy(document: unknown): AuditPolicy {
  const reader = new PolicyReader();
  const policy = reader.fields(document, '', POLICY_FIELDS);
  if (policy['apiVersion'] !== 'audit.k8s.io/v1') reader.wrong('apiVersion', 'must be audit.k8s.io/v1');
  if (policy['kind'] !== 'Policy') reader.wrong('kind', 'must be Policy');
  const omitStages = reader.stages(policy['omitStages'], 'omitStages');
  const omitManagedFields = reader.flag(policy['omitManagedFields'], 'omitManagedFields') ?? false;
  const list = reader.list(policy['rules'], 'rules');
  if (policy['rules'] === undefined) reader.wrong('rules', 'is required');
  const rules = list.map((rule, index) =>
    parseRule(reader, rule, `rules[${index}]`, { omitStages, omitManagedFields }),
  );
  if (reader.mistakes.length > 0) throw new AuditPolicyError(reader.mistakes);
  return new AuditPolicy(rules, { level: 'None', omitStages, omitManagedFields });
}

const POLICY_FIELDS = ['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields'];
const RULE_FIELDS = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
];

function parseRule(
  reader: PolicyReader,
  document: unknown,
  path: string,
  policy: { readonly omitStages: readonly Stage[]; readonly omitManagedFields: boolean },
): PolicyRule {
  const rule = reader.fields(document, path, RULE_FIELDS);
  const at = (field: string): string => `${path}.${field}`;
  const texts = (field: string): readonly string[] => reader.texts(rule[field], at(field));
  const resources = reader.list(rule['resources'], at('resources')).map((entry, index) => {
    return parseResources(reader, entry, `${at('resources')}[${index}]`);
  });
  const nonResourceURLs = texts('nonResourceURLs');
  for (const [index, url] of nonResourceURLs.entries()) checkUrl(reader, url, `${at('nonResourceURLs')}[${index}]`);
  const namespaces = texts('namespaces');
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    reader.wrong(at('nonResourceURLs'), 'rules cannot apply to both regular resources and non-resource URLs');
  }
  return {
    level: reader.level(rule['level'], at('level')),
    users: texts('users'),
    userGroups: texts('userGroups'),
    verbs: texts('verbs'),
    resources,
    namespaces,
    nonResourceURLs,
    omitStages: [...policy.omitStages, ...reader.stages(rule['omitStages'], at('omitStages'))],
    omitManagedFields: reader.flag(rule['omitManagedFields'], at('omitManagedFields')) ?? policy.omitManagedFields,
  };
}

function parseResources(reader: PolicyReader, document: unknown, path: string): GroupResources {
  const entry = reader.fields(document, path, ['group', 'resources', 'resourceNames']);
  const group = entry['group'] ?? '';
  if (typeof group !== 'string' || !/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/.test(group)) {
    reader.wrong(`${path}.group`, `${JSON.stringify(group)} is not the name of a group, without a version`);
  }
  const resources = reader.texts(entry['resources'], `${path}.resources`);
  const resourceNames = reader.texts(entry['resourceNames'], `${path}.resourceNames`);
  if (resourceNames.length > 0 && resources.length === 0) {
    reader.wrong(`${path}.resourceNames`, 'using resourceNames requires at least one resource');
  }
  return { group: String(group), resources, resourceNames };
}

function checkUrl(reader: PolicyReader, url: string, path: string): void {
  if (url === '*') return;
  if (!url.startsWith('/')) reader.wrong(path, `"${url}" must begin with "/"`);
  if (url.slice(0, -1).includes('*')) reader.wrong(path, `the wildcard of "${url}" must be its last character`);
}
