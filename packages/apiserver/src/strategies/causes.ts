import type { StatusCause } from '@drover/api';

/** A field that has to be there. */
export function required(field: string, why = ''): StatusCause {
  return { reason: 'FieldValueRequired', message: `Required value${why === '' ? '' : `: ${why}`}`, field };
}

/** A value that a field may not have; `why` says what is wrong with it. `items` is Go's name for the items of a list. */
export function invalidValue(field: string, value: unknown, why: string, items = 'string'): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${printed(value, items)}: ${why}`, field };
}

/** A value that is none of those a field may have, which are told in their order. */
export function unsupported(field: string, value: unknown, supported: readonly string[]): StatusCause {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', message, field };
}

/** A value that another item of the same list has too. */
export function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field };
}

/** A field that may not be there. */
export function forbiddenField(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** A value as Go prints nothing, texts and lists of texts in such a sentence; anything else as JSON. */
function printed(value: unknown, items: string): string {
  if (value === undefined || value === null) return '"null"';
  if (!Array.isArray(value)) return JSON.stringify(value);
  return `[]${items}{${value.map((item) => JSON.stringify(item)).join(', ')}}`;
}
