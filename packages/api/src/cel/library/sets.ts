import { any, global, type Library, list } from '../declaration.js';
import { BOOL } from '../type.js';
import { type CelList, hasItem } from '../value.js';

const values = list(any('T'));

const contains = (set: CelList, part: CelList): boolean => {
  for (const item of part) if (!hasItem(set, item)) return false;
  return true;
};
const intersects = (a: CelList, b: CelList): boolean => {
  for (const item of a) if (hasItem(b, item)) return true;
  return false;
};

/** Lists as sets. */
export const SETS: Library = [
  ['sets.contains', [global('list_sets_contains_list', [values, values], BOOL, contains)]],
  [
    'sets.equivalent',
    [global('list_sets_equivalent_list', [values, values], BOOL, (a, b) => contains(a, b) && contains(b, a))],
  ],
  ['sets.intersects', [global('list_sets_intersects_list', [values, values], BOOL, intersects)]],
];
