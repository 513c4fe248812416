import type { RuleWithOperations } from '@drover/api/types/admissionregistration-v1';
import type { AdmissionRequest } from '../registry/admission.js';

/** What of a request the rules of a configuration are held against: the kind as requested, or an equivalent of it. */
export interface MatchedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

const ANY = '*';

/** Whether one of the rules is about a request for `target` (admissionregistration/v1 RuleWithOperations). */
export function rulesMatch(
  rules: readonly RuleWithOperations[],
  target: MatchedResource,
  request: AdmissionRequest,
): boolean {
  return rules.some((rule) => ruleMatches(rule, target, request));
}

/** Whether a rule is about a request for `target`. */
export function ruleMatches(
  { scope, operations = [], apiGroups = [], apiVersions = [], resources = [] }: RuleWithOperations,
  target: MatchedResource,
  request: AdmissionRequest,
): boolean {
  const { operation, subresource = '' } = request;
  return (
    inScope(scope, request.namespace) &&
    (operations.includes(operation) || operations.includes(ANY)) &&
    (apiGroups.includes(target.group) || apiGroups.includes(ANY)) &&
    (apiVersions.includes(target.version) || apiVersions.includes(ANY)) &&
    resources.some((resource) => coversResource(resource, target.resource, subresource))
  );
}

/** `*` is every resource without its subresources, `pods/*` every subresource of pods, `*\/*` all. */
function coversResource(pattern: string, resource: string, subresource: string): boolean {
  const slash = pattern.indexOf('/');
  const main = slash < 0 ? pattern : pattern.slice(0, slash);
  const sub = slash < 0 ? '' : pattern.slice(slash + 1);
  return (main === ANY || main === resource) && (sub === ANY || sub === subresource);
}

function inScope(scope: string | undefined, namespace: string | undefined): boolean {
  if (scope === undefined || scope === ANY) return true;
  return (scope === 'Cluster') === (namespace === undefined);
}

/** The namespace a request counts to: that of its object, and for a Namespace its own name. */
export function namespaceOf({ group, resource, namespace, name }: AdmissionRequest): string | undefined {
  return group === '' && resource === 'namespaces' ? name : namespace;
}
