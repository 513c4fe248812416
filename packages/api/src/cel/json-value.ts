import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import { isNamedObject, type SchemaNode } from '../schema/node.js';
import { escapedName, fieldNamed } from './escaping.js';
import { ItemIndex } from './item-index.js';
import { durationOf, timestampOf } from './library/time.js';
import { CelList, CelMap, type CelValue, equal, haveEqualElements } from './value.js';

/**
 * A JSON value as expressions see it; the parts of it are made when asked for. With a schema, numbers, times and lists
 * are of the types that it says, and fields have names that expressions can write; without one, a number is whole or not
 * by what it is.
 */
export function jsonValue(json: Json, node: SchemaNode | null = null): CelValue {
  if (json === null) return null;
  if (typeof json === 'number') return numberValue(json, node);
  if (typeof json === 'string') return node ? textValue(json, node) : json;
  if (Array.isArray(json)) return new JsonList(json, node);
  return typeof json === 'object' ? mapValue(json as JsonObject, node) : json;
}

function numberValue(value: number, node: SchemaNode | null): CelValue {
  if (node?.type === 'number' || !Number.isInteger(value)) return value;
  return BigInt(value);
}

function textValue(text: string, { schema, type }: SchemaNode): CelValue {
  if (type !== 'string') return text;
  switch (schema.format) {
    case 'date-time':
      return timestampOf(text);
    case 'date':
      return timestampOf(`${text}T00:00:00Z`);
    case 'duration':
      return durationOf(text);
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

const mapValue = (json: JsonObject, node: SchemaNode | null): CelMap =>
  node && isNamedObject(node) ? new JsonFields(json, node) : new JsonMap(json, node?.additional ?? null);

/** An object whose keys are data. */
class JsonMap extends CelMap {
  constructor(
    readonly json: JsonObject,
    readonly values: SchemaNode | null,
  ) {
    super();
  }
  get size(): number {
    return [...this.keys()].length;
  }
  get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.json, key)) return undefined;
    const item = this.json[key];
    return item === undefined ? undefined : jsonValue(item, this.values);
  }
  keys(): string[] {
    return Object.keys(this.json).filter((key) => this.json[key] !== undefined);
  }
}

const askedNames = new WeakMap<SchemaNode, Map<string, string | undefined>>();

/** The field of an object that expressions ask for by this name; what was asked once is known. */
function fieldOf(node: SchemaNode, asked: string): string | undefined {
  let names = askedNames.get(node);
  if (!names) {
    names = new Map();
    askedNames.set(node, names);
  }
  if (!names.has(asked)) names.set(asked, fieldNamed(asked, node.properties.keys()));
  return names.get(asked);
}

/** A field that the schema names and that is null is not there. */
const isAbsent = (item: Json | undefined): item is null | undefined => item === undefined || item === null;

/** An object whose keys the schema names. */
class JsonFields extends CelMap {
  constructor(
    readonly json: JsonObject,
    readonly node: SchemaNode,
  ) {
    super();
  }
  get size(): number {
    return this.keys().length;
  }
  get(key: CelValue): CelValue | undefined {
    const name = typeof key === 'string' ? fieldOf(this.node, key) : undefined;
    if (name === undefined || !Object.hasOwn(this.json, name)) return undefined;
    const item = this.json[name];
    return isAbsent(item) ? undefined : jsonValue(item, this.node.properties.get(name) ?? null);
  }
  keys(): string[] {
    return [...this.node.properties.keys()].flatMap((name) => {
      const isThere = Object.hasOwn(this.json, name) && !isAbsent(this.json[name]);
      const escaped = isThere ? escapedName(name) : undefined;
      return escaped === undefined ? [] : [escaped];
    });
  }
}

/** Where an item is in a list that is being put together. */
interface Place {
  item: Json;
}

const ownField = (json: JsonObject, key: string): Json => (Object.hasOwn(json, key) ? (json[key] ?? null) : null);

/** A list; sets and keyed lists are equal whatever their order, and are put together without doubles. */
class JsonList extends CelList {
  constructor(
    readonly json: readonly Json[],
    readonly node: SchemaNode | null,
  ) {
    super();
  }
  get size(): number {
    return this.json.length;
  }
  at(index: number): CelValue {
    return jsonValue(this.json[index] ?? null, this.node?.items ?? null);
  }

  override equals(other: CelList): boolean {
    if (!this.#isUnordered) return haveEqualElements(this, other);
    if (this.size !== other.size) return false;
    const names = this.#mapKeys.map((key) => escapedName(key) ?? key);
    const theirs = new ItemIndex(names, equal);
    for (const item of other) theirs.add(item, item);
    return [...this].every((item) => theirs.find(item, item) !== undefined);
  }

  override concat(other: CelList): CelList {
    if (!this.#isUnordered || !(other instanceof JsonList)) return super.concat(other);
    const places = new ItemIndex<Place>(this.#mapKeys, (a, b) => this.#isSameItem(a.item, b.item));
    const merged: Place[] = [];
    const append = (item: Json): void => {
      const place = { item };
      places.add(jsonValue(item), place);
      merged.push(place);
    };
    this.json.forEach(append);
    for (const item of other.json) {
      const place = places.find(jsonValue(item), { item });
      if (place) place.item = item;
      else append(item);
    }
    return new JsonList(
      merged.map(({ item }) => item),
      this.node,
    );
  }

  get #isUnordered(): boolean {
    return this.node?.listType === 'set' || this.node?.listType === 'map';
  }

  get #mapKeys(): readonly string[] {
    return this.node?.listType === 'map' ? this.node.mapKeys : [];
  }

  #isSameItem(a: Json, b: Json): boolean {
    if (this.node?.listType !== 'map') return equal(jsonValue(a), jsonValue(b));
    if (!isJsonObject(a) || !isJsonObject(b)) return false;
    return this.#mapKeys.every((key) => ownField(a, key) === ownField(b, key));
  }
}
