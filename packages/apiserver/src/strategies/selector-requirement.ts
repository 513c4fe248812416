import {
  forbiddenField,
  invalidTyped,
  isJsonObject,
  type JsonObject,
  labelValue,
  qualifiedName,
  required,
  type StatusCause,
} from '@drover/api';

/** One requirement of a selector, of labels or of fields. */
interface Requirement {
  readonly key?: unknown;
  readonly operator?: unknown;
  readonly values?: unknown;
}

/** What is wrong with how a requirement's operator and values go together. */
export function valuesCauses(at: string, { operator, values }: Requirement, newerOperators: boolean): StatusCause[] {
  const count = Array.isArray(values) ? values.length : 0;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0 ? [] : [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return count === 0
        ? []
        : [forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return newerOperators ? [] : [invalidTyped(`${at}.operator`, operator, 'not a valid selector operator')];
  }
}

/** What is wrong with a label selector (apimachinery ValidateLabelSelector). */
export function labelSelectorCauses(at: string, { matchLabels, matchExpressions }: JsonObject): StatusCause[] {
  const labels = isJsonObject(matchLabels) ? Object.entries(matchLabels) : [];
  const expressions = Array.isArray(matchExpressions) ? matchExpressions : [];
  return [
    ...labels.flatMap(([key, value]) => [
      ...keyCauses(`${at}.matchLabels`, key),
      ...valueCauses(`${at}.matchLabels`, String(value)),
    ]),
    ...expressions.flatMap((expression, index) => {
      const field = `${at}.matchExpressions[${index}]`;
      const requirement: Requirement = isJsonObject(expression) ? expression : {};
      const values = Array.isArray(requirement.values) ? requirement.values : [];
      return [
        ...valuesCauses(field, requirement, false),
        ...keyCauses(`${field}.key`, String(requirement.key ?? '')),
        ...values.flatMap((value, place) => valueCauses(`${field}.values[${place}]`, String(value))),
      ];
    }),
  ];
}

/** What is wrong with a label's key. */
export function keyCauses(field: string, key: string): StatusCause[] {
  const wrong = qualifiedName(key);
  return wrong === undefined ? [] : [invalidTyped(field, key, wrong)];
}

function valueCauses(field: string, value: string): StatusCause[] {
  const wrong = labelValue(value);
  return wrong === undefined ? [] : [invalidTyped(field, value, wrong)];
}
