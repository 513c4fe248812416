import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';

// JSON values as Go prints them: refusals of Kubernetes quote them so.

/** The type that Go gives a JSON value of unknown shape (`%T`). */
export function goType(value: Json): string {
  if (value === null) return '<nil>';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}

/** A value as Go prints it for people (`%v`). */
export function goText(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const fields = present(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${fields.map(([name, item]) => `${name}:${goText(item)}`).join(' ')}]`;
}

/** A value as Go prints it where it wants a text (`%s`). */
export function goPrintedText(value: Json): string {
  if (typeof value === 'string') return value;
  if (value === null) return '%!s(<nil>)';
  if (Array.isArray(value)) return `[${value.map(goPrintedText).join(' ')}]`;
  if (!isJsonObject(value)) return `%!s(${goType(value)}=${value})`;
  const fields = present(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${fields.map(([name, item]) => `${name}:${goPrintedText(item)}`).join(' ')}]`;
}

/** A value as Go writes it in a program (`%#v`). */
export function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  const fields = present(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${fields.map(([name, item]) => `${JSON.stringify(name)}:${goSyntax(item)}`).join(', ')}}`;
}

const present = (object: JsonObject): [string, Json][] =>
  Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
