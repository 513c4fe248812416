import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedMap } from './sorted-map.js';

const key = fc.nat(3_000).map((number) => `/${number}`);
const changes = fc.array(fc.record({ key, value: fc.option(fc.nat(9), { nil: undefined }) }), { maxLength: 3_000 });

function valuesOf<V>(map: SortedMap<V>, from = '', to?: string): V[] {
  const values: V[] = [];
  map.visit(from, to, (value) => values.push(value) > 0);
  return values;
}

describe('a sorted map', () => {
  it('does what a plain map sorted afterwards does', () => {
    fc.assert(
      fc.property(changes, key, key, (history, a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const plain = new Map<string, number>();
        const sorted = new SortedMap<number>((value) => value);
        for (const { key, value } of history) {
          if (value === undefined) plain.delete(key);
          else plain.set(key, value);
          if (value === undefined) sorted.delete(key);
          else sorted.set(key, value);
        }
        const within = [...plain].filter(([key]) => key >= from && key < to).sort(([x], [y]) => (x < y ? -1 : 1));
        expect(sorted.size).toBe(plain.size);
        expect(sorted.get(a)).toBe(plain.get(a));
        expect(valuesOf(sorted, from, to)).toEqual(within.map(([, value]) => value));
        expect(sorted.weight(from, to)).toBe(within.reduce((sum, [, value]) => sum + value, 0));
        expect(sorted.weight('', undefined)).toBe([...plain.values()].reduce((sum, value) => sum + value, 0));
      }),
      { numRuns: 60 },
    );
  });

  it('stops when the visitor has seen enough', () => {
    const map = new SortedMap<number>(() => 1);
    for (let number = 0; number < 2_000; number += 1) map.set(String(number).padStart(4, '0'), number);
    const seen: number[] = [];
    map.visit('0700', undefined, (number) => seen.push(number) < 3);
    expect(seen).toEqual([700, 701, 702]);
  });

  it.each([
    ['ascending', (index: number) => index],
    ['descending', (index: number) => 9_999 - index],
    ['scattered', (index: number) => (index * 7_919) % 10_000],
  ])('keeps its order over many chunks when keys come %s, and is empty when all are gone', (_, order) => {
    const map = new SortedMap<string>(() => 1);
    const keys = Array.from({ length: 10_000 }, (_, index) => String(order(index)).padStart(4, '0'));
    for (const key of keys) map.set(key, key);
    expect(valuesOf(map)).toEqual([...keys].sort());
    for (const key of keys) map.delete(key);
    expect([map.size, map.weight('', undefined), valuesOf(map)]).toEqual([0, 0, []]);
  });

  it('that is filled at once is as one that grew', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 3_000 }), key, (keys, more) => {
        const [grown, filled] = [
          new SortedMap<string>((value) => value.length),
          new SortedMap<string>((value) => value.length),
        ];
        for (const one of keys) grown.set(one, one);
        filled.fill(new Map(keys.map((one) => [one, one])));
        for (const map of [grown, filled]) map.set(more, 'more');
        expect(valuesOf(filled)).toEqual(valuesOf(grown));
        expect([filled.size, filled.weight('', undefined)]).toEqual([grown.size, grown.weight('', undefined)]);
      }),
    );
  });
});
