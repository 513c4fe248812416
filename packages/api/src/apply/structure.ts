import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { indexElement, keyElement, type PathElement, valueElement } from './path-element.js';

/** How ownership goes through a value: `leaf` belongs to its owners as a whole. */
export type Structure = 'leaf' | 'map' | 'keyed-list' | 'set';

/** The structure of `value` under its schema. Lists about which nothing is said are atomic, objects are not. */
export function structureOf(value: Json, node: SchemaNode | null): Structure {
  if (typeof value !== 'object' || value === null) return 'leaf';
  if (!Array.isArray(value)) return node?.atomicMap ? 'leaf' : 'map';
  if (node?.listType === 'map' && node.mapKeys.length > 0) return 'keyed-list';
  return node?.listType === 'set' ? 'set' : 'leaf';
}

/** The items of a keyed list or set by their path elements. Of items with the same element the last counts. */
export function itemsOf(
  list: readonly Json[],
  structure: 'keyed-list' | 'set',
  node: SchemaNode | null,
): Map<PathElement, Json> {
  return new Map(list.map((item, index) => [elementOf(item, index, structure, node), item]));
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
