import type { Json } from '../object.js';

/**
 * A merged list in the order a patch asks for: what it names comes in that order, before what only the server has, unless
 * both were there and the other way round.
 */
export function inElementOrder(
  merged: readonly Json[],
  before: readonly Json[],
  order: readonly Json[],
  keyOf: (item: Json) => Json,
): Json[] {
  const text = (item: Json): string => JSON.stringify(keyOf(item));
  const wanted = new Map(order.map((item, index) => [text(item), index]));
  const earlier = new Map(before.map((item, index) => [text(item), index]));
  const rank = (item: Json): number => wanted.get(text(item)) ?? 0;
  const named = merged.filter((item) => wanted.has(text(item))).sort((a, b) => rank(a) - rank(b));
  const others = merged.filter((item) => !wanted.has(text(item)));
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
