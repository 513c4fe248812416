import { duplicate, invalidTyped, pathSegment, type StatusCause } from '@drover/api';
import type { MatchResources, NamedRuleWithOperations } from '@drover/api/types/admissionregistration-v1';
import { absent, type Fields, objectsIn } from './absent.js';
import { ruleCauses } from './admission-rules.js';
import { selectorCauses } from './label-selector.js';

/** Fills in what MatchResources leave out. */
export function fillMatchResources(resources: Fields | undefined): void {
  if (resources === undefined) return;
  absent(resources, 'matchPolicy', 'Equivalent');
  absent(resources, 'namespaceSelector', {});
  absent(resources, 'objectSelector', {});
  for (const list of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of objectsIn(resources[list])) absent(rule, 'scope', '*');
  }
}

/** What is wrong with which requests a policy or binding is about. */
export function matchResourceCauses(resources: MatchResources, at: string): StatusCause[] {
  const { resourceRules = [], excludeResourceRules = [], namespaceSelector, objectSelector } = resources;
  return [
    ...selectorCauses(namespaceSelector, `${at}.namespaceSelector`),
    ...selectorCauses(objectSelector, `${at}.objectSelector`),
    ...resourceRules.flatMap((rule, index) => namedRuleCauses(rule, `${at}.resourceRules[${index}]`)),
    ...excludeResourceRules.flatMap((rule, index) => namedRuleCauses(rule, `${at}.excludeResourceRules[${index}]`)),
  ];
}

function namedRuleCauses(rule: NamedRuleWithOperations, at: string): StatusCause[] {
  const { resourceNames = [] } = rule;
  const names = resourceNames.flatMap((name, index) => {
    const here = `${at}.resourceNames[${index}]`;
    const why = pathSegment(name);
    return [
      ...(why === undefined ? [] : [invalidTyped(here, name, why)]),
      ...(resourceNames.indexOf(name) < index ? [duplicate(here, name)] : []),
    ];
  });
  return [...names, ...ruleCauses(rule, at)];
}
