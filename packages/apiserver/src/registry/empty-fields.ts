import { isJsonObject, type Json, type JsonObject, type OpenSchema } from '@drover/api';

type SchemaNode = OpenSchema['root'];

/**
 * A value of a built-in kind without the lists and maps in it that are empty: Go encodes such a field as one that is not there
 * (`omitempty`). Required fields stay, and so do structs: an empty one says something (`emptyDir: {}`). The value itself is not
 * changed; it comes back as it is when nothing had to go.
 */
export function withoutEmptyFields(value: Json, node: SchemaNode): Json {
  if (Array.isArray(value)) return withoutEmptyInItems(value, node);
  return isJsonObject(value) ? withoutEmptyInObject(value, node) : value;
}

function withoutEmptyInItems(list: readonly Json[], { items }: SchemaNode): Json {
  if (items === null) return list;
  let copy: Json[] | undefined;
  for (const [index, item] of list.entries()) {
    const kept = withoutEmptyFields(item, items);
    if (kept === item) continue;
    copy ??= [...list];
    copy[index] = kept;
  }
  return copy ?? list;
}

function withoutEmptyInObject(object: JsonObject, node: SchemaNode): JsonObject {
  let copy: Record<string, Json | undefined> | undefined;
  for (const name of Object.keys(object)) {
    const item = object[name];
    if (typeof item !== 'object' || item === null) continue;
    const child = node.child(name);
    if (child === null) continue;
    if (node.properties.has(name) && !node.required.includes(name) && isEmptyCollection(item, child)) {
      copy ??= { ...object };
      delete copy[name];
      continue;
    }
    const kept = withoutEmptyFields(item, child);
    if (kept === item) continue;
    copy ??= { ...object };
    copy[name] = kept;
  }
  return copy ?? object;
}

function isEmptyCollection(value: Json, node: SchemaNode): boolean {
  if (node.alwaysEncoded) return false;
  if (Array.isArray(value)) return value.length === 0;
  return node.additional !== null && isJsonObject(value) && Object.keys(value).length === 0;
}
