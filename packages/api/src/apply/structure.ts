import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { indexElement, keyElement, type PathElement, valueElement } from './path-element.js';

/** How ownership goes through a value: `leaf` belongs to its owners as a whole. */
export type Structure = 'leaf' | 'map' | 'keyed-list' | 'set';

/**
 * The structure of `value` under its schema. Lists about which nothing is said are atomic, objects are not; null has the
 * form that the schema gives, or that of a map where none is given.
 */
export function structureOf(value: Json, node: SchemaNode | null): Structure {
  if (value === null) return declared(node);
  if (typeof value !== 'object') return 'leaf';
  if (Array.isArray(value)) return listStructure(node);
  return node?.atomicMap ? 'leaf' : 'map';
}

function declared(node: SchemaNode | null): Structure {
  switch (node?.type) {
    case undefined:
      return node?.intOrString || node?.schema.oneOf ? 'leaf' : 'map';
    case 'object':
      return node.atomicMap ? 'leaf' : 'map';
    case 'array':
      return listStructure(node);
    default:
      return 'leaf';
  }
}

function listStructure(node: SchemaNode | null): Structure {
  if (node?.listType === 'map' && node.mapKeys.length > 0) return 'keyed-list';
  return node?.listType === 'set' ? 'set' : 'leaf';
}

/** The items of a keyed list or set by their path elements, with all that share one. */
export function itemsOf(
  list: readonly Json[],
  structure: 'keyed-list' | 'set',
  node: SchemaNode | null,
): Map<PathElement, Json[]> {
  const items = new Map<PathElement, Json[]>();
  for (const [index, item] of list.entries()) {
    const element = elementOf(item, index, structure, node);
    const known = items.get(element);
    if (known) known.push(item);
    else items.set(element, [item]);
  }
  return items;
}

/** The path element of an item; one of a keyed list that has no key is known by its place only. */
export function elementOf(
  item: Json,
  index: number,
  structure: 'keyed-list' | 'set',
  node: SchemaNode | null,
): PathElement {
  if (structure === 'set') return valueElement(item);
  return keyElement(item, node?.mapKeys ?? [], node?.items ?? null) ?? indexElement(index);
}

/** Whether the schema names the field, so that it is more than a key of a map. */
export const isDeclared = (node: SchemaNode | null, name: string): boolean => node?.properties.has(name) ?? false;

/** Whether a value stands for itself although it holds nothing. */
export function isBare(value: Json): boolean {
  if (value === null) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** The fields of an object that are there. */
export function fieldsOf(object: JsonObject): [name: string, value: Json][] {
  return Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
}
