import { type Attributes, isJsonObject, type JsonObject, qualifiedName, type StatusCause } from '@drover/api';
import { forbiddenField, invalidValue, required } from '../strategies/causes.js';

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
    const { path, verb } = {
      path: text(objectOf(nonResourceAttributes), 'path'),
      verb: text(objectOf(nonResourceAttributes), 'verb'),
    };
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: authorization.NonResourceAttributes{Path:${JSON.stringify(path)}, Verb:${JSON.stringify(verb)}}: cannot be specified in combination with resourceAttributes`,
      field: 'spec.nonResourceAttributes',
    });
  }
  if (resourceAttributes === null && nonResourceAttributes === null) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    causes.push(invalidValue('spec.resourceAttributes', undefined, why));
  }
  const fields = objectOf(resourceAttributes);
  return [
    ...causes,
    ...selectorCauses('spec.resourceAttributes.fieldSelector', fields['fieldSelector'], () => undefined),
    ...selectorCauses('spec.resourceAttributes.labelSelector', fields['labelSelector'], qualifiedName),
  ];
}

function selectorCauses(
  field: string,
  selector: unknown,
  wrongKey: (key: string) => string | undefined,
): StatusCause[] {
  if (selector === undefined || selector === null) return [];
  const fields = objectOf(selector);
  const raw = text(fields, 'rawSelector');
  const requirements = Array.isArray(fields['requirements']) ? fields['requirements'] : [];
  const causes: StatusCause[] = [];
  if (raw !== '' && requirements.length > 0) {
    causes.push(invalidValue(`${field}.rawSelector`, raw, 'may not specified at the same time as requirements'));
  }
  if (raw === '' && requirements.length === 0) {
    causes.push(
      required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`),
    );
  }
  return [
    ...causes,
    ...requirements.flatMap((requirement, index) =>
      requirementCauses(`${field}.requirements[${index}]`, objectOf(requirement), wrongKey),
    ),
  ];
}

/** An operator that is not known is taken: clients may be newer than the server. */
function requirementCauses(
  field: string,
  requirement: JsonObject,
  wrongKey: (key: string) => string | undefined,
): StatusCause[] {
  const key = text(requirement, 'key');
  const values = Array.isArray(requirement['values']) ? requirement['values'].length : 0;
  const causes: StatusCause[] = [];
  const wrong = wrongKey(key);
  if (wrong !== undefined) causes.push(invalidValue(`${field}.key`, key, wrong));
  else if (key === '') causes.push(required(`${field}.key`, 'must be specified'));
  switch (requirement['operator']) {
    case 'In':
    case 'NotIn':
      if (values > 0) break;
      causes.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values === 0) break;
      causes.push(
        forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
  }
  return causes;
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function text(fields: JsonObject, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}
