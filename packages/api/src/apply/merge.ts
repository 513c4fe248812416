import { badRequest } from '../errors.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { type PathElement, printElement } from './path-element.js';
import { elementOf, fieldsOf, itemsOf, structureOf } from './structure.js';

/**
 * The live value with what is applied: maps and keyed lists merge, everything else is taken from what is applied.
 *
 * @throws ApiError BadRequest for an applied keyed list that has an element twice, or one without its key.
 */
export function merge(live: Json, applied: Json, node: SchemaNode | null): Json {
  const structure = structureOf(applied, node);
  if (structure === 'leaf') return applied;
  if (structure !== structureOf(live, node)) {
    if (structure === 'map') return mergeMaps({}, applied as JsonObject, node);
    return mergeLists([], applied as readonly Json[], structure, node);
  }
  if (structure === 'map') return mergeMaps(live as JsonObject, applied as JsonObject, node);
  return mergeLists(live as readonly Json[], applied as readonly Json[], structure, node);
}

function mergeMaps(live: JsonObject, applied: JsonObject, node: SchemaNode | null): JsonObject {
  const merged: Record<string, Json | undefined> = { ...live };
  for (const [name, value] of fieldsOf(applied))
    merged[name] = merge(live[name] ?? null, value, node?.child(name) ?? null);
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
  refuseAmbiguous(applied, mine, structure, node);
  const theirs = live.map((item, index) => ({ element: elementOf(item, index, structure, node), item }));
  const known = new Map(theirs.map(({ element, item }) => [element, item]));
  const shared = [...mine.keys()].filter((element) => known.has(element));
  const merged: Json[] = [];
  let next = 0;
  const takeOthers = (): void => {
    for (; next < theirs.length; next += 1) {
      const { element, item } = theirs[next] as { element: PathElement; item: Json };
      if (element === shared[0]) return;
      if (!mine.has(element)) merged.push(item);
    }
  };
  for (const [element, item] of mine) {
    takeOthers();
    const before = known.get(element) ?? null;
    merged.push(structure === 'set' ? item : merge(before, item, node?.items ?? null));
    if (element !== shared[0]) continue;
    shared.shift();
    if (theirs[next]?.element === element) next += 1;
  }
  takeOthers();
  return merged;
}

/** Of what is applied, each element has its key, and each key one element. */
function refuseAmbiguous(
  applied: readonly Json[],
  mine: ReadonlyMap<PathElement, Json>,
  structure: 'keyed-list' | 'set',
  node: SchemaNode | null,
): void {
  const elements = applied.map((item, index) => elementOf(item, index, structure, node));
  const keyless = elements.findIndex((element) => element.startsWith('i:'));
  if (keyless >= 0)
    throw badRequest(
      `element ${keyless}: associative list with keys has an element that omits key field ${node?.mapKeys.join(', ')}`,
    );
  if (mine.size === applied.length) return;
  const twice = elements.find((element, index) => elements.indexOf(element) !== index) ?? '';
  throw badRequest(`duplicate entries for key ${printElement(twice)}`);
}
