import { isJsonObject, type Json, type JsonObject, type OpenSchema } from '@drover/api';
import { canonicalQuantity } from '@drover/kit';

type SchemaNode = OpenSchema['root'];

/**
 * A value of a built-in kind with its quantities in canonical form, as Go encodes them, whatever they were sent as: all of them must
 * be quantities (`goTypeFault`). The value itself is not changed; it comes back as it is when all its quantities are in that form,
 * and at once when its schema knows of none.
 */
export function withCanonicalQuantities(value: Json, node: SchemaNode): Json {
  if (!node.holdsQuantities) return value;
  if (typeof value === 'string' || typeof value === 'number') return node.isQuantity ? canonicalQuantity(value) : value;
  if (Array.isArray(value)) return inItems(value, node);
  return isJsonObject(value) ? inObject(value, node) : value;
}

function inItems(list: readonly Json[], { items }: SchemaNode): Json {
  if (items === null) return list;
  let copy: Json[] | undefined;
  for (const [index, item] of list.entries()) {
    const canonical = withCanonicalQuantities(item, items);
    if (canonical === item) continue;
    copy ??= [...list];
    copy[index] = canonical;
  }
  return copy ?? list;
}

function inObject(object: JsonObject, node: SchemaNode): JsonObject {
  let copy: Record<string, Json | undefined> | undefined;
  for (const name of Object.keys(object)) {
    const item = object[name];
    const child = node.child(name);
    if (item === undefined || child === null || !child.holdsQuantities) continue;
    const canonical = withCanonicalQuantities(item, child);
    if (canonical === item) continue;
    copy ??= { ...object };
    copy[name] = canonical;
  }
  return copy ?? object;
}
