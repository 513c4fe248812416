import type { Json } from '../object.js';

/**
 * A merged list in the order a patch asks for: what it names comes in that order, before what only the server has, unless
 * both were there and the other way round. Where a key is named twice, its first place counts.
 */
export function inElementOrder(
  merged: readonly Json[],
  before: readonly Json[],
  order: readonly Json[],
  keyOf: (item: Json) => Json,
): Json[] {
  const text = (item: Json): string => JSON.stringify(keyOf(item));
  const wanted = firstPlaces(order.map(text));
  const earlier = firstPlaces(before.map(text));
  const sorted = (items: readonly Json[], places: ReadonlyMap<string, number>): Json[] =>
    items
      .map((item) => ({ item, place: places.get(text(item)) ?? items.length }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  const named = sorted(
    merged.filter((item) => wanted.has(text(item))),
    wanted,
  );
  const others = sorted(
    merged.filter((item) => !wanted.has(text(item))),
    earlier,
  );
  const result: Json[] = [];
  let next = 0;
  for (const item of named) {
    const left = earlier.get(text(item));
    for (; next < others.length && left !== undefined; next += 1) {
      const other = others[next] as Json;
      const right = earlier.get(text(other));
      if (right === undefined || right >= left) break;
      result.push(other);
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function firstPlaces(keys: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [index, key] of keys.entries()) if (!places.has(key)) places.set(key, index);
  return places;
}
