import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FieldSet } from './field-set.js';

const set = (...paths: string[]): FieldSet =>
  paths
    .map((path) => FieldSet.path(...path.split('.').map((name) => `f:${name}`)))
    .reduce((all, one) => all.union(one), FieldSet.EMPTY);

const paths = (of: FieldSet): string[] => [...of.paths()];

const held = set('a', 'b.c', 'b.d');

it('sets are joined, taken apart and intersected path by path', () => {
  expect(paths(held.union(set('b', 'e')))).toEqual(['.a', '.b', '.e', '.b.c', '.b.d']);
  expect(paths(held.difference(set('a', 'b', 'b.c')))).toEqual(['.b.d']);
  expect(paths(held.intersection(set('b', 'b.c', 'e')))).toEqual(['.b.c']);
  expect(paths(held.without(set('b')))).toEqual(['.a']);
});

it('a set that nothing changes is the same set', () => {
  for (const result of [
    held.union(set('a', 'b.c')),
    held.difference(set('b', 'c.d')),
    held.intersection(set('a', 'b.c', 'b.d', 'e')),
    held.without(set('b.e')),
  ])
    expect(result).toBe(held);
});

it.each<[string, string[], string[], string[], string[]]>([
  ['a path', ['a'], ['a'], [], []],
  ['a longer path', ['a.b.c'], ['a.b.c'], [], []],
  ['the one that is meant', ['a.b.c', 'b.b.c'], ['a.b.c'], ['.b.b.c'], ['.b.b.c']],
  ['no path above', ['a'], ['a.b'], ['.a'], ['.a']],
  ['what is below when all of it is meant', ['a.b.c'], ['a'], ['.a.b.c'], []],
  ['nothing beside it', ['a.b.c', 'a.d.e'], ['a.b'], ['.a.b.c', '.a.d.e'], ['.a.d.e']],
  ['all that is below', ['a.b.c', 'a.d.e'], ['a'], ['.a.b.c', '.a.d.e'], []],
  ['a path and not what is below', ['a', 'a.b'], ['a'], ['.a.b'], []],
  ['nothing of an empty set', ['a'], [], ['.a'], ['.a']],
])('taken away is %s', (_what, from, away, difference, without) => {
  expect(paths(set(...from).difference(set(...away)))).toEqual(difference);
  expect(paths(set(...from).without(set(...away)))).toEqual(without);
});

const ITEM = 'k:{"name":"first"}';
const OTHER = 'k:{"name":"second"}';

/** A set of paths of any elements, each as its elements with a blank between. */
const elements = (...paths: string[]): FieldSet =>
  paths.map((path) => FieldSet.path(...path.split(' '))).reduce((all, one) => all.union(one), FieldSet.EMPTY);

it('sets are equal when they have the same paths, however they came about', () => {
  expect(set('a', 'b.c').equals(set('b.c', 'a'))).toBe(true);
  expect(elements('f:a i:0', 'f:a i:1').equals(elements('f:a i:1', 'f:a i:0'))).toBe(true);
  expect(elements(`f:a ${ITEM}`).equals(FieldSet.decode({ 'f:a': { 'k:{ "name": "first" }': {} } }))).toBe(true);
});

it.each<[string, FieldSet, FieldSet]>([
  ['fewer paths', set('a', 'b.c'), set('a')],
  ['other paths', set('a', 'b.c'), set('a', 'b')],
  ['more paths', set('a', 'b.c'), set('a', 'b.c', 'b')],
  ['another path below', set('a', 'b.c'), set('a', 'b.d')],
  ['nothing', set('a'), set()],
  ['another name', set('a'), set('b')],
  ['another place', elements('i:1 f:a'), elements('i:0 f:a')],
  ['a path that goes on', elements('i:1 f:a'), elements('i:1 f:a f:b')],
  ['another item', elements(`f:a ${ITEM}`), elements(`f:a ${OTHER}`)],
])('sets are not equal when the other has %s', (_what, one, other) => {
  expect(one.equals(other)).toBe(false);
  expect(other.equals(one)).toBe(false);
});

it.each<[string, boolean]>([
  ['f:list i:0', true],
  ['f:list i:0 f:a', true],
  ['f:list i:0 f:a f:b', true],
  ['f:list i:1', false],
  ['f:list i:1 f:a', true],
  [`f:keyed ${ITEM}`, true],
  [`f:keyed ${OTHER}`, false],
  [`f:keyed ${OTHER} f:a`, true],
  [`f:absent ${ITEM}`, false],
])('a set has the paths that were put into it, and no part of them: %s is %s', (path, there) => {
  const held = elements(
    'f:list i:0 f:a f:b',
    'f:list i:0 f:a',
    'f:list i:0',
    'f:list i:1 f:a f:b',
    'f:list i:1 f:a',
    `f:keyed ${ITEM}`,
    `f:keyed ${ITEM} f:a`,
    `f:keyed ${OTHER} f:a`,
  );
  expect(held.intersection(elements(path)).isEmpty).toBe(!there);
  expect(held.union(elements(path)) === held).toBe(there);
});

it('sets are joined and parted at every kind of element', () => {
  const one = elements('f:a i:0', 'f:a', 'f:b f:c', `f:keyed ${ITEM}`, 'f:p f:q f:r', 'v:1 f:s');
  const other = elements('f:a i:1', 'f:b f:c', 'f:b', `f:keyed ${OTHER}`, 'f:p f:q', 'v:1');
  const both = elements(
    ...['f:a', 'f:a i:0', 'f:a i:1', 'f:b', 'f:b f:c', `f:keyed ${ITEM}`, `f:keyed ${OTHER}`],
    ...['f:p f:q', 'f:p f:q f:r', 'v:1', 'v:1 f:s'],
  );
  expect(one.union(other).equals(both)).toBe(true);
  expect(paths(one.intersection(other))).toEqual(['.b.c']);
  expect(paths(one.difference(other))).toEqual(['.a', '.a[0]', '.keyed[name="first"]', '.p.q.r', '[=1].s']);
  expect(paths(other.difference(one))).toEqual(['.b', '[=1]', '.a[1]', '.keyed[name="second"]', '.p.q']);
});

it('a set is written as it is read, whatever is in it', () => {
  const element = fc.constantFrom(
    'f:a',
    'f:b',
    'f:',
    ITEM,
    'k:{"port":1,"protocol":"TCP"}',
    'v:1',
    'v:"a"',
    'v:true',
    'i:0',
    'i:7',
  );
  const path = fc.array(element, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(path, { maxLength: 30 }), (all) => {
      const held = all.reduce((union, one) => union.union(FieldSet.path(...one)), FieldSet.EMPTY);
      const written = held.encode();
      expect(FieldSet.decode(written).equals(held)).toBe(true);
      expect(JSON.stringify(FieldSet.decode(written).encode())).toBe(JSON.stringify(written));
    }),
  );
});

it('an intersection is what is left of both without what only one has', () => {
  const [one, other] = [set('a0', 'a1', 'foo.0', 'foo.1', 'bar.c0', 'p.child'), set('a1', 'a2', 'foo.1', 'foo.2', 'p')];
  const onlyOne = one.difference(other).union(other.difference(one));
  expect(paths(one.intersection(other))).toEqual(['.a1', '.foo.1']);
  expect(one.union(other).difference(onlyOne).equals(one.intersection(other))).toBe(true);
});
