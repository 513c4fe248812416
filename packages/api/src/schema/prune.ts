import type { Json, JsonObject } from '../object.js';
import type { FieldPath } from './field-path.js';
import type { SchemaNode } from './node.js';

/**
 * The value without the fields its schema does not know; `dropped` hears the path of each. The value itself is not
 * changed; it comes back as it is when nothing had to go.
 */
export function prune(value: Json, node: SchemaNode, path: FieldPath, dropped: (path: string) => void): Json {
  if (Array.isArray(value)) return pruneList(value, node, path, dropped);
  if (typeof value !== 'object' || value === null) return value;
  return pruneObject(value as JsonObject, node, path, dropped);
}

function pruneList(value: readonly Json[], node: SchemaNode, path: FieldPath, dropped: (path: string) => void): Json {
  const { items } = node;
  if (!items) return value;
  let copy: Json[] | undefined;
  for (const [index, item] of value.entries()) {
    if (typeof item !== 'object' || item === null) continue;
    path.push(index);
    const kept = prune(item, items, path, dropped);
    path.pop();
    if (kept !== item) {
      copy ??= [...value];
      copy[index] = kept;
    }
  }
  return copy ?? value;
}

function pruneObject(value: JsonObject, node: SchemaNode, path: FieldPath, dropped: (path: string) => void): Json {
  let copy: Record<string, Json | undefined> | undefined;
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === undefined) continue;
    const child = node.child(key);
    if (!child) {
      if (node.preservesUnknown) continue;
      dropped(path.toString(key));
      copy ??= { ...value };
      delete copy[key];
      continue;
    }
    if (typeof item !== 'object' || item === null) continue;
    path.push(key);
    const kept = prune(item, child, path, dropped);
    path.pop();
    if (kept !== item) {
      copy ??= { ...value };
      copy[key] = kept;
    }
  }
  return copy ?? value;
}
