import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { FieldSet } from './field-set.js';
import { fieldElement } from './path-element.js';
import { elementOf, fieldsOf as entriesOf, isBare, isDeclared, structureOf } from './structure.js';

/** The set of fields that `value` has: its leaves, the items of its lists, the keys of its maps. */
export function fieldSetOf(value: Json, node: SchemaNode | null): FieldSet {
  const structure = structureOf(value, node);
  switch (structure) {
    case 'leaf':
      return FieldSet.LEAF;
    case 'map':
      return FieldSet.of(
        false,
        entriesOf(value as JsonObject).map(([name, item]) => {
          const inner = fieldSetOf(item, node?.child(name) ?? null);
          return [fieldElement(name), isBare(item) || !isDeclared(node, name) ? inner.asMember(true) : inner];
        }),
      );
    default:
      return FieldSet.of(
        false,
        (value as readonly Json[]).map((item, index) => [
          elementOf(item, index, structure, node),
          fieldSetOf(item, node?.items ?? null).asMember(true),
        ]),
      );
  }
}

/** The set of fields that `value` brings where nothing was before: every object and list on the way counts too. */
export function newFieldsOf(value: Json, node: SchemaNode | null): FieldSet {
  return everyStep(fieldSetOf(value, node));
}

function everyStep(set: FieldSet): FieldSet {
  return FieldSet.of(
    true,
    [...set.children].map(([element, child]) => [element, everyStep(child)]),
  );
}

/**
 * The set with each field that the schema names and that something in the set is below of: who owns a part of such a
 * field holds the field itself.
 */
export function withNamedParents(set: FieldSet, node: SchemaNode | null): FieldSet {
  return FieldSet.of(
    set.member,
    [...set.children].map(([element, child]) => {
      if (!element.startsWith('f:')) return [element, withNamedParents(child, node?.items ?? null)];
      const name = element.slice(2);
      const inner = withNamedParents(child, node?.child(name) ?? null);
      return [element, isDeclared(node, name) ? inner.asMember(true) : inner];
    }),
  );
}
