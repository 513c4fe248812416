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

it('sets are equal when they have the same paths, however they came about', () => {
  expect(set('a', 'b.c').equals(set('b.c', 'a'))).toBe(true);
  for (const other of [set('a'), set('a', 'b'), set('a', 'b.c', 'b'), set('a', 'b.d'), set()])
    expect(set('a', 'b.c').equals(other)).toBe(false);
});

it('an intersection is what is left of both without what only one has', () => {
  const [one, other] = [set('a0', 'a1', 'foo.0', 'foo.1', 'bar.c0', 'p.child'), set('a1', 'a2', 'foo.1', 'foo.2', 'p')];
  const onlyOne = one.difference(other).union(other.difference(one));
  expect(paths(one.intersection(other))).toEqual(['.a1', '.foo.1']);
  expect(one.union(other).difference(onlyOne).equals(one.intersection(other))).toBe(true);
});
