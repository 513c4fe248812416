import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';

/**
 * What the encoding of a kind's empty object has: the structs and values that Go cannot leave out, and null for the lists and
 * maps that are required. A custom kind's empty object has nothing.
 */
export function zeroObject(node: SchemaNode): JsonObject {
  const fields = [...node.properties].flatMap(([name, child]): [string, Json][] => {
    if (child.alwaysEncoded) return [[name, zeroValue(child)]];
    const collection = child.type === 'array' || child.additional !== null;
    return node.goTypes && collection && node.required.includes(name) ? [[name, null]] : [];
  });
  return Object.fromEntries(fields);
}

function zeroValue(node: SchemaNode): Json {
  const zero = node.schema.default ?? null;
  if (typeof zero !== 'object') return zero;
  // A struct with an encoding of its own, such as a time.
  return node.type === 'object' ? zeroObject(node) : null;
}
