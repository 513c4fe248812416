import { isJsonObject } from '../json-object.js';
import type { Json } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import type { FieldSet } from './field-set.js';
import { fieldElement } from './path-element.js';
import { elementOf, fieldsOf, structureOf } from './structure.js';

/**
 * The value without the fields in `gone`, each with all that is below it; null when nothing is left of it, or when it is
 * atomic and a part of it should go.
 */
export function removeFields(value: Json, gone: FieldSet, node: SchemaNode | null): Json {
  if (gone.children.size === 0 || typeof value !== 'object' || value === null) return value;
  const structure = structureOf(value, node);
  if (structure === 'leaf') return null;
  if (isJsonObject(value)) {
    const kept = fieldsOf(value).flatMap(([name, item]): [string, Json][] => {
      const inner = gone.at(fieldElement(name));
      return inner.member ? [] : [[name, removeFields(item, inner, node?.child(name) ?? null)]];
    });
    return kept.length > 0 ? Object.fromEntries(kept) : null;
  }
  if (structure === 'map') return null;
  const kept = (value as readonly Json[]).flatMap((item, index) => {
    const inner = gone.at(elementOf(item, index, structure, node));
    return inner.member ? [] : [removeFields(item, inner, node?.items ?? null)];
  });
  return kept.length > 0 ? kept : null;
}
