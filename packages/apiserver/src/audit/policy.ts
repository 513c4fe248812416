import type { Attributes, Identity } from '@drover/api';
import { LEVELS, type Level, STAGES, type Stage } from './event.js';

/** What one request's events are to tell, and which of them. */
export interface AuditRule {
  readonly level: Level;
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

interface PolicyRule extends AuditRule {
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Thrown for a document that is no policy: one sentence for each mistake, each naming its field. */
export class AuditPolicyError extends Error {
  override readonly name = 'AuditPolicyError';
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('; '));
  }
}

/** Which requests are audited, and how closely: the first rule that fits a request decides (audit.k8s.io/v1 Policy). */
export class AuditPolicy {
  constructor(
    readonly rules: readonly PolicyRule[],
    readonly otherwise: AuditRule,
  ) {}

  /** What is told of a request; `identity` is absent when nobody was recognized. A request without a rule is not told. */
  ruleFor(attributes: Attributes, identity: Identity | undefined): AuditRule {
    return this.rules.find((rule) => fits(rule, attributes, identity)) ?? this.otherwise;
  }
}

function fits(rule: PolicyRule, attributes: Attributes, identity: Identity | undefined): boolean {
  if (rule.users.length > 0 && !(identity && rule.users.includes(identity.name))) return false;
  if (rule.userGroups.length > 0 && !identity?.groups.some((group) => rule.userGroups.includes(group))) return false;
  if (rule.verbs.length > 0 && !rule.verbs.includes(attributes.verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) return fitsResource(rule, attributes);
  if (rule.nonResourceURLs.length === 0) return true;
  return 'path' in attributes && rule.nonResourceURLs.some((spec) => fitsPath(spec, attributes.path));
}

function fitsPath(spec: string, path: string): boolean {
  return spec === path || (spec.endsWith('*') && path.startsWith(spec.slice(0, -1)));
}

function fitsResource({ namespaces, resources }: PolicyRule, attributes: Attributes): boolean {
  if ('path' in attributes) return false;
  const { group, resource, subresource, namespace = '', name = '' } = attributes;
  // What is in no namespace is in the one without a name.
  if (namespaces.length > 0 && !namespaces.includes(namespace)) return false;
  if (resources.length === 0) return true;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return resources.some((entry) => {
    if (entry.group !== group) return false;
    if (entry.resources.length === 0) return true;
    if (entry.resourceNames.length > 0 && !entry.resourceNames.includes(name)) return false;
    return entry.resources.some(
      (text) =>
        text === '*' ||
        text === whole ||
        (subresource !== undefined && text === `*/${subresource}`) ||
        text === `${resource}/*`,
    );
  });
}

/** Reads a policy document. @throws AuditPolicyError. */
export function parseAuditPolicy(document: unknown): AuditPolicy {
  const reader = new Reader();
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
  reader: Reader,
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

function parseResources(reader: Reader, document: unknown, path: string): GroupResources {
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

function checkUrl(reader: Reader, url: string, path: string): void {
  if (url === '*') return;
  if (!url.startsWith('/')) reader.wrong(path, `"${url}" must begin with "/"`);
  if (url.slice(0, -1).includes('*')) reader.wrong(path, `the wildcard of "${url}" must be its last character`);
}

/** Reads fields and gathers what is wrong with them, so that a person sees all of it at once. */
class Reader {
  readonly mistakes: string[] = [];

  wrong(path: string, why: string): void {
    this.mistakes.push(`${path} ${why}`);
  }

  fields(value: unknown, path: string, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.wrong(path === '' ? 'the document' : path, 'must be an object');
      return {};
    }
    for (const field of Object.keys(value)) {
      if (!known.includes(field)) this.wrong(path === '' ? field : `${path}.${field}`, 'is not a field of a policy');
    }
    return value as Readonly<Record<string, unknown>>;
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.wrong(path, 'must be a list');
    return [];
  }

  texts(value: unknown, path: string): readonly string[] {
    return this.list(value, path).map((text, index) => {
      if (typeof text !== 'string') this.wrong(`${path}[${index}]`, 'must be text');
      return String(text);
    });
  }

  flag(value: unknown, path: string): boolean | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') this.wrong(path, 'must be true or false');
    return value === true;
  }

  level(value: unknown, path: string): Level {
    const level = LEVELS.find((name) => name === value);
    if (level === undefined) this.wrong(path, `must be one of ${LEVELS.join(', ')}`);
    return level ?? 'None';
  }

  stages(value: unknown, path: string): readonly Stage[] {
    return this.list(value, path).flatMap((text, index) => {
      const stage = STAGES.find((name) => name === text);
      if (stage === undefined) this.wrong(`${path}[${index}]`, `must be one of ${STAGES.join(', ')}`);
      return stage === undefined ? [] : [stage];
    });
  }
}
