import { isJsonObject, type Json, type JsonObject, type OpenSchema } from '@drover/api';

type SchemaNode = OpenSchema['root'];

/**
 * A value of a built-in kind as Go encodes what it reads of it. A list or map that is empty is a field that is not there
 * (`omitempty`); required fields stay, and so do structs: an empty one says something (`emptyDir: {}`). Null in a list or map
 * is what the type of its items holds at first. The value itself is not changed; it comes back as it is when all was so already.
 */
export function asGoEncodes(value: Json, node: SchemaNode): Json {
  if (Array.isArray(value)) return listAsGoEncodes(value, node);
  return isJsonObject(value) ? objectAsGoEncodes(value, node) : value;
}

function listAsGoEncodes(list: readonly Json[], { items }: SchemaNode): Json {
  if (items === null) return list;
  let copy: Json[] | undefined;
  for (const [index, item] of list.entries()) {
    const kept = item === null ? zeroOf(items) : asGoEncodes(item, items);
    if (kept === item) continue;
    copy ??= [...list];
    copy[index] = kept;
  }
  return copy ?? list;
}

function objectAsGoEncodes(object: JsonObject, node: SchemaNode): JsonObject {
  let copy: Record<string, Json | undefined> | undefined;
  for (const name of Object.keys(object)) {
    const item = object[name];
    if (typeof item !== 'object') continue;
    const child = node.child(name);
    if (child === null) continue;
    const isField = node.properties.has(name);
    // A field that is null is one that is not there, which is for the defaults to say.
    if (item === null && isField) continue;
    if (item !== null && isField && !node.required.includes(name) && isEmptyCollection(item, child)) {
      copy ??= { ...object };
      delete copy[name];
      continue;
    }
    const kept = item === null ? zeroOf(child) : asGoEncodes(item, child);
    if (kept === item) continue;
    copy ??= { ...object };
    copy[name] = kept;
  }
  return copy ?? object;
}

function isEmptyCollection(value: Json, node: SchemaNode): boolean {
  if (node.alwaysEncoded) return false;
  if (Array.isArray(value)) return node.items !== null && value.length === 0;
  return node.additional !== null && isJsonObject(value) && Object.keys(value).length === 0;
}

/** What Go's type of a value holds before anything is read: null for lists, maps, and types that are encoded in their own way. */
function zeroOf({ type, component, intOrString, isQuantity, properties }: SchemaNode): Json {
  if (isQuantity) return '0';
  if (intOrString || type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return false;
  if (type === 'string') return component === '' ? '' : null;
  return type === 'object' && properties.size > 0 ? {} : null;
}
