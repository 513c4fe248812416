import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';

/**
 * One step of a field path in the form that FieldsV1 writes: `f:spec` for a field, `k:{"name":"a"}` for an element of a
 * keyed list, `v:"a"` for a member of a set, `i:0` for a place in a list.
 */
export type PathElement = string;

/** The element of a field. */
export const fieldElement = (name: string): PathElement => `f:${name}`;
/** The element of a member of a set. */
export const valueElement = (value: Json): PathElement => `v:${JSON.stringify(value)}`;

/** The element of an item that is known by its place. */
export const indexElement = (index: number): PathElement => `i:${index}`;

/** The element of a keyed list's item; a key the item leaves out has its schema's default. None when it has no key. */
export function keyElement(item: Json, mapKeys: readonly string[], items: SchemaNode | null): PathElement | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const object = item as JsonObject;
  const pairs = [...mapKeys].sort().flatMap((key) => {
    const value = object[key] ?? items?.properties.get(key)?.default;
    return value === undefined ? [] : [`${JSON.stringify(key)}:${JSON.stringify(value)}`];
  });
  return pairs.length === 0 ? undefined : `k:{${pairs.join(',')}}`;
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
