import type { Json, StatusCause } from '../object.js';

// Why a field is refused, in Kubernetes' words (apimachinery util/validation/field).

/** The field must be there. */
export const required = (field: string, detail = ''): StatusCause =>
  cause('FieldValueRequired', field, 'Required value', detail);

/** The value is of the right type but not allowed; `detail` says what would be. */
export const invalidValue = (field: string, value: Json, detail: string): StatusCause =>
  cause('FieldValueInvalid', field, `Invalid value: ${printed(value)}`, detail);

/** As `invalidValue`, of a field that has a type in Go: a list is one of `items`, what else is no scalar is told as JSON. */
export const invalidTyped = (field: string, value: unknown, detail: string, items = 'string'): StatusCause =>
  cause('FieldValueInvalid', field, `Invalid value: ${printedTyped(value, items)}`, detail);

/** The value, which is printed already, is not allowed; without a field, it is the whole object. */
export const typedValue = (field: string, value: string, detail: string): StatusCause =>
  cause('FieldValueInvalid', field === '' ? '<nil>' : field, `Invalid value: ${value}`, detail);

/** The value, which is printed already, is there where it may be only once. */
export const duplicateValue = (field: string, value: string): StatusCause =>
  cause('FieldValueDuplicate', field === '' ? '<nil>' : field, `Duplicate value: ${value}`, '');

/** Something is wrong that is not the sender's fault. */
export const internalError = (field: string, detail: string): StatusCause =>
  cause('InternalError', field, 'Internal error', detail);

/** The value is of type `found`, which the schema does not allow here. */
export const invalidType = (field: string, found: string, detail: string): StatusCause =>
  cause('FieldValueTypeInvalid', field, `Invalid value: ${JSON.stringify(found)}`, detail);

/** The value is none of those listed. */
export const notSupported = (field: string, value: Json, supported: readonly Json[]): StatusCause =>
  cause(
    'FieldValueNotSupported',
    field,
    `Unsupported value: ${printed(value)}`,
    supported.length === 0
      ? ''
      : `supported values: ${supported.map((item) => JSON.stringify(String(item))).join(', ')}`,
  );

/** The value is there already, where each may be only once. */
export const duplicate = (field: string, value: Json): StatusCause => duplicateValue(field, printed(value));

/** The text is longer than `limit` characters (Kubernetes says bytes). */
export const tooLong = (field: string, limit: number): StatusCause =>
  cause('FieldValueTooLong', field, 'Too long', `may not be more than ${limit} bytes`);

/** There are `count` elements where `limit` are allowed. */
export const tooMany = (field: string, count: number, limit: number): StatusCause =>
  cause('FieldValueTooMany', field, `Too many: ${count}`, `must have at most ${limit} items`);

/** The field may not be there. */
export const forbiddenField = (field: string, detail: string): StatusCause =>
  cause('FieldValueForbidden', field, 'Forbidden', detail);

function cause(reason: string, field: string, head: string, detail: string): StatusCause {
  return { reason, message: detail === '' ? head : `${head}: ${detail}`, field };
}

/** A value as Go prints it in such messages. */
function printed(value: Json): string {
  if (typeof value !== 'object' || value === null) return value === null ? '"null"' : JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(printed).join(', ')}}`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${fields.map(([key, item]) => `${JSON.stringify(key)}:${printed(item ?? null)}`).join(', ')}}`;
}

function printedTyped(value: unknown, items: string): string {
  if (value === undefined || value === null) return '"null"';
  if (!Array.isArray(value)) return JSON.stringify(value);
  return `[]${items}{${value.map((item) => JSON.stringify(item)).join(', ')}}`;
}
