import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import { KeyedItems } from './keyed-items.js';

const named = (name: string, value = 0): JsonObject => ({ name, value });

function nameOf(item: Json): Json {
  const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;
  if (name === undefined) throw new RangeError('no name');
  return name;
}

describe('a list that is merged by keys', () => {
  it('keeps the places of its items, and puts new ones at the end', () => {
    const list = new KeyedItems([named('a'), named('b')], nameOf);
    for (const item of [named('c'), named('a', 1)]) list.put(item);
    expect(list.items()).toEqual([named('a', 1), named('b'), named('c')]);
  });

  it('finds the first of several items with a key, and takes out all of them', () => {
    const list = new KeyedItems([named('a', 1), named('b'), named('a', 2)], nameOf);
    expect(list.find(named('a'))).toEqual(named('a', 1));
    list.put(named('a', 3));
    expect(list.items()).toEqual([named('a', 3), named('b'), named('a', 2)]);
    list.delete(named('a'));
    expect(list.find(named('a'))).toBeUndefined();
    expect(list.items()).toEqual([named('b')]);
  });

  it('puts what was taken out at the end', () => {
    const list = new KeyedItems([named('a'), named('b')], nameOf);
    list.delete(named('a'));
    list.put(named('a', 1));
    expect(list.items()).toEqual([named('b'), named('a', 1)]);
  });

  it('has no item without a key', () => {
    expect(() => new KeyedItems([named('a'), {}], nameOf)).toThrow('no name');
  });
});
