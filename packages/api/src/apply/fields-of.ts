import { isJsonObject } from '../json-object.js';
import type { Json } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { FieldSet } from './field-set.js';
import { fieldElement } from './path-element.js';
import { fieldsOf as entriesOf, isBare, isDeclared, itemsOf, structureOf } from './structure.js';

/**
 * The set of fields that `value` has: its leaves, the items of its lists, the keys of its maps. Of items that share a key
 * only the key is in it.
 */
export function fieldSetOf(value: Json, node: SchemaNode | null): FieldSet {
  const structure = structureOf(value, node);
  if (structure === 'leaf') return FieldSet.LEAF;
  if (structure === 'map') {
    if (!isJsonObject(value)) return FieldSet.EMPTY;
    return FieldSet.of(
      false,
      entriesOf(value).map(([name, item]) => {
        const inner = fieldSetOf(item, node?.child(name) ?? null);
        return [fieldElement(name), isBare(item) || !isDeclared(node, name) ? inner.asMember(true) : inner];
      }),
    );
  }
  if (!Array.isArray(value)) return FieldSet.EMPTY;
  return FieldSet.of(
    false,
    [...itemsOf(value, structure, node)].map(([element, [item = null, ...more]]) => [
      element,
      more.length > 0 ? FieldSet.LEAF : fieldSetOf(item, node?.items ?? null).asMember(true),
    ]),
  );
}

/** The set of fields that `value` brings where nothing was before: every object and list on the way counts too, also empty. */
export function newFieldsOf(value: Json, node: SchemaNode | null): FieldSet {
  const structure = structureOf(value, node);
  if (structure === 'map' && isJsonObject(value)) {
    return FieldSet.of(
      true,
      entriesOf(value).map(([name, item]) => [fieldElement(name), newFieldsOf(item, node?.child(name) ?? null)]),
    );
  }
  if (structure === 'leaf' || structure === 'map' || !Array.isArray(value)) return FieldSet.LEAF;
  return FieldSet.of(
    true,
    [...itemsOf(value, structure, node)].map(([element, [item = null, ...more]]) => [
      element,
      more.length > 0 ? FieldSet.LEAF : newFieldsOf(item, node?.items ?? null),
    ]),
  );
}

/**
 * The set with each field that the schema names and that something in the set is below of: who owns a part of such a
 * field holds the field itself.
 */
export function withNamedParents(set: FieldSet, node: SchemaNode | null): FieldSet {
  return set.mapped(set.member, (child, element) => {
    if (!element.startsWith('f:')) return withNamedParents(child, node?.items ?? null);
    const name = element.slice(2);
    const inner = withNamedParents(child, node?.child(name) ?? null);
    return isDeclared(node, name) ? inner.asMember(true) : inner;
  });
}

/**
 * The set under a schema that may have changed since it was written: who owned parts of what is atomic now owns all of it.
 * What was atomic and is not any more needs no change.
 */
export function underSchema(set: FieldSet, node: SchemaNode | null): FieldSet {
  if (node === null || set.children.size === 0) return set;
  if (node.type === 'array' ? structureOf([], node) === 'leaf' : node.atomicMap) return FieldSet.LEAF;
  return set.mapped(set.member, (child, element) =>
    underSchema(child, element.startsWith('f:') ? node.child(element.slice(2)) : node.items),
  );
}
