import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { sameJson } from '../schema/same-json.js';
import { FieldSet } from './field-set.js';
import { newFieldsOf } from './fields-of.js';
import { fieldElement, type PathElement } from './path-element.js';
import { fieldsOf, itemsOf, structureOf } from './structure.js';

/** How one object became another. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const SAME: Comparison = { added: FieldSet.EMPTY, modified: FieldSet.EMPTY, removed: FieldSet.EMPTY };

/** The fields that differ. The order of keyed lists and sets is no field. */
export function compare(before: Json, after: Json, node: SchemaNode | null): Comparison {
  if (before === after) return SAME;
  const structure = structureOf(before, node);
  if (structure !== structureOf(after, node))
    return { ...SAME, removed: newFieldsOf(before, node), added: newFieldsOf(after, node) };
  if (structure === 'leaf') return sameJson(before, after) ? SAME : { ...SAME, modified: FieldSet.LEAF };
  if (structure === 'map') return compareMaps(before as JsonObject, after as JsonObject, node);
  const left = itemsOf(before as readonly Json[], structure, node);
  const right = itemsOf(after as readonly Json[], structure, node);
  return together(
    union(left.keys(), right.keys()).map((element) => {
      const [a, b] = [left.get(element), right.get(element)];
      const items = node?.items ?? null;
      if (a === undefined) return [element, { ...SAME, added: newFieldsOf(b ?? null, items) }];
      if (b === undefined) return [element, { ...SAME, removed: newFieldsOf(a, items) }];
      return [element, structure === 'set' ? SAME : compare(a, b, items)];
    }),
  );
}

function compareMaps(before: JsonObject, after: JsonObject, node: SchemaNode | null): Comparison {
  const [left, right] = [new Map(fieldsOf(before)), new Map(fieldsOf(after))];
  return together(
    union(left.keys(), right.keys()).map((name) => {
      const [a, b] = [left.get(name), right.get(name)];
      const child = node?.child(name) ?? null;
      const element = fieldElement(name);
      if (a === undefined) return [element, { ...SAME, added: newFieldsOf(b ?? null, child) }];
      if (b === undefined) return [element, { ...SAME, removed: newFieldsOf(a, child) }];
      return [element, compare(a, b, child)];
    }),
  );
}

const union = <T>(a: Iterable<T>, b: Iterable<T>): T[] => [...new Set([...a, ...b])];

function together(children: readonly (readonly [PathElement, Comparison])[]): Comparison {
  const pick = (part: keyof Comparison): FieldSet =>
    FieldSet.of(
      false,
      children.map(([element, comparison]) => [element, comparison[part]]),
    );
  return { added: pick('added'), modified: pick('modified'), removed: pick('removed') };
}
