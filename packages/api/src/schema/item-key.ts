import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from './node.js';

/** A keyed list, as its schema describes it. */
type KeyedList = Pick<SchemaNode, 'mapKeys' | 'items'>;

/**
 * The keys of a keyed list's item with their values, in the order of the schema. A key that the item leaves out, or has as
 * null, has its default; one without a default is missing here too.
 */
export function keysOf(item: JsonObject, { mapKeys, items }: KeyedList): [key: string, value: Json][] {
  return mapKeys.flatMap((key): [string, Json][] => {
    const own = Object.hasOwn(item, key) ? item[key] : undefined;
    const value = own ?? items?.properties.get(key)?.schema.default;
    return value === undefined ? [] : [[key, value]];
  });
}

/** The items of a keyed list, found by the keys of another item in the same time however many there are. */
export class ItemsByKey {
  readonly #list: KeyedList;
  readonly #items = new Map<string, Json>();

  constructor(items: readonly Json[], list: KeyedList) {
    this.#list = list;
    for (const item of items) {
      const key = this.#keyOf(item);
      if (key !== undefined && !this.#items.has(key)) this.#items.set(key, item);
    }
  }

  /** The first item with the keys of `item`; none for what lacks a key, or is no object. */
  sameAs(item: Json): Json | undefined {
    const key = this.#keyOf(item);
    return key === undefined ? undefined : this.#items.get(key);
  }

  #keyOf(item: Json): string | undefined {
    if (!isJsonObject(item)) return undefined;
    const keys = keysOf(item, this.#list);
    return keys.length === this.#list.mapKeys.length ? JSON.stringify(keys) : undefined;
  }
}
