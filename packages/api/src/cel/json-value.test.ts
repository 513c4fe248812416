import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import type { Schema } from '../schema/schema.js';
import { jsonValue } from './json-value.js';
import { CelList, CelMap, type CelValue, equal } from './value.js';

const value = (schema: Schema, json: Json): CelValue => jsonValue(json, openSchema(schema).root);
const listed = (schema: Schema, json: Json): CelList => {
  const list = value(schema, json);
  if (list instanceof CelList) return list;
  throw new Error('the schema is of no list');
};
const text: Schema = { type: 'string' };
const set: Schema = { type: 'array', items: text, 'x-kubernetes-list-type': 'set' };
const keyed: Schema = {
  type: 'array',
  items: { type: 'object', properties: { 'a.b': text, size: { type: 'integer' } } },
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['a.b'],
};

describe('a JSON value', () => {
  it('has no fields that only its prototype has', () => {
    const schema: Schema = { type: 'object', properties: { constructor: text, a: text } };
    const object = value(schema, { a: 'x' });
    expect(object instanceof CelMap && [...object.keys()]).toEqual(['a']);
  });

  it.each<[string, Schema, Json, Json, boolean]>([
    ['sets', set, ['a', 'b'], ['b', 'a'], true],
    ['sets', set, ['a', 'b'], ['b', 'c'], false],
    ['keyed lists', keyed, [{ 'a.b': 'x', size: 1 }, { 'a.b': 'y' }], [{ 'a.b': 'y' }, { 'a.b': 'x', size: 1 }], true],
    ['keyed lists', keyed, [{ 'a.b': 'x', size: 1 }], [{ 'a.b': 'x', size: 2 }], false],
  ])('%s are equal whatever their order: %#', (_what, schema, one, other, expected) => {
    expect(equal(value(schema, one), value(schema, other))).toBe(expected);
  });

  it.each<[string, Schema, Json, Json, Json]>([
    ['sets', set, ['a', 'b'], ['b', 'c'], ['a', 'b', 'c']],
    [
      'keyed lists',
      keyed,
      [{ 'a.b': 'x', size: 1 }, { 'a.b': 'y' }],
      [{ 'a.b': 'x', size: 2 }, {}],
      [{ 'a.b': 'x', size: 2 }, { 'a.b': 'y' }, {}],
    ],
  ])('%s are put together without doubles', (_what, schema, one, other, together) => {
    const made = listed(schema, one).concat(listed(schema, other));
    expect(made).toMatchObject({ json: together });
  });

  it.each<[string, (one: CelList, other: CelList) => unknown]>([
    ['compared', equal],
    ['put together', (one, other) => one.concat(other)],
  ])('of many items is %s with a few looks at each', (_what, work) => {
    let looks = 0;
    const items = Array.from({ length: 1000 }, (_, index) => ({
      get 'a.b'(): string {
        looks += 1;
        return `item ${index}`;
      },
    }));
    work(listed(keyed, items), listed(keyed, items.toReversed()));
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(20 * items.length);
  });
});
