import { badRequest } from '../errors.js';

/** One condition on a field of an object. */
export interface FieldRequirement {
  /** Path with dots: `metadata.name`. */
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * Reads `metadata.name=web,status.phase!=Running`. In values, `\` takes the meaning from `,`, `=` and `\`. Empty text has
 * no conditions.
 *
 * @throws ApiError BadRequest naming the part that is no condition.
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return split(text)
    .filter((part) => part !== '' && part !== '=')
    .map((part) => {
      const match = /^((?:[^=!\\]|\\.)*)(==|!=|=)(.*)$/s.exec(part);
      if (!match) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
      const [, field, operator, value] = match as unknown as [string, string, string, string];
      return { field: field.trim(), operator: operator === '!=' ? '!=' : '=', value: unescaped(value) };
    });
}

/** Whether a field of which `textOf` tells the value as text ("" when absent) fulfils every requirement. */
export function matchesFields(requirements: readonly FieldRequirement[], textOf: (field: string) => string): boolean {
  return requirements.every(({ field, operator, value }) => (textOf(field) === value) === (operator === '='));
}

/** The text form of requirements; `parseFieldSelector` reads it back. */
export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements
    .map(({ field, operator, value }) => `${field}${operator}${value.replaceAll(/[\\,=]/g, '\\$&')}`)
    .join(',');
}

function split(text: string): string[] {
  return text.match(/(?:[^,\\]|\\.|\\$)+/gs) ?? [];
}

function unescaped(value: string): string {
  const rest = value.replace(/^(?:[^\\=]|\\[\\,=])*/s, '');
  if (rest.startsWith('='))
    throw badRequest(`invalid field selector: unescaped character in value: ${'='.charCodeAt(0)}`);
  if (rest !== '') throw badRequest(`invalid field selector: invalid escape sequence: ${rest.slice(0, 2)}`);
  return value.replaceAll(/\\([\\,=])/gs, '$1');
}
