import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from './node.js';

/**
 * The value with the schema's defaults where a field is missing, and without nulls where the schema allows none: a null
 * there means "not set", as it does for the API's own kinds, whose times that are always encoded are null then. The value itself
 * is not changed. Where `keepsNulls`, a null without a default stays, for validation to refuse.
 */
export function withDefaults(value: Json, node: SchemaNode, keepsNulls = false): Json {
  if (Array.isArray(value)) return listWithDefaults(value, node, keepsNulls);
  if (typeof value !== 'object' || value === null) return value;
  return objectWithDefaults(value as JsonObject, node, keepsNulls);
}

function listWithDefaults(value: readonly Json[], { items }: SchemaNode, keepsNulls: boolean): Json {
  if (!items) return value;
  let copy: Json[] | undefined;
  for (const [index, item] of value.entries()) {
    const next =
      item === null && !items.nullable && items.default !== undefined ? structuredClone(items.default) : item;
    const filled = withDefaults(next, items, keepsNulls);
    if (filled !== item) {
      copy ??= [...value];
      copy[index] = filled;
    }
  }
  return copy ?? value;
}

function objectWithDefaults(value: JsonObject, node: SchemaNode, keepsNulls: boolean): Json {
  let copy: Record<string, Json | undefined> | undefined;
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === undefined) continue;
    const child = node.child(key);
    if (!child) continue;
    if (item === null) {
      if (child.nullable || (child.preservesUnknown && child.type === undefined)) continue;
      if (keepsNulls && child.default === undefined) continue;
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    if (typeof item !== 'object') continue;
    const filled = withDefaults(item, child, keepsNulls);
    if (filled !== item) {
      copy ??= { ...value };
      copy[key] = filled;
    }
  }
  for (const [key, child] of node.defaulted) {
    if (child.default === undefined || Object.hasOwn(copy ?? value, key)) continue;
    copy ??= { ...value };
    copy[key] = withDefaults(structuredClone(child.default), child);
  }
  for (const [key, child] of node.times) {
    if (Object.hasOwn(copy ?? value, key)) continue;
    copy ??= { ...value };
    copy[key] = child.schema.default === null ? null : withDefaults({}, child);
  }
  return copy ?? value;
}
