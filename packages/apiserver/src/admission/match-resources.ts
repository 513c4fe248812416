import type { MatchResources, NamedRuleWithOperations } from '@drover/api/types/admissionregistration-v1';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Served } from '../catalog/definition.js';
import type { ObjectReader } from '../catalog/strategy.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { equivalents, matchedResource } from './equivalents.js';
import { ruleMatches } from './rule.js';
import { type AdmissionSelectors, admissionSelectors, selects } from './selectors.js';

/** Which requests a policy, or one of its bindings, is about. */
export interface MatchedResources {
  readonly selectors: AdmissionSelectors;
  /** None means every resource. */
  readonly rules: readonly NamedRuleWithOperations[];
  readonly excluded: readonly NamedRuleWithOperations[];
  readonly equivalent: boolean;
}

/** What stored MatchResources say. */
export function matchedResources(given: MatchResources = {}): MatchedResources {
  return {
    selectors: admissionSelectors(given),
    rules: given.resourceRules ?? [],
    excluded: given.excludeResourceRules ?? [],
    equivalent: given.matchPolicy !== 'Exact',
  };
}

/**
 * The form of the request's kind that is matched, or `undefined` when the request is not.
 *
 * @throws ApiError NotFound when the request's namespace is not there.
 */
export function matchedForm(
  catalog: ResourceCatalog,
  objects: ObjectReader,
  { selectors, rules, excluded, equivalent }: MatchedResources,
  request: AdmissionRequest,
): Served | undefined {
  if (!selects(selectors, request, objects)) return undefined;
  const { served } = request;
  const find = (among: readonly NamedRuleWithOperations[]): Served | undefined => {
    const matches = (form: Served): boolean => among.some((rule) => namedRuleMatches(rule, form, request));
    if (matches(served)) return served;
    return equivalent && among.length > 0 ? equivalents(catalog, served).find(matches) : undefined;
  };
  if (find(excluded) !== undefined) return undefined;
  return rules.length === 0 ? served : find(rules);
}

function namedRuleMatches(rule: NamedRuleWithOperations, form: Served, request: AdmissionRequest): boolean {
  const { resourceNames = [] } = rule;
  return (
    ruleMatches(rule, matchedResource(form), request) &&
    (resourceNames.length === 0 || resourceNames.includes(request.name))
  );
}
