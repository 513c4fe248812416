import { expect, it } from 'vitest';
import { grouped } from './grouping.js';

const grouping = { groups: ['b', 'a', 'empty'], of: (row: string) => row.slice(0, 1), heading: () => null };

it('rows stand below the heading of their group, groups in their own order', () => {
  expect(grouped(['a1', 'b1', 'a2'], grouping, true).map(({ group, row }) => row ?? `[${group}]`)).toEqual([
    '[b]',
    'b1',
    '[a]',
    'a1',
    'a2',
    '[empty]',
  ]);
});

it('a search leaves out the groups in which nothing matches', () => {
  expect(grouped(['a1'], grouping, false).map(({ group, row }) => row ?? `[${group}]`)).toEqual(['[a]', 'a1']);
});

it('without groups there are rows alone', () => {
  expect(grouped(['a1', 'b1'], undefined, true).map(({ row }) => row)).toEqual(['a1', 'b1']);
});
