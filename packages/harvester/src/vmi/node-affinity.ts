import type { MatchExpression, VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';

/** Whether a host with these labels is one that a machine may be placed on: its node selector and its required node affinity. */
export function fits(
  { nodeSelector = {}, affinity }: Pick<VirtualMachineInstanceSpec, 'nodeSelector' | 'affinity'>,
  name: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (!Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)) return false;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    // A term that asks for nothing matches nothing (core/v1 NodeSelectorTerm).
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((expression) => matches(expression, labels[expression.key])) &&
      matchFields.every((field) => field.key === 'metadata.name' && matches(field, name))
    );
  });
}

function matches({ operator, values = [] }: MatchExpression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
