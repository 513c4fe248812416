import { expect, it } from 'vitest';
import { FieldSet } from './field-set.js';

const set = (...paths: string[]): FieldSet =>
  paths
    .map((path) => FieldSet.path(...path.split('.').map((name) => `f:${name}`)))
    .reduce((all, one) => all.union(one));

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
