import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { machine, schemaOf } from '../testing/machine-schema.js';
import { merge } from './merge.js';

const { root } = schemaOf(machine);
const merged = (live: JsonObject, applied: JsonObject): Json => merge(live, applied, root.child('spec'));
const anything = openSchema({ type: 'object', properties: { any: { 'x-kubernetes-preserve-unknown-fields': true } } });
const mergedAnyhow = (live: JsonObject, applied: JsonObject): Json => merge(live, applied, anything.root.child('any'));

describe('merging what is applied into what is there', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['takes a number of another kind', { load: 1 }, { load: 0.25 }, { load: 0.25 }],
    ['takes a whole number for a fraction', { load: 0.25 }, { load: 1 }, { load: 1 }],
    ['keeps other fields', { image: 'x' }, { running: true }, { image: 'x', running: true }],
    ['takes a value for an object that may be either', { delay: 5 }, { delay: '5s' }, { delay: '5s' }],

    ['makes an empty map', {}, { labels: {} }, { labels: {} }],
    ['makes a map that is null', {}, { labels: null }, { labels: null }],
    ['takes an empty map for null', { labels: null }, { labels: {} }, { labels: {} }],
    ['takes null for an empty map', { labels: {} }, { labels: null }, { labels: null }],
    ['leaves an empty map', { labels: {} }, { labels: {} }, { labels: {} }],
    ['makes an empty struct', {}, { firmware: {} }, { firmware: {} }],
    ['makes a struct that is null', {}, { firmware: null }, { firmware: null }],
    ['takes an empty struct for null', { firmware: null }, { firmware: {} }, { firmware: {} }],
    ['takes null for an empty struct', { firmware: {} }, { firmware: null }, { firmware: null }],
    ['leaves an empty struct', { firmware: {} }, { firmware: {} }, { firmware: {} }],
    ['makes an empty list', {}, { boot: [] }, { boot: [] }],
    ['makes a list that is null', {}, { boot: null }, { boot: null }],
    ['takes an empty list for null', { boot: null }, { boot: [] }, { boot: [] }],
    ['takes null for an empty list', { boot: [] }, { boot: null }, { boot: null }],
    ['leaves an empty list', { boot: [] }, { boot: [] }, { boot: [] }],

    ['takes null for an atomic list', { boot: ['net', 'net', 'disk'] }, { boot: null }, { boot: null }],
    ['empties an atomic list', { boot: ['net', 'disk'] }, { boot: [] }, { boot: [] }],
    [
      'takes fewer of an atomic list',
      { boot: ['net', 'net', 'net'] },
      { boot: ['net', 'net'] },
      { boot: ['net', 'net'] },
    ],
  ])('%s', (_what, live, applied, after) => {
    expect(merged(live, applied)).toEqual(after);
  });
});

describe('merging sets', () => {
  /** Members as words: `p q` is ['p', 'q']. */
  const words = (list: string): string[] => (list === '' ? [] : list.split(' '));

  it.each<[string, live: string, applied: string, after: string]>([
    ['keeps what is not applied', 'p q r', 'p q', 'p q r'],
    ['adds what is new', 'p q', 'p q r', 'p q r'],
    ['keeps all when nothing is applied', 'p q r', '', 'p q r'],
    ['makes what was empty', '', 'p q r', 'p q r'],
    ['takes the order of what is applied', 'p q', 'q p', 'q p'],
    ['puts what is new behind what is not applied', 'p q r', 's t u', 'p q r s t u'],
    ['puts what is new behind a shared last one', 'p q r', 'r s t u', 'p q r s t u'],
    ['puts others before what is applied behind a shared one', 'p q r w v', 'r s t v', 'p q r w s t v'],
    ['adds more than there was', 'p q r', 's t u x y z', 'p q r s t u x y z'],
    ['puts what is new before and between shared ones', 'r s t u', 'p r t', 'p r s t u'],
    ['adds fewer than there were', 'p q r x y z', 's t u', 'p q r x y z s t u'],
    ['puts what is new before a shared end', 'p q r x y z', 's t u x y z', 'p q r s t u x y z'],
    ['orders what is all shared', 'r p w v', 'r v p w', 'r v p w'],
    ['keeps others before the first shared one that comes later', 'p q r s', 's t u p', 'q r s t u p'],
    ['keeps others between shared ones that cross', 'c d e f g h i j', '2 h 3 e 4 k l', 'c d f g 2 h i j 3 e 4 k l'],
    [
      'keeps others around shared ones that cross behind one that does not',
      'a b c d e f g h i j',
      '1 b 2 h 3 e 4 k l',
      'a 1 b c d f g 2 h i j 3 e 4 k l',
    ],
    ['keeps what was there twice', 'p q q', 'r', 'p q q r'],
    ['has what is applied once', 'p q q', 'q', 'p q'],
    ['keeps twice what is not applied', 'p q q', 'p', 'p q q'],
    ['keeps twice what stands around shared ones', 'p q r s t r', '1 q 2 t s', 'p 1 q r 2 t r s'],
    ['has once what stood twice around shared ones', 'p q r s t r', '1 q 2 r t s', 'p 1 q 2 r t s'],
    ['has once the one of two that is applied', 'p p q q', 'q r s', 'p p q r s'],
    ['keeps both of two when nothing is applied', 'p p q q', '', 'p p q q'],
    ['has each once, in the order of what is applied', 'r p w v r p', 'r v p w', 'r v p w'],
  ])('%s', (_what, live, applied, after) => {
    expect(merged({ zones: words(live) }, { zones: words(applied) })).toEqual({ zones: words(after) });
  });

  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['joins truths', { flags: [true] }, { flags: [false] }, { flags: [true, false] }],
    ['keeps a truth twice', { flags: [false, true, false] }, { flags: [true] }, { flags: [false, true, false] }],
    ['has an applied truth once', { flags: [true, false, true] }, { flags: [true] }, { flags: [true, false] }],
    ['joins numbers', { tags: [1, 2, 7] }, { tags: [1, 2, 3] }, { tags: [1, 2, 7, 3] }],
    ['has applied numbers once', { tags: [1, 2, 7, 1, 2] }, { tags: [1, 2, 3] }, { tags: [1, 2, 7, 3] }],
  ])('%s', (_what, live, applied, after) => {
    expect(merged(live, applied)).toEqual(after);
  });
});

it('merging sets takes no longer than their length', () => {
  const tags = Array.from({ length: 200_000 }, (_, index) => index);
  const started = performance.now();
  const after = merged({ tags }, { tags });
  // Shifting each shared member out of a list took a minute.
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(JSON.stringify(after)).toBe(JSON.stringify({ tags }));
});

describe('merging keyed lists', () => {
  const at = (port: number, protocol: string, name?: string): JsonObject => ({
    port,
    protocol,
    ...(name ? { name } : {}),
  });

  it.each<[string, live: JsonObject[], applied: JsonObject[] | undefined, after: JsonObject[]]>([
    ['leaves the same item', [at(1, 'TCP', 'a')], [at(1, 'TCP', 'a')], [at(1, 'TCP', 'a')]],
    [
      'adds an item that differs in one key',
      [at(1, 'TCP', 'a')],
      [at(1, 'UDP', 'a')],
      [at(1, 'TCP', 'a'), at(1, 'UDP', 'a')],
    ],
    [
      'adds an item behind those that are not applied',
      [at(1, 'TCP'), at(2, 'TCP')],
      [at(1, 'TCP'), at(1, 'UDP')],
      [at(1, 'TCP'), at(2, 'TCP'), at(1, 'UDP')],
    ],
    [
      'adds items around a shared one',
      [at(2, 'UDP')],
      [at(1, 'TCP'), at(2, 'UDP'), at(3, 'SCTP')],
      [at(1, 'TCP'), at(2, 'UDP'), at(3, 'SCTP')],
    ],
    [
      'keeps an item before the shared ones that change places',
      [at(1, 'TCP'), at(2, 'TCP'), at(3, 'TCP')],
      [at(3, 'TCP'), at(2, 'TCP')],
      [at(1, 'TCP'), at(3, 'TCP'), at(2, 'TCP')],
    ],
    [
      'keeps an item from between shared ones before them',
      [at(1, 'TCP'), at(2, 'TCP'), at(3, 'TCP')],
      [at(3, 'TCP'), at(1, 'TCP')],
      [at(2, 'TCP'), at(3, 'TCP'), at(1, 'TCP')],
    ],
    [
      'has an applied item once, as it is applied',
      [at(1, 'TCP', 'a'), at(2, 'TCP'), at(1, 'TCP', 'b')],
      [at(1, 'TCP', 'c'), at(3, 'TCP'), at(2, 'TCP')],
      [at(1, 'TCP', 'c'), at(3, 'TCP'), at(2, 'TCP')],
    ],
    [
      'keeps items that share a key when none is applied',
      [at(1, 'TCP', 'a'), at(1, 'TCP', 'b')],
      [],
      [at(1, 'TCP', 'a'), at(1, 'TCP', 'b')],
    ],
    [
      'keeps items that share a key when the list is not applied',
      [at(1, 'TCP', 'a'), at(1, 'TCP', 'b')],
      undefined,
      [at(1, 'TCP', 'a'), at(1, 'TCP', 'b')],
    ],
  ])('%s', (_what, live, applied, after) => {
    expect(merged({ ports: live }, applied ? { ports: applied } : {})).toEqual({ ports: after });
  });
});

describe('merging where no schema is', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['takes a value for an empty object', { a: {} }, { a: 1 }, { a: 1 }],
    ['takes an empty object for a value', { a: 1 }, { a: {} }, { a: {} }],
    ['takes an empty object for null', { a: null }, { a: {} }, { a: {} }],
    ['takes null for an empty object', { a: {} }, { a: null }, { a: null }],
    ['makes an empty object', {}, { a: {} }, { a: {} }],
    ['makes a null', {}, { a: null }, { a: null }],
    ['leaves an empty object', { a: {} }, { a: {} }, { a: {} }],
    ['makes an empty list', {}, { a: [] }, { a: [] }],
    ['takes an empty list for null', { a: null }, { a: [] }, { a: [] }],
    ['takes null for an empty list', { a: [] }, { a: null }, { a: null }],
    ['leaves an empty list', { a: [] }, { a: [] }, { a: [] }],
    ['takes null for a list', { a: ['x', 'x'] }, { a: null }, { a: null }],
    ['keeps other keys, also the empty one', { '': [true] }, { a: [false] }, { '': [true], a: [false] }],
    ['takes a shorter list', { a: ['x', 'y', 'z'] }, { a: ['x', 'y'] }, { a: ['x', 'y'] }],
    ['takes a longer list', { a: ['x', 'y'] }, { a: ['x', 'y', 'z'] }, { a: ['x', 'y', 'z'] }],
    ['empties a list', { a: ['x'] }, { a: [] }, { a: [] }],
    ['fills an empty list', { a: [] }, { a: ['x'] }, { a: ['x'] }],
    ['takes a list of other numbers', { a: [1, 0.5] }, { a: [1, 2] }, { a: [1, 2] }],
    ['takes a number for another', { a: 1 }, { a: 0.5 }, { a: 0.5 }],
    [
      'takes a list of objects whole, whatever keys they have',
      { a: [{ name: 'x', id: 1 }, { name: 'y' }] },
      { a: [{ name: 'x', id: 2 }] },
      { a: [{ name: 'x', id: 2 }] },
    ],
    [
      'merges objects at every depth',
      { a: 1, b: [null], c: { d: 2, e: ['x'] } },
      { a: 2, b: ['y'], c: { f: 'z' } },
      { a: 2, b: ['y'], c: { d: 2, e: ['x'], f: 'z' } },
    ],
  ])('%s', (_what, live, applied, after) => {
    expect(mergedAnyhow(live, applied)).toEqual(after);
  });
});
