import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';

/**
 * One step of a field path in the form that FieldsV1 writes: `f:spec` for a field, `k:{"name":"a"}` for an element of a
 * keyed list, `v:"a"` for a member of a set, `i:0` for a place in a list.
 */
export type PathElement = string;

const KINDS = 'fkvi';

/** The element of a field. */
export const fieldElement = (name: string): PathElement => `f:${name}`;

/** The element of a member of a set. */
export const valueElement = (value: Json): PathElement => `v:${JSON.stringify(value)}`;

/** The element of an item that is known by its place. */
export const indexElement = (index: number): PathElement => `i:${index}`;

/**
 * The element of a keyed list's item; a key the item leaves out has its schema's default, one that is null is known as that.
 * None when a key is missing.
 */
export function keyElement(item: Json, mapKeys: readonly string[], items: SchemaNode | null): PathElement | undefined {
  if (!isJsonObject(item)) return undefined;
  const pairs: [string, Json][] = [];
  for (const key of mapKeys) {
    const value = keyOf(item, key, items);
    if (value === undefined) return undefined;
    pairs.push([key, value]);
  }
  return keysElement(pairs);
}

/** The value of one key of a keyed list's item: its own, or the default. */
export function keyOf(item: JsonObject, key: string, items: SchemaNode | null): Json | undefined {
  return Object.hasOwn(item, key) ? item[key] : items?.properties.get(key)?.schema.default;
}

/** `pairs` may be sorted in place. */
function keysElement(pairs: [string, Json][]): PathElement {
  if (pairs.length > 1) pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** Whether a text is an element of a kind that is not known here: one letter, and a colon. */
export const isForeign = (text: string): boolean => text[1] === ':' && !KINDS.includes(text[0] ?? '');

/** Reads an element in the one form that this server writes it in; `undefined` when it is none. */
export function parseElement(text: string): PathElement | undefined {
  const body = text.slice(2);
  switch (text.slice(0, 2)) {
    case 'f:':
      return text;
    case 'i:':
      return /^-?\d{1,9}$/.test(body) ? indexElement(Number(body)) : undefined;
    case 'v:': {
      const value = parsed(body);
      return value === undefined ? undefined : valueElement(value);
    }
    case 'k:': {
      const keys = parsed(body);
      if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) return undefined;
      return keysElement(Object.entries(keys as JsonObject).map(([key, value]) => [key, value ?? null]));
    }
    default:
      return undefined;
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
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

/**
 * Elements in the order in which they are told: fields, keyed elements, members of sets, places; each kind by what it holds.
 */
export function inOrder(elements: Iterable<PathElement>): PathElement[] {
  return [...elements]
    .map((element) => {
      const value = element[0] === 'f' ? element.slice(2) : (JSON.parse(element.slice(2)) as Json);
      const pairs = isJsonObject(value) ? Object.entries(value) : undefined;
      return { element, kind: KINDS.indexOf(element[0] ?? ''), value, pairs };
    })
    .sort(
      (a, b) =>
        a.kind - b.kind || (a.pairs && b.pairs ? comparePairs(a.pairs, b.pairs) : compareValues(a.value, b.value)),
    )
    .map(({ element }) => element);
}

/** Numbers come before texts, these before booleans, lists and objects; an object is compared key by key. */
function compareValues(a: Json, b: Json): number {
  const rank = RANKS.indexOf(kindOf(a)) - RANKS.indexOf(kindOf(b));
  if (rank !== 0) return rank;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null)
    return comparePairs(Object.entries(a), Object.entries(b));
  if (a === b) return 0;
  return (a as string | number | boolean) < (b as string | number | boolean) ? -1 : 1;
}

type Pairs = readonly [key: string, value: Json | undefined][];

function comparePairs(left: Pairs, right: Pairs): number {
  for (let index = 0; index < left.length; index += 1) {
    const [key = '', value = null] = left[index] ?? [];
    const [otherKey, otherValue = null] = right[index] ?? [];
    if (otherKey === undefined) return 1;
    if (key !== otherKey) return key < otherKey ? -1 : 1;
    const order = compareValues(value, otherValue);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const RANKS = ['number', 'string', 'boolean', 'array', 'object', 'null'] as const;

function kindOf(value: Json): (typeof RANKS)[number] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'number' || type === 'string' || type === 'boolean' ? type : 'object';
}
