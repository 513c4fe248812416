import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import type { Schema } from '../schema/schema.js';
import { applyStrategicPatch } from './strategic-patch.js';

const text: Schema = { type: 'string' };
const numbers: Schema = { type: 'array', items: { type: 'integer' } };
const merged = { 'x-kubernetes-patch-strategy': 'merge' };
const byName = { ...merged, 'x-kubernetes-patch-merge-key': 'name' };
const retaining = { ...byName, 'x-kubernetes-patch-strategy': 'merge,retainKeys' };

/** An item with lists of items of every strategy, as deep as a test goes. */
function item(depth: number): Schema {
  const items = depth === 0 ? {} : item(depth - 1);
  const list: Schema = { type: 'array', items };
  return {
    type: 'object',
    properties: {
      name: text,
      value: text,
      other: text,
      map: { type: 'object', additionalProperties: text },
      keyed: { ...list, ...byName },
      plain: list,
      numbers: { ...numbers, ...merged },
      plainNumbers: numbers,
      retained: { ...items, 'x-kubernetes-patch-strategy': 'retainKeys' },
      retainedList: { ...list, ...retaining },
      raw: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
    },
  };
}
const schema = openSchema({ type: 'object', properties: { spec: item(3) } });

const patched = (before: JsonObject, patch: Json): Json | undefined => {
  const object = { apiVersion: 'v1', kind: 'Any', metadata: {}, spec: before } as unknown as KubeObject;
  return (applyStrategicPatch(object, { spec: patch }, schema) as unknown as JsonObject)['spec'];
};
const named = (...names: string[]): JsonObject[] => names.map((name) => ({ name }));

type Row = [name: string, before: JsonObject, patch: JsonObject, after: JsonObject];

describe('a map under a strategic merge patch', () => {
  it.each<Row>([
    ['gets fields where it was not', {}, { name: 'a', value: '1' }, { name: 'a', value: '1' }],
    ['stays as it is under an empty patch', { name: 'a' }, {}, { name: 'a' }],
    [
      'gains and loses fields at once',
      { name: 'a', other: 'o' },
      { name: null, value: '1' },
      { other: 'o', value: '1' },
    ],
    ['loses nothing that it does not have', { other: 'o' }, { name: null }, { other: 'o' }],
    ['loses a key of a map within', { map: { a: '1', b: '2' } }, { map: { b: null } }, { map: { a: '1' } }],
    ['is emptied by $patch: replace', { name: 'a', value: '1' }, { $patch: 'replace' }, {}],
    ['becomes what stands beside $patch: replace', { name: 'a' }, { $patch: 'replace', other: 'o' }, { other: 'o' }],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });
});

describe('a keyed list under a strategic merge patch', () => {
  it.each<Row>([
    ['stays empty', { keyed: [] }, { keyed: [] }, { keyed: [] }],
    [
      'is emptied by $patch: replace alone',
      { keyed: named('a', 'b') },
      { keyed: [{ $patch: 'replace' }] },
      { keyed: [] },
    ],
    [
      'loses all that is deleted',
      { keyed: named('a', 'b') },
      {
        keyed: [
          { name: 'a', $patch: 'delete' },
          { name: 'b', $patch: 'delete' },
        ],
      },
      { keyed: [] },
    ],
    [
      'loses nothing that it does not have',
      { keyed: [{ name: 'b', other: 'o' }] },
      { '$setElementOrder/keyed': named('b'), keyed: [{ name: 'a', $patch: 'delete' }] },
      { keyed: [{ name: 'b', other: 'o' }] },
    ],
    [
      'takes the order of the patch',
      { keyed: [{ name: 'a' }, { name: 'b', value: '2' }, { name: 'c' }] },
      {
        keyed: [
          { name: 'c', value: '3' },
          { name: 'a', value: '1' },
          { name: 'b', other: 'o' },
        ],
      },
      {
        keyed: [
          { name: 'c', value: '3' },
          { name: 'a', value: '1' },
          { name: 'b', value: '2', other: 'o' },
        ],
      },
    ],
    [
      'keeps the place of what the patch does not name',
      { keyed: [{ name: 'a' }, { name: 'b', value: '2' }, { name: 'c' }] },
      {
        keyed: [
          { name: 'c', value: '3' },
          { name: 'a', value: '1' },
        ],
      },
      {
        keyed: [
          { name: 'b', value: '2' },
          { name: 'c', value: '3' },
          { name: 'a', value: '1' },
        ],
      },
    ],
    [
      'may be ordered by names that nothing has',
      { keyed: named('a', 'c') },
      {
        '$setElementOrder/keyed': named('c', 'b', 'a'),
        keyed: [
          { name: 'c', value: '3' },
          { name: 'a', value: '1' },
        ],
      },
      {
        keyed: [
          { name: 'c', value: '3' },
          { name: 'a', value: '1' },
        ],
      },
    ],
    [
      'gets items at both ends',
      { keyed: [{ name: 'a', other: 'o' }, { name: 'b' }] },
      { '$setElementOrder/keyed': named('d', 'a', 'b', 'c'), keyed: [{ name: 'd' }, { name: 'c' }] },
      { keyed: [{ name: 'd' }, { name: 'a', other: 'o' }, { name: 'b' }, { name: 'c' }] },
    ],
    [
      'gets an item before one that only the server has',
      {
        keyed: [
          { name: 'a', other: 'o' },
          { name: 'c', other: 'p' },
        ],
      },
      {
        '$setElementOrder/keyed': named('a', 'b'),
        keyed: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
      },
      {
        keyed: [
          { name: 'a', value: '1', other: 'o' },
          { name: 'b', value: '2' },
          { name: 'c', other: 'p' },
        ],
      },
    ],
    [
      'gains and loses items at once, around one that only the server has',
      { keyed: [{ name: 'a' }, { name: 'b', other: 'o' }, { name: 'd', other: 'p' }] },
      { '$setElementOrder/keyed': named('b', 'c'), keyed: [{ name: 'c' }, { name: 'a', $patch: 'delete' }] },
      { keyed: [{ name: 'b', other: 'o' }, { name: 'd', other: 'p' }, { name: 'c' }] },
    ],
    [
      'keeps one that only the server has before those that the patch brings',
      {
        keyed: [
          { name: 'a', other: 'o' },
          { name: 'd', other: 'p' },
        ],
      },
      {
        '$setElementOrder/keyed': named('b', 'c'),
        keyed: [{ name: 'b' }, { name: 'c' }, { name: 'a', $patch: 'delete' }],
      },
      { keyed: [{ name: 'd', other: 'p' }, { name: 'b' }, { name: 'c' }] },
    ],
    [
      'loses a field of an item',
      { keyed: [{ name: 'a', value: '1', other: 'o' }, { name: 'b' }] },
      { '$setElementOrder/keyed': named('a', 'b'), keyed: [{ name: 'a', value: null }] },
      { keyed: [{ name: 'a', other: 'o' }, { name: 'b' }] },
    ],
    [
      'loses no field that an item does not have',
      { keyed: [{ name: 'a', other: 'o' }] },
      { keyed: [{ name: 'a', value: null }] },
      { keyed: [{ name: 'a', other: 'o' }] },
    ],
    [
      'replaces plain lists of its items',
      { keyed: [{ name: 'a', other: 'o', plain: [{ name: 'x' }, { name: 'y', value: '2' }] }, { name: 'b' }] },
      { '$setElementOrder/keyed': named('a', 'b'), keyed: [{ name: 'a', plain: [{ name: 'x', value: '1' }] }] },
      { keyed: [{ name: 'a', other: 'o', plain: [{ name: 'x', value: '1' }] }, { name: 'b' }] },
    ],
    [
      'merges and orders keyed lists of its items',
      { keyed: [{ name: 'a', keyed: [{ name: 'x' }, { name: 'y', value: '2' }] }, { name: 'b' }] },
      {
        '$setElementOrder/keyed': named('b', 'a'),
        keyed: [{ name: 'a', '$setElementOrder/keyed': named('y', 'x'), keyed: [{ name: 'x', value: '1' }] }],
      },
      {
        keyed: [
          { name: 'b' },
          {
            name: 'a',
            keyed: [
              { name: 'y', value: '2' },
              { name: 'x', value: '1' },
            ],
          },
        ],
      },
    ],
    [
      'deletes out of keyed lists of its items',
      { keyed: [{ name: 'a', keyed: named('x', 'y') }] },
      { keyed: [{ name: 'a', '$setElementOrder/keyed': named('y'), keyed: [{ name: 'x', $patch: 'delete' }] }] },
      { keyed: [{ name: 'a', keyed: named('y') }] },
    ],
    [
      'merges maps of its items',
      { keyed: [{ name: 'a', map: { x: '1', y: '2' } }] },
      { keyed: [{ name: 'a', map: { x: null, z: '3' } }] },
      { keyed: [{ name: 'a', map: { y: '2', z: '3' } }] },
    ],
    [
      'merges numbers of its items',
      { keyed: [{ name: 'a', numbers: [1, 2, 3] }] },
      {
        keyed: [
          { name: 'a', '$setElementOrder/numbers': [4, 1], '$deleteFromPrimitiveList/numbers': [2], numbers: [4] },
        ],
      },
      { keyed: [{ name: 'a', numbers: [4, 1, 3] }] },
    ],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });

  it.each<Row>([
    [
      'loses every item of a key that is deleted',
      { keyed: [...named('a', 'a'), { name: 'b', value: '1' }, ...named('c', 'c')] },
      {
        keyed: [
          { name: 'a', $patch: 'delete' },
          { name: 'c', $patch: 'delete' },
        ],
      },
      { keyed: [{ name: 'b', value: '1' }] },
    ],
    [
      'keeps several items of a key in their order, in the first place that is asked for',
      { keyed: [{ name: 'a' }, { name: 'b', value: '1' }, { name: 'c' }, { name: 'b', value: '2' }, { name: 'd' }] },
      { '$setElementOrder/keyed': named('b', 'a', 'd', 'c', 'b') },
      { keyed: [{ name: 'b', value: '1' }, { name: 'b', value: '2' }, { name: 'a' }, { name: 'd' }, { name: 'c' }] },
    ],
    [
      'merges into the first of several items of a key',
      {
        keyed: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { keyed: [{ name: 'a', other: 'o' }] },
      {
        keyed: [
          { name: 'a', value: '1', other: 'o' },
          { name: 'a', value: '2' },
        ],
      },
    ],
    [
      'has anew what is deleted and given at once, as one that was not there',
      { keyed: [{ name: 'b' }, { name: 'a', value: '1' }] },
      {
        keyed: [
          { name: 'a', other: 'o' },
          { name: 'a', $patch: 'delete' },
        ],
      },
      { keyed: [{ name: 'a', other: 'o' }, { name: 'b' }] },
    ],
    [
      'is replaced by the rest of the patch, also when the directive stands in an item',
      { keyed: named('a', 'b') },
      { keyed: [{ name: 'a', value: '1', $patch: 'replace' }, { name: 'c' }, { name: 'b', $patch: 'delete' }] },
      { keyed: named('c') },
    ],
    [
      'is made of the items of the patch that have no directive, where it was not',
      {},
      { keyed: [{ name: 'a' }, { name: 'b', $patch: 'delete' }, { $patch: 'replace' }] },
      { keyed: named('a') },
    ],
    [
      'is made in the order that is asked for, where it was not',
      {},
      { '$setElementOrder/keyed': named('a', 'b'), keyed: named('a', 'b') },
      { keyed: named('a', 'b') },
    ],
    ['is not made by an order alone', {}, { '$setElementOrder/keyed': named('a') }, {}],
    [
      'takes a new item as the patch has it, with directives that nothing reads',
      { keyed: [] },
      { keyed: [{ name: 'a', $retainKeys: ['name'] }] },
      { keyed: [{ name: 'a', $retainKeys: ['name'] }] },
    ],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });

  it('orders two lists of an item, and deletes out of one, whichever comes first', () => {
    const before = { keyed: named('a', 'b', 'c'), retainedList: named('a', 'b', 'c') };
    const patch = {
      '$setElementOrder/keyed': named('c', 'a'),
      keyed: [{ name: 'b', $patch: 'delete' }],
      '$setElementOrder/retainedList': named('c', 'a', 'b'),
    };
    const after = { keyed: named('c', 'a'), retainedList: named('c', 'a', 'b') };
    expect(patched(before, patch)).toEqual(after);
    expect(patched(before, Object.fromEntries(Object.entries(patch).reverse()))).toEqual(after);
  });
});

describe('a list of plain values under a strategic merge patch', () => {
  it.each<Row>([
    ['has each value once', { numbers: [1, 2] }, { numbers: [2, 3] }, { numbers: [1, 2, 3] }],
    ['takes the order of the patch', { numbers: [1, 2, 3] }, { numbers: [3, 1, 2] }, { numbers: [3, 1, 2] }],
    [
      'keeps the place of what the patch does not name',
      { numbers: [1, 2, 3] },
      { numbers: [3, 1] },
      { numbers: [2, 3, 1] },
    ],
    ['is replaced without a strategy', { plainNumbers: [1, 4] }, { plainNumbers: [2, 3] }, { plainNumbers: [2, 3] }],
    [
      'may be ordered by values that it does not have',
      { numbers: [1, 3] },
      { '$setElementOrder/numbers': [3, 2, 1] },
      { numbers: [3, 1] },
    ],
    [
      'loses a value as often as it has it, and keeps what only the server has',
      { numbers: [1, 2, 3, 3, 4] },
      { '$setElementOrder/numbers': [1, 2], '$deleteFromPrimitiveList/numbers': [3] },
      { numbers: [1, 2, 4] },
    ],
    [
      'has a value that it has twice in the first place that is asked for',
      { numbers: [1, 2, 3, 2, 4] },
      { '$setElementOrder/numbers': [2, 1, 4, 3, 2] },
      { numbers: [2, 2, 1, 4, 3] },
    ],
    ['has each value once as soon as another comes', { numbers: [1, 2, 1] }, { numbers: [3] }, { numbers: [3, 1, 2] }],
    ['keeps what it has twice where it is new', {}, { numbers: [1, 2, 1] }, { numbers: [1, 2, 1] }],
    [
      'loses no value that it does not have',
      { numbers: [1, 2] },
      { '$deleteFromPrimitiveList/numbers': [3] },
      { numbers: [1, 2] },
    ],
    [
      'stays empty when values are deleted',
      { numbers: [] },
      { '$deleteFromPrimitiveList/numbers': [3] },
      { numbers: [] },
    ],
    ['is not made by a deletion', {}, { '$deleteFromPrimitiveList/numbers': [3] }, {}],
    [
      'loses values also without a strategy',
      { plainNumbers: [1, 2, 3] },
      { '$deleteFromPrimitiveList/plainNumbers': [3] },
      { plainNumbers: [1, 2] },
    ],
    ['goes when null is deleted from it', { numbers: [1] }, { '$deleteFromPrimitiveList/numbers': null }, {}],
    [
      'loses a value that is given and deleted at once',
      { numbers: [1, 2] },
      { '$setElementOrder/numbers': [3, 1], '$deleteFromPrimitiveList/numbers': [3], numbers: [3] },
      { numbers: [1, 2] },
    ],
    [
      'gains and loses values at once',
      { numbers: [1, 2, 3] },
      { '$setElementOrder/numbers': [1, 2, 4], '$deleteFromPrimitiveList/numbers': [3], numbers: [4] },
      { numbers: [1, 2, 4] },
    ],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });
});

describe('what retains keys under a strategic merge patch', () => {
  it.each<Row>([
    [
      'gains a field without a directive',
      { retained: { name: 'a' } },
      { retained: { value: '1' } },
      { retained: { name: 'a', value: '1' } },
    ],
    [
      'loses a field without a directive',
      { retained: { name: 'a', value: '1' } },
      { retained: { value: null } },
      { retained: { name: 'a' } },
    ],
    ['stays under an empty patch', { retained: { name: 'a' } }, { retained: {} }, { retained: { name: 'a' } }],
    [
      'loses all that the directive does not name',
      { retained: { name: 'a', value: '1', other: 'o' } },
      { retained: { $retainKeys: ['name', 'other'], other: 'p' } },
      { retained: { name: 'a', other: 'p' } },
    ],
    [
      'loses everything under an empty directive',
      { retained: { name: 'a' } },
      { retained: { $retainKeys: [] } },
      { retained: {} },
    ],
    [
      'does so for each item of a list',
      {
        retainedList: [
          { name: 'a', value: '1', other: 'o' },
          { name: 'b', value: '2' },
        ],
      },
      { retainedList: [{ name: 'a', $retainKeys: ['name', 'value'], value: '3' }] },
      {
        retainedList: [
          { name: 'a', value: '3' },
          { name: 'b', value: '2' },
        ],
      },
    ],
    [
      'does so for nothing in a list without a directive',
      { retainedList: [{ name: 'b' }, { name: 'a', value: '1' }] },
      { retainedList: [{ name: 'a', value: null, other: 'o' }] },
      { retainedList: [{ name: 'b' }, { name: 'a', other: 'o' }] },
    ],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });
});

describe('what is within what retains keys', () => {
  const retained = (fields: JsonObject): JsonObject => ({ retained: { name: 'a', ...fields } });
  const retain = (names: string[], fields: JsonObject = {}): JsonObject => ({
    retained: { $retainKeys: ['name', ...names], ...fields },
  });

  it.each<Row>([
    [
      'gains a key of a map',
      retained({ map: { x: '1' } }),
      retain(['map'], { map: { y: '2' } }),
      retained({ map: { x: '1', y: '2' } }),
    ],
    [
      'loses a key of a map',
      retained({ map: { x: '1', y: '2' } }),
      retain(['map'], { map: { y: null } }),
      retained({ map: { x: '1' } }),
    ],
    [
      'changes a key of a map, whatever the server put beside it',
      retained({ map: { x: '1', z: '3' } }),
      retain(['map'], { map: { x: '2' } }),
      retained({ map: { x: '2', z: '3' } }),
    ],
    ['stays as it is', retained({ map: { x: '1' }, other: 'o' }), retain(['map']), retained({ map: { x: '1' } })],
    [
      'has its plain list replaced',
      retained({ plain: named('x', 'y') }),
      retain(['plain'], { plain: named('z') }),
      retained({ plain: named('z') }),
    ],
    [
      'keeps its plain list',
      retained({ plain: named('x'), value: '1' }),
      retain(['plain']),
      retained({ plain: named('x') }),
    ],
    ['loses its plain list', retained({ plain: named('x') }), retain([]), retained({})],
    [
      'gains a number, and loses one',
      retained({ numbers: [1, 2, 3] }),
      retain(['numbers'], {
        numbers: [4],
        '$setElementOrder/numbers': [1, 2, 4],
        '$deleteFromPrimitiveList/numbers': [3],
      }),
      retained({ numbers: [1, 2, 4] }),
    ],
    ['loses its numbers', retained({ numbers: [1] }), retain([]), retained({})],
    [
      'gains an item',
      retained({ keyed: named('x') }),
      retain(['keyed'], { keyed: named('y'), '$setElementOrder/keyed': named('x', 'y') }),
      retained({ keyed: named('x', 'y') }),
    ],
    [
      'changes an item',
      retained({ keyed: [{ name: 'x', value: '1' }, { name: 'y' }] }),
      retain(['keyed'], { keyed: [{ name: 'x', value: '2' }], '$setElementOrder/keyed': named('x', 'y') }),
      retained({ keyed: [{ name: 'x', value: '2' }, { name: 'y' }] }),
    ],
    [
      'loses an item',
      retained({ keyed: named('x', 'y') }),
      retain(['keyed'], { keyed: [{ name: 'x', $patch: 'delete' }], '$setElementOrder/keyed': named('y') }),
      retained({ keyed: named('y') }),
    ],
    ['loses its items', retained({ keyed: named('x') }), retain([]), retained({})],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });
});

describe('a value that is not merged', () => {
  it.each<Row>([
    ['is taken without its nulls', {}, { any: { a: null, b: { c: 'x', d: null } } }, { any: { b: { c: 'x' } } }],
    ['is taken empty when it has nothing but nulls', {}, { any: { a: { b: null } } }, { any: { a: {} } }],
    [
      'is taken without the nulls of its items',
      {},
      { any: [{ a: { b: 'x', c: null } }] },
      { any: [{ a: { b: 'x' } }] },
    ],
    ['is taken with nulls that are items', {}, { any: ['x', null, 'y'] }, { any: ['x', null, 'y'] }],
    ['is taken as an empty list', { name: 'a' }, { any: [] }, { name: 'a', any: [] }],
    [
      'leaves nulls that are there',
      { any: null, map: { x: null } },
      { other: 'o' },
      { any: null, map: { x: null }, other: 'o' },
    ],
    ['is not there when it has a directive and nothing was before', {}, { map: { $patch: 'replace', x: '1' } }, {}],
    ['does without what has a directive in it', {}, { any: { a: { $patch: 'delete' }, b: 'x' } }, { any: { b: 'x' } }],
    ['takes the place of one of another type', { any: 'x' }, { any: { a: null, b: 1 } }, { any: { b: 1 } }],
    [
      'is replaced where the schema says so, beside lists that merge',
      { raw: { old: 1 }, keyed: [{ name: 'a', value: '1' }], value: 'v' },
      { raw: { new: 2 }, keyed: named('b'), '$setElementOrder/keyed': named('a', 'b') },
      { raw: { new: 2 }, keyed: [{ name: 'a', value: '1' }, { name: 'b' }], value: 'v' },
    ],
    [
      'keeps nulls where a directive puts it in the place of another',
      { any: { a: { b: 1 } } },
      { any: { a: { $patch: 'replace', c: null } } },
      { any: { a: { c: null } } },
    ],
  ])('%s', (_name, before, patch, after) => {
    expect(patched(before, patch)).toEqual(after);
  });
});

describe('a strategic merge patch is refused', () => {
  it.each<[string, JsonObject, string]>([
    [
      'for items in another order than it asks for',
      { '$setElementOrder/keyed': named('a', 'b', 'c'), keyed: named('c', 'a') },
      "doesn't match $setElementOrder list",
    ],
    [
      'for values in another order than it asks for',
      { '$setElementOrder/numbers': [1, 2, 3], numbers: [3, 1] },
      "doesn't match $setElementOrder list",
    ],
    [
      'for a directive after the last item that it asks for',
      { '$setElementOrder/keyed': named('a', 'c'), keyed: [{ name: 'c' }, { $patch: 'replace' }] },
      "doesn't match $setElementOrder list",
    ],
    [
      'for an order of what is empty',
      { '$setElementOrder/empty': named('a') },
      'no elements in any of the given slices',
    ],
    ['for an item without its key', { keyed: [{ value: '1' }] }, 'does not contain declared merge key'],
    ['for a deletion without a key', { keyed: [{ $patch: 'delete' }] }, 'does not contain declared merge key'],
    ['for an order without a key', { '$setElementOrder/keyed': [{}] }, 'does not contain declared merge key'],
    [
      'for an item to be merged by name',
      { keyed: [{ name: 'a', $patch: 'merge' }] },
      'merging lists cannot yet be specified in the patch',
    ],
    [
      'for an unknown directive of an item',
      { keyed: [{ name: 'a', $patch: 'erase' }] },
      'unknown patch type: erase in map: map[$patch:erase name:a]',
    ],
    ['for a field that it sets and does not retain', { retained: { $retainKeys: ['name'], value: '1' } }, 'retainKeys'],
  ])('%s', (_name, patch, message) => {
    const before = { keyed: named('a', 'b', 'c'), numbers: [1, 2, 3], retained: {}, empty: [] };
    expect(() => patched(before, patch)).toThrow(message);
  });
});
