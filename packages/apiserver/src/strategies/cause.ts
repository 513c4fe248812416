import type { StatusCause } from '@drover/api';

// What is wrong with a field, in the words of kube-apiserver (apimachinery util/validation/field), which clients show to people.

/** The field has to say something. */
export function required(field: string, why = ''): StatusCause {
  return { reason: 'FieldValueRequired', message: why === '' ? 'Required value' : `Required value: ${why}`, field };
}

/** The value is not one that the field can have. */
export function invalidValue(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${printed(value)}: ${why}`, field };
}

/** The value is none of those the field knows. */
export function unsupported(field: string, value: unknown, known: readonly string[]): StatusCause {
  const list = known.map((text) => JSON.stringify(text)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${printed(value)}: supported values: ${list}`,
    field,
  };
}

/** The field may not be set, or not be changed. */
export function forbiddenField(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** A value as Go prints texts and lists of them in such a message; anything else as JSON. */
function printed(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (Array.isArray(value)) return `[]string{${value.map((item) => JSON.stringify(item)).join(', ')}}`;
  return JSON.stringify(value);
}
