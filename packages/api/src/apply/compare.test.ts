import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { machine, schemaOf } from '../testing/machine-schema.js';
import { compare } from './compare.js';
import type { FieldSet } from './field-set.js';

const spec = schemaOf(machine).root.child('spec');
const { root: anything } = openSchema({ 'x-kubernetes-preserve-unknown-fields': true });
const paths = (fields: FieldSet): string[] => [...fields.paths()].sort();

interface Difference {
  readonly added?: string[];
  readonly modified?: string[];
  readonly removed?: string[];
}

/** What changes from the one to the other; the other way round the same is gone that came. */
function difference(before: Json, after: Json, free: boolean): Required<Difference> {
  const node = free ? anything : spec;
  const { added, modified, removed } = compare(before, after, node);
  const back = compare(after, before, node);
  expect([paths(back.added), paths(back.modified), paths(back.removed)]).toEqual([
    paths(removed),
    paths(modified),
    paths(added),
  ]);
  return { added: paths(added), modified: paths(modified), removed: paths(removed) };
}
const all = ({ added = [], modified = [], removed = [] }: Difference): Required<Difference> => ({
  added: added.sort(),
  modified: modified.sort(),
  removed: removed.sort(),
});

describe('what differs between two objects', () => {
  it.each<[string, JsonObject, JsonObject, Difference]>([
    ['nothing', { image: 'x', cores: 1 }, { image: 'x', cores: 1 }, {}],
    ['a number', { load: 1 }, { load: 0.5 }, { modified: ['.load'] }],
    ['another field', { image: 'x' }, { running: true }, { removed: ['.image'], added: ['.running'] }],
    ['a field, and one more', { image: 'x' }, { image: 'y', cores: 1 }, { modified: ['.image'], added: ['.cores'] }],
    ['a value for a null', { delay: null }, { delay: 5 }, { modified: ['.delay'] }],

    ['an empty map', {}, { labels: {} }, { added: ['.labels'] }],
    ['a map that is null', {}, { labels: null }, { added: ['.labels'] }],
    ['an empty map for null', { labels: null }, { labels: {} }, { modified: ['.labels'] }],
    ['no empty map', { labels: {} }, { labels: {} }, {}],
    ['an empty struct', {}, { firmware: {} }, { added: ['.firmware'] }],
    ['a struct that is null', {}, { firmware: null }, { added: ['.firmware'] }],
    ['an empty struct for null', { firmware: null }, { firmware: {} }, { modified: ['.firmware'] }],
    ['no empty struct', { firmware: {} }, { firmware: {} }, {}],
    ['an empty list', {}, { boot: [] }, { added: ['.boot'] }],
    ['a list that is null', {}, { boot: null }, { added: ['.boot'] }],
    ['an empty list for null', { boot: null }, { boot: [] }, { modified: ['.boot'] }],
    ['no empty list', { boot: [] }, { boot: [] }, {}],

    ['no keys of maps', { limits: { a: {}, b: {} } }, { limits: { a: {}, b: {} } }, {}],
    ['a key of a map', { limits: { a: {} } }, { limits: { b: {} } }, { removed: ['.limits.a'], added: ['.limits.b'] }],
    [
      'a key deep in maps',
      { limits: { a: { b: { c: 1 } } } },
      { limits: { a: { b: {} } } },
      { removed: ['.limits.a.b.c'] },
    ],
    ['a key in an empty map', { limits: { a: {} } }, { limits: { a: { b: {} } } }, { added: ['.limits.a.b'] }],

    ['an atomic struct', { node: { zone: 'a' } }, { node: { zone: 'a', rack: '1' } }, { modified: ['.node'] }],
    ['an atomic list, emptied', { boot: ['net', 'disk'] }, { boot: [] }, { modified: ['.boot'] }],
    ['an atomic list, null', { boot: ['net', 'net'] }, { boot: null }, { modified: ['.boot'] }],
    ['an atomic list, shorter', { boot: ['net', 'net'] }, { boot: ['net'] }, { modified: ['.boot'] }],
  ])('is %s', (_what, before, after, expected) => {
    expect(difference(before, after, false)).toEqual(all(expected));
  });

  it.each<[string, JsonObject, JsonObject, Difference]>([
    ['one more', { zones: ['a', 'b'] }, { zones: ['a', 'b', 'c'] }, { added: ['.zones[="c"]'] }],
    ['one that comes twice', { zones: ['a'] }, { zones: ['a', 'b', 'b'] }, { added: ['.zones[="b"]'] }],
    [
      'one that comes again',
      { zones: ['a', 'b'] },
      { zones: ['a', 'b', 'b'] },
      { added: ['.zones[="b"]'], removed: ['.zones[="b"]'] },
    ],
    ['one beside what is twice', { zones: ['b', 'b'] }, { zones: ['a', 'b', 'b'] }, { added: ['.zones[="a"]'] }],
    ['all', { zones: ['a', 'b'] }, { zones: [] }, { removed: ['.zones[="a"]', '.zones[="b"]'] }],
    [
      'all, also what is twice',
      { zones: ['a', 'b', 'b'] },
      { zones: [] },
      { removed: ['.zones[="a"]', '.zones[="b"]'] },
    ],
    ['a truth', { flags: [true] }, { flags: [false] }, { removed: ['.flags[=true]'], added: ['.flags[=false]'] }],
    [
      'a truth that was twice',
      { flags: [true, true] },
      { flags: [false] },
      { removed: ['.flags[=true]'], added: ['.flags[=false]'] },
    ],
    ['a number', { tags: [1, 2, 7] }, { tags: [1, 2, 3] }, { removed: ['.tags[=7]'], added: ['.tags[=3]'] }],
    [
      'numbers that were twice',
      { tags: [1, 2, 2, 7, 1] },
      { tags: [1, 2, 3] },
      { removed: ['.tags[=1]', '.tags[=2]', '.tags[=7]'], added: ['.tags[=1]', '.tags[=2]', '.tags[=3]'] },
    ],
    ['no order', { zones: ['a', 'b'] }, { zones: ['b', 'a'] }, {}],
  ])('is, of the members of a set, %s', (_what, before, after, expected) => {
    expect(difference(before, after, false)).toEqual(all(expected));
  });

  const tcp = (port: number): string => `.ports[port=${port},protocol="TCP"]`;
  const udp = (port: number): string => `.ports[port=${port},protocol="UDP"]`;
  const item = (element: string, ...more: string[]): string[] =>
    ['', '.port', '.protocol', ...more].map((field) => `${element}${field}`);
  const at = (port: number, protocol = 'TCP', more: JsonObject = {}): JsonObject => ({ port, protocol, ...more });

  it.each<[string, JsonObject[] | undefined, JsonObject[], Difference]>([
    ['all of it', undefined, [at(1, 'TCP', { name: 'a' })], { added: ['.ports', ...item(tcp(1), '.name')] }],
    ['nothing', [at(1, 'TCP', { name: 'a' })], [at(1, 'TCP', { name: 'a' })], {}],
    ['no order', [at(1), at(2)], [at(2), at(1)], {}],
    ['a value', [at(1, 'TCP', { name: 'a' })], [at(1, 'TCP', { name: 'b' })], { modified: [`${tcp(1)}.name`] }],
    [
      'a key',
      [at(1, 'TCP', { name: 'a' })],
      [at(1, 'UDP', { name: 'a' })],
      { removed: item(tcp(1), '.name'), added: item(udp(1), '.name') },
    ],
    ['another item', [at(1), at(2)], [at(1), at(1, 'UDP')], { removed: item(tcp(2)), added: item(udp(1)) }],
    [
      'one of two that share a key, as if that went and another came',
      [at(1, 'TCP', { name: 'a' }), at(2), at(1, 'TCP', { name: 'b' })],
      [at(1), at(1, 'UDP')],
      { removed: [...item(tcp(2)), tcp(1)], added: [...item(tcp(1)), ...item(udp(1))] },
    ],
    [
      'a value in one of two that share a key, which is both of them',
      [at(1), at(2), at(1, 'TCP', { name: 'a' })],
      [at(1), at(2), at(1, 'TCP', { name: 'b' })],
      { modified: [tcp(1)] },
    ],
    [
      'nothing where two share a key',
      [at(1), at(2), at(1, 'TCP', { name: 'a' })],
      [at(1), at(2), at(1, 'TCP', { name: 'a' })],
      {},
    ],
    [
      'a value beside two that share a key',
      [at(1), at(2), at(1, 'TCP', { name: 'a' })],
      [at(1), at(2, 'TCP', { name: 'b' }), at(1, 'TCP', { name: 'a' })],
      { added: [`${tcp(2)}.name`] },
    ],
  ])('is, of a keyed list, %s', (_what, before, after, expected) => {
    expect(difference(before ? { ports: before } : {}, { ports: after }, false)).toEqual(all(expected));
  });

  it('is another field than the list with two that share a key', () => {
    const ports = [at(1), at(1, 'TCP', { name: 'a' })];
    expect(difference({ ports }, { ports, boot: ['net'] }, false)).toEqual(all({ added: ['.boot'] }));
  });

  it.each<[string, JsonObject, JsonObject, Difference]>([
    ['nothing', { a: 'x', b: 1 }, { a: 'x', b: 1 }, {}],
    ['a value for an empty object', { a: {} }, { a: 1 }, { modified: ['.a'] }],
    [
      'an object with something in it for a value',
      { a: 1 },
      { a: { b: { c: 1 } } },
      { modified: ['.a'], added: ['.a.b', '.a.b.c'] },
    ],
    ['an object for a value', { a: 'x' }, { a: { b: {} } }, { modified: ['.a'], added: ['.a.b'] }],
    ['an empty object for null', { a: null }, { a: {} }, { modified: ['.a'] }],
    ['an object for null, which is empty', { a: null }, { a: { b: {} } }, { added: ['.a.b'] }],
    ['a key in an empty object', { a: {} }, { a: { b: {} } }, { added: ['.a.b'] }],
    ['a value for null', { a: null }, { a: 'x' }, { modified: ['.a'] }],
    ['another key', { a: 'x' }, { b: true }, { removed: ['.a'], added: ['.b'] }],
    ['a key and one more', { a: 'x' }, { a: 'y', b: true }, { modified: ['.a'], added: ['.b'] }],
    ['an empty object', {}, { a: {} }, { added: ['.a'] }],
    ['a null', {}, { a: null }, { added: ['.a'] }],
    ['an empty list', {}, { a: [] }, { added: ['.a'] }],
    ['an empty list for null', { a: null }, { a: [] }, { modified: ['.a'] }],
    ['a list for null', { a: null }, { a: ['x'] }, { modified: ['.a'] }],
    ['a list that was empty', { a: [] }, { a: ['x'] }, { modified: ['.a'] }],
    ['a longer list', { a: ['x', 'y'] }, { a: ['x', 'y', 'z'] }, { modified: ['.a'] }],
    ['a list for an object', { a: { b: {} } }, { a: ['x'] }, { modified: ['.a'], removed: ['.a.b'] }],
    [
      'a list for an object deeper down',
      { a: { b: { c: [true] } } },
      { a: { b: [false] } },
      { modified: ['.a.b'], removed: ['.a.b.c'] },
    ],
    ['a value for a list', { a: ['x'] }, { a: 'x' }, { modified: ['.a'] }],
    ['a list of objects', {}, { a: [{ name: 'x', b: { c: 'y' } }] }, { added: ['.a'] }],
    ['a value in a list of objects', { a: [{ name: 'x', b: 1 }] }, { a: [{ name: 'x', b: 2 }] }, { modified: ['.a'] }],
    ['no value in a list of objects', { a: [{ name: 'x', b: 1 }] }, { a: [{ name: 'x', b: 1 }] }, {}],
    ['no empty objects', { a: {}, b: {} }, { a: {}, b: {} }, {}],
    ['a key deep down', { a: { b: { c: {} } } }, { a: { b: {} } }, { removed: ['.a.b.c'] }],
    ['a number for another', { a: 1 }, { a: 0.5 }, { modified: ['.a'] }],
  ])('is, where no schema is, %s', (_what, before, after, expected) => {
    expect(difference(before, after, true)).toEqual(all(expected));
  });
});
