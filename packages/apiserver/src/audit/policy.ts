import type { Attributes, Identity } from '@drover/api';
import type { Level, Stage } from './event.js';

/** What one request's events are to tell, and which of them. */
export interface AuditRule {
  readonly level: Level;
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

/** Kinds of one group, and names of their objects. */
export interface GroupResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/** Which requests a rule is about: an empty list stands for all. */
export interface PolicyRule extends AuditRule {
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
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
