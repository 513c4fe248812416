import { describe, expect, it } from 'vitest';
import { withoutAncient } from './ancient-changes.js';
import { FieldSet } from './field-set.js';
import { identity, type Manager, type Managers } from './managers.js';

const updater = (manager: string, apiVersion: string, hour: number, fields: string): Manager => ({
  manager,
  operation: 'Update',
  apiVersion,
  subresource: '',
  time: `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`,
  fields: fields.split(' ').reduce((set, name) => set.union(FieldSet.path(`f:${name}`)), FieldSet.EMPTY),
});
const ancient = (apiVersion: string, hour: number, fields: string): Manager =>
  updater('ancient-changes', apiVersion, hour, fields);

/** Seven updaters after all others, each in a version of its own: with them three more may be. */
const recent = Array.from({ length: 7 }, (_, index) => updater('recent', `v1${index}`, 15 + index, 'x'));
const byIdentity = (managers: readonly Manager[]): Managers =>
  new Map(managers.map((manager) => [identity(manager), manager]));

function left(managers: readonly Manager[]): string[] {
  const kept = withoutAncient(byIdentity([...managers, ...recent]));
  expect([...withoutAncient(kept).values()]).toEqual([...kept.values()]);
  return told([...kept.values()].filter(({ manager }) => manager !== 'recent'));
}
const told = (managers: readonly Manager[]): string[] =>
  managers
    .map(
      ({ manager, apiVersion, time = '', fields }) =>
        `${time} ${apiVersion} ${manager}: ${[...fields.paths()].join(' ')}`,
    )
    .sort();

describe('updaters beyond ten', () => {
  it.each<[string, Manager[], Manager[]]>([
    [
      'the oldest two, where there are no more',
      [
        updater('m1', 'v1', 1, 'a'),
        updater('m2', 'v1', 2, 'b'),
        updater('m3', 'v1', 3, 'c'),
        updater('m4', 'v1', 4, 'd'),
      ],
      [ancient('v1', 2, 'a b'), updater('m3', 'v1', 3, 'c'), updater('m4', 'v1', 4, 'd')],
    ],
    [
      'the next into those that are one already',
      [ancient('v1', 2, 'a b'), updater('m3', 'v1', 3, 'c'), updater('m4', 'v1', 4, 'd'), updater('m5', 'v1', 5, 'e')],
      [ancient('v1', 3, 'a b c'), updater('m4', 'v1', 4, 'd'), updater('m5', 'v1', 5, 'e')],
    ],
    [
      'the oldest of one version, past one of another',
      [
        updater('m1', 'v1', 1, 'a'),
        updater('m2', 'v2', 2, 'b'),
        updater('m3', 'v1', 3, 'c'),
        updater('m4', 'v1', 4, 'd'),
        updater('m5', 'v1', 5, 'e'),
      ],
      [updater('m2', 'v2', 2, 'b'), ancient('v1', 4, 'a c d'), updater('m5', 'v1', 5, 'e')],
    ],
    [
      'the oldest of each of two versions',
      [
        updater('m2', 'v2', 2, 'b'),
        ancient('v1', 4, 'a c d'),
        updater('m5', 'v1', 5, 'e'),
        updater('m6', 'v3', 6, 'f'),
        updater('m7', 'v2', 7, 'g'),
      ],
      [ancient('v1', 5, 'a c d e'), updater('m6', 'v3', 6, 'f'), ancient('v2', 7, 'b g')],
    ],
    [
      'those of a third version, beside two',
      [ancient('v1', 5, 'a'), updater('m6', 'v3', 6, 'f'), ancient('v2', 7, 'b'), updater('m8', 'v3', 8, 'h')],
      [ancient('v1', 5, 'a'), ancient('v2', 7, 'b'), ancient('v3', 8, 'f h')],
    ],
    [
      'none of different versions, however many',
      [ancient('v1', 5, 'a'), updater('m6', 'v3', 6, 'f'), ancient('v2', 7, 'b'), updater('m8', 'v4', 8, 'h')],
      [ancient('v1', 5, 'a'), updater('m6', 'v3', 6, 'f'), ancient('v2', 7, 'b'), updater('m8', 'v4', 8, 'h')],
    ],
  ])('become one of the name "ancient-changes": %s', (_what, managers, expected) => {
    expect(left(managers)).toEqual(told(expected));
  });

  it('are not who applies, but are who updates a subresource', () => {
    const appliers = Array.from(
      { length: 20 },
      (_, index): Manager => ({ ...updater(`a${index}`, 'v1', 1, 'a'), operation: 'Apply' }),
    );
    const managers = byIdentity(appliers);
    expect(withoutAncient(managers)).toBe(managers);
    const status = { ...updater('loop', 'v1', 1, 's'), subresource: 'status' };
    expect(
      left([status, updater('m2', 'v1', 2, 'b'), updater('m3', 'v1', 3, 'c'), updater('m4', 'v1', 4, 'd')]),
    ).toEqual(told([ancient('v1', 2, 's b'), updater('m3', 'v1', 3, 'c'), updater('m4', 'v1', 4, 'd')]));
  });
});
