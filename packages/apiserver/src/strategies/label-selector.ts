import { forbiddenField, invalidTyped, labelValue, qualifiedName, required, type StatusCause } from '@drover/api';
import type { LabelSelector } from '@drover/api/types/meta-v1';

/** What is wrong with a label selector in a field. */
export function selectorCauses(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector = {},
  at: string,
): StatusCause[] {
  const labels = Object.entries(matchLabels).flatMap(([key, value]) => [
    ...keyCauses(key, `${at}.matchLabels`),
    ...valueCauses(value, `${at}.matchLabels`),
  ]);
  return [
    ...labels,
    ...matchExpressions.flatMap((expression, index) =>
      expressionCauses(expression, `${at}.matchExpressions[${index}]`),
    ),
  ];
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function expressionCauses({ key, operator, values = [] }: Expression, at: string): StatusCause[] {
  const causes: StatusCause[] = [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        causes.push(
          forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
      break;
    default:
      causes.push(invalidTyped(`${at}.operator`, operator, 'not a valid selector operator'));
  }
  return [
    ...causes,
    ...keyCauses(key, `${at}.key`),
    ...values.flatMap((value, index) => valueCauses(value, `${at}.values[${index}]`)),
  ];
}

function keyCauses(key: string, at: string): StatusCause[] {
  const why = qualifiedName(key);
  return why === undefined ? [] : [invalidTyped(at, key, why)];
}

function valueCauses(value: string, at: string): StatusCause[] {
  const why = labelValue(value);
  return why === undefined ? [] : [invalidTyped(at, value, why)];
}
