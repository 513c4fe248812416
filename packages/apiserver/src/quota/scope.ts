import type { KubeObject, Pod, ResourceQuota } from '@drover/api';
import type { ScopedResourceSelectorRequirement } from '@drover/api/types/core-v1';
import type { QuotaResource } from './usage.js';

/** Whether a quota counts this object: quotas with scopes count only pods, those that are in all of them. */
export function inScope({ spec }: ResourceQuota, { group, plural }: QuotaResource, object: KubeObject): boolean {
  const named = (spec?.scopes ?? []).map(
    (scopeName): ScopedResourceSelectorRequirement => ({ scopeName, operator: 'Exists' }),
  );
  const requirements = [...named, ...(spec?.scopeSelector?.matchExpressions ?? [])];
  if (requirements.length === 0) return true;
  if (group !== '' || plural !== 'pods') return false;
  return requirements.every((requirement) => podMatches(requirement, object as Pod));
}

function podMatches(
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
  { spec, status }: Pod,
): boolean {
  switch (scopeName) {
    case 'Terminating':
      return spec?.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec?.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return status?.qosClass === 'BestEffort';
    case 'NotBestEffort':
      return status?.qosClass !== 'BestEffort';
    case 'PriorityClass':
      return priorityMatches(operator, values, spec?.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(spec);
  }
}

function priorityMatches(
  operator: ScopedResourceSelectorRequirement['operator'],
  values: readonly string[],
  name = '',
): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
  }
}

/** Whether a pod's place depends on pods of other namespaces. */
function crossesNamespaces(spec: Pod['spec']): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm),
  ]);
  return terms.some((term) => (term?.namespaces ?? []).length > 0 || term?.namespaceSelector !== undefined);
}
