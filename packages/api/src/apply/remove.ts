import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import type { FieldSet } from './field-set.js';
import { fieldElement } from './path-element.js';
import { elementOf, fieldsOf, structureOf } from './structure.js';

/** The value without the fields in `gone`, each with all that is below it. */
export function removeFields(value: Json, gone: FieldSet, node: SchemaNode | null): Json {
  if (gone.children.size === 0) return value;
  const structure = structureOf(value, node);
  if (structure === 'leaf') return value;
  if (structure === 'map') {
    const kept = fieldsOf(value as JsonObject).flatMap(([name, item]): [string, Json][] => {
      const inner = gone.at(fieldElement(name));
      return inner.member ? [] : [[name, removeFields(item, inner, node?.child(name) ?? null)]];
    });
    return Object.fromEntries(kept);
  }
  return (value as readonly Json[]).flatMap((item, index) => {
    const inner = gone.at(elementOf(item, index, structure, node));
    return inner.member ? [] : [removeFields(item, inner, node?.items ?? null)];
  });
}
