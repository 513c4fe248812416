import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { sameJson } from '../schema/same-json.js';
import { FieldSet } from './field-set.js';
import { newFieldsOf } from './fields-of.js';
import { fieldElement, type PathElement } from './path-element.js';
import { fieldsOf, itemsOf, type Structure, structureOf } from './structure.js';

/** How one object became another. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const SAME: Comparison = { added: FieldSet.EMPTY, modified: FieldSet.EMPTY, removed: FieldSet.EMPTY };
const MODIFIED: Comparison = { ...SAME, modified: FieldSet.LEAF };

/** The fields that differ; a value that is not there is `undefined`. The order of keyed lists and sets is no field. */
export function compare(before: Json | undefined, after: Json | undefined, node: SchemaNode | null): Comparison {
  if (before === after) return SAME;
  if (before === undefined) return { ...SAME, added: newFieldsOf(after ?? null, node) };
  if (after === undefined) return { ...SAME, removed: newFieldsOf(before, node) };
  const [left, right] = [structureOf(before, node), structureOf(after, node)];
  const changed = compareAs(right, before, after, node);
  return left === right ? changed : together(compareAs(left, before, after, node), changed);
}

/** Compares what both sides have of one structure; a side of another structure has nothing of it. */
function compareAs(structure: Structure, before: Json, after: Json, node: SchemaNode | null): Comparison {
  if (structure === 'leaf') return compareLeaves(before, after);
  if (structure === 'map') {
    const [left, right] = [isJsonObject(before) ? before : {}, isJsonObject(after) ? after : {}];
    if (Object.keys(left).length === 0 && Object.keys(right).length === 0) return compareLeaves(before, after);
    return compareMaps(left, right, node);
  }
  const [left, right] = [listOf(before), listOf(after)];
  if (left.length === 0 && right.length === 0) return compareLeaves(before, after);
  const items = [itemsOf(left, structure, node), itemsOf(right, structure, node)] as const;
  return below(
    union(items[0].keys(), items[1].keys()).map((element) => [
      element,
      compareItems(items[0].get(element) ?? [], items[1].get(element) ?? [], node?.items ?? null),
    ]),
  );
}

const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : []);

const compareLeaves = (before: Json, after: Json): Comparison => (sameJson(before, after) ? SAME : MODIFIED);

/** Items that share a key are one leaf: nobody can tell which of them became which. */
function compareItems(before: readonly Json[], after: readonly Json[], node: SchemaNode | null): Comparison {
  if (before.length <= 1 && after.length <= 1) return compare(before[0], after[0], node);
  if (before.length >= 2 && after.length >= 2) return compareLeaves(before, after);
  const alone = before.length >= 2 ? compare(undefined, after[0], node) : compare(before[0], undefined, node);
  const shared = before.length >= 2 ? { ...SAME, removed: FieldSet.LEAF } : { ...SAME, added: FieldSet.LEAF };
  return together(alone, shared);
}

function compareMaps(before: JsonObject, after: JsonObject, node: SchemaNode | null): Comparison {
  const changes: [PathElement, Comparison][] = [];
  const visit = (name: string, left: Json | undefined, right: Json | undefined): void => {
    const change = compare(left, right, node?.child(name) ?? null);
    if (change !== SAME) changes.push([fieldElement(name), change]);
  };
  for (const [name, left] of fieldsOf(before)) visit(name, left, Object.hasOwn(after, name) ? after[name] : undefined);
  for (const [name, right] of fieldsOf(after)) {
    if (!Object.hasOwn(before, name) || before[name] === undefined) visit(name, undefined, right);
  }
  return below(changes);
}

const union = <T>(a: Iterable<T>, b: Iterable<T>): T[] => [...new Set([...a, ...b])];

const together = (a: Comparison, b: Comparison): Comparison => ({
  added: a.added.union(b.added),
  modified: a.modified.union(b.modified),
  removed: a.removed.union(b.removed),
});

function below(children: readonly (readonly [PathElement, Comparison])[]): Comparison {
  if (children.length === 0) return SAME;
  const pick = (part: keyof Comparison): FieldSet =>
    FieldSet.of(
      false,
      children.map(([element, comparison]) => [element, comparison[part]]),
    );
  return { added: pick('added'), modified: pick('modified'), removed: pick('removed') };
}
