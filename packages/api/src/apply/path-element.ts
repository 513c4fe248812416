import { badRequest } from '../errors.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';

/**
 * One step of a field path in the form that FieldsV1 writes: `f:spec` for a field, `k:{"name":"a"}` for an element of a
 * keyed list, `v:"a"` for a member of a set, `i:0` for a place in a list.
 */
export type PathElement = string;

export const fieldElement = (name: string): PathElement => `f:${name}`;
export const valueElement = (value: Json): PathElement => `v:${JSON.stringify(value)}`;

/**
 * The element of a keyed list's item; a key the item leaves out has its schema's default.
 *
 * @throws ApiError BadRequest for an item that is no object or has none of the keys.
 */
export function keyElement(item: Json, mapKeys: readonly string[], items: SchemaNode | null): PathElement {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw badRequest(`an element of a keyed list is no object: ${JSON.stringify(item).slice(0, 100)}`);
  const object = item as JsonObject;
  const pairs = [...mapKeys].sort().flatMap((key) => {
    const value = object[key] ?? items?.properties.get(key)?.default;
    return value === undefined ? [] : [`${JSON.stringify(key)}:${JSON.stringify(value)}`];
  });
  if (pairs.length === 0) throw badRequest(`an element of a keyed list has no ${mapKeys.join(', ')}`);
  return `k:{${pairs.join(',')}}`;
}

/** The element as it is printed in messages: `.spec`, `[name="a"]`, `[="a"]`, `[0]`. */
export function printElement(element: PathElement): string {
  const body = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${body}`;
    case 'k': {
      const keys = Object.entries(JSON.parse(body) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${body}]`;
    default:
      return `[${body}]`;
  }
}
