import {
  type Attributes,
  hasReason,
  invalidTyped,
  isJsonObject,
  type JsonObject,
  parseFieldSelector,
  parseLabelSelector,
  required,
  type StatusCause,
} from '@drover/api';
import { keyCauses, valuesCauses } from '../strategies/selector-requirement.js';

const OPERATORS: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** What an access review asks about. @throws never for a spec without causes of `attributeCauses`. */
export function attributesOf({ resourceAttributes, nonResourceAttributes }: JsonObject): Attributes {
  if (resourceAttributes === undefined || resourceAttributes === null) {
    const fields = objectOf(nonResourceAttributes);
    return { verb: text(fields, 'verb'), path: text(fields, 'path') };
  }
  const fields = objectOf(resourceAttributes);
  const optional = (['subresource', 'namespace', 'name'] as const).flatMap((field) => {
    const value = text(fields, field);
    return value === '' ? [] : [[field, value]];
  });
  const [verb, group, resource] = [text(fields, 'verb'), text(fields, 'group'), text(fields, 'resource')];
  return { verb, group, resource, ...Object.fromEntries(optional) };
}

/** What is wrong with what an access review asks about. Selectors are checked, and change nothing: RBAC knows none. */
export function attributeCauses(spec: JsonObject): StatusCause[] {
  const { resourceAttributes = null, nonResourceAttributes = null } = spec;
  const causes: StatusCause[] = [];
  if (resourceAttributes !== null && nonResourceAttributes !== null) {
    causes.push(pathCause(nonResourceAttributes, 'cannot be specified in combination with resourceAttributes'));
  }
  if (resourceAttributes === null && nonResourceAttributes === null) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    causes.push(invalidTyped('spec.resourceAttributes', undefined, why));
  }
  const fields = objectOf(resourceAttributes);
  return [
    ...causes,
    ...selectorCauses('spec.resourceAttributes.fieldSelector', fields['fieldSelector'], presentKey),
    ...selectorCauses('spec.resourceAttributes.labelSelector', fields['labelSelector'], keyCauses),
  ];
}

/** What is to be told of selectors that cannot be read, and so play no part; empty when there are none. */
export function selectorFaults({ resourceAttributes }: JsonObject): string {
  const fields = objectOf(resourceAttributes);
  const faults = [
    ...(isRead(fields['fieldSelector'], parseFieldSelector) ? [] : ['fieldSelector']),
    ...(isRead(fields['labelSelector'], parseLabelSelector) ? [] : ['labelSelector']),
  ].map((name) => `spec.resourceAttributes.${name} ignored due to parse error`);
  return faults.length > 1 ? `[${faults.join(', ')}]` : faults.join('');
}

/** A newer sender may know operators that this server does not. */
function isRead(selector: unknown, parse: (text: string) => unknown): boolean {
  const { requirements, rawSelector } = objectOf(selector);
  if (Array.isArray(requirements) && requirements.length > 0) {
    return requirements.every((one) => OPERATORS.includes(String(objectOf(one)['operator'])));
  }
  try {
    parse(typeof rawSelector === 'string' ? rawSelector : '');
    return true;
  } catch (error) {
    if (!hasReason(error, 'BadRequest')) throw error;
    return false;
  }
}

function presentKey(field: string, key: string): StatusCause[] {
  return key === '' ? [required(field, 'must be specified')] : [];
}

/** What is wrong with attributes of a path, in kube-apiserver's words. */
export function pathCause(nonResourceAttributes: unknown, why: string): StatusCause {
  const fields = objectOf(nonResourceAttributes);
  const [path, verb] = [text(fields, 'path'), text(fields, 'verb')].map((value) => JSON.stringify(value));
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: authorization.NonResourceAttributes{Path:${path}, Verb:${verb}}: ${why}`,
    field: 'spec.nonResourceAttributes',
  };
}

function selectorCauses(
  field: string,
  selector: unknown,
  keyCausesOf: (field: string, key: string) => StatusCause[],
): StatusCause[] {
  if (selector === undefined || selector === null) return [];
  const fields = objectOf(selector);
  const raw = text(fields, 'rawSelector');
  const requirements = Array.isArray(fields['requirements']) ? fields['requirements'] : [];
  const causes: StatusCause[] = [];
  if (raw !== '' && requirements.length > 0) {
    causes.push(invalidTyped(`${field}.rawSelector`, raw, 'may not specified at the same time as requirements'));
  }
  if (raw === '' && requirements.length === 0) {
    causes.push(
      required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`),
    );
  }
  return [
    ...causes,
    ...requirements.flatMap((one, index) => {
      const at = `${field}.requirements[${index}]`;
      const requirement = objectOf(one);
      return [...valuesCauses(at, requirement, true), ...keyCausesOf(`${at}.key`, text(requirement, 'key'))];
    }),
  ];
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function text(fields: JsonObject, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}
