import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import type { PathElement } from './path-element.js';
import { elementOf, fieldsOf, itemsOf, structureOf } from './structure.js';

/**
 * The live value with what is applied: maps and keyed lists merge, everything else is taken from what is applied. A null
 * that is applied to a map or list says nothing about what is in it. What is applied has no item twice.
 */
export function merge(live: Json | undefined, applied: Json, node: SchemaNode | null): Json {
  const structure = structureOf(applied, node);
  if (structure === 'leaf' || live === undefined) return applied;
  if (structure === 'map') {
    const [left, right] = [isJsonObject(live) ? live : {}, isJsonObject(applied) ? applied : {}];
    if (Object.keys(left).length === 0 && Object.keys(right).length === 0) return applied;
    return mergeMaps(left, right, node);
  }
  const [left, right] = [Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : []];
  return left.length === 0 && right.length === 0 ? applied : mergeLists(left, right, structure, node);
}

function mergeMaps(live: JsonObject, applied: JsonObject, node: SchemaNode | null): JsonObject {
  const merged: Record<string, Json | undefined> = { ...live };
  for (const [name, value] of fieldsOf(applied)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    merged[name] = merge(before, value, node?.child(name) ?? null);
  }
  return merged;
}

/**
 * Applied elements come in their order; the live ones that are not applied keep their place before the next element that
 * both have, and come before new ones.
 */
function mergeLists(
  live: readonly Json[],
  applied: readonly Json[],
  structure: 'keyed-list' | 'set',
  node: SchemaNode | null,
): Json[] {
  const mine = itemsOf(applied, structure, node);
  const known = itemsOf(live, structure, node);
  const theirs = live.map((item, index) => ({ element: elementOf(item, index, structure, node), item }));
  const shared = [...mine.keys()].filter((element) => known.has(element));
  const done = new Set<PathElement>();
  const merged: Json[] = [];
  let next = 0;
  let nextShared = 0;
  /** Takes what only the live list has, up to where an element that both have is to come. */
  const takeOthers = (upTo: PathElement): void => {
    for (; next < theirs.length; next += 1) {
      const { element, item } = theirs[next] as { element: PathElement; item: Json };
      if (element === upTo) return;
      if (!mine.has(element)) merged.push(item);
      else if (nextShared === shared.length || element === shared[nextShared]) {
        if (done.has(element)) next += 1;
        return;
      }
    }
  };
  for (const [element, [item = null]] of mine) {
    takeOthers(element);
    const [before, ...more] = known.get(element) ?? [];
    // Of several live items with this key nobody knows which one is meant.
    merged.push(merge(more.length > 0 ? undefined : before, item, node?.items ?? null));
    done.add(element);
    if (shared[nextShared] === element) nextShared += 1;
    if (theirs[next]?.element === element) next += 1;
  }
  return [...merged, ...theirs.slice(next).flatMap(({ element, item }) => (mine.has(element) ? [] : [item]))];
}
