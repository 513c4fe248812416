import { describe, expect, it } from 'vitest';
import { type CollectionPage, collectionPage } from './collection-query.js';

const USERS = [
  { id: 'u-c', username: 'carla', enabled: false, age: 9 },
  { id: 'u-a', username: 'anna', enabled: true, age: 10 },
  { id: 'u-b', username: 'bert', enabled: true },
];
const BASE = 'https://127.0.0.1/v3/users';
const ask = (query: string): CollectionPage => collectionPage(USERS, new URL(`${BASE}?${query}`));
const ids = (query: string): readonly unknown[] => ask(query).data.map((each) => (each as { id: string }).id);

describe('a collection', () => {
  it.each([
    ['username=anna', ['u-a']],
    ['enabled_eq=true', ['u-a', 'u-b']],
    ['username_ne=anna', ['u-b', 'u-c']],
    ['username_in=anna,carla', ['u-a', 'u-c']],
    ['username_notin=anna,carla', ['u-b']],
    ['username_like=AR', ['u-c']],
    ['username_notlike=ar', ['u-a', 'u-b']],
    ['username_prefix=be', ['u-b']],
    ['age_null=', ['u-b']],
    ['age_notnull=', ['u-a', 'u-c']],
    ['age_lt=10', ['u-c']],
    ['age_gte=10', ['u-a']],
    ['enabled=true&username_ne=anna', ['u-b']],
    ['nosuchfield=x', []],
  ])('filtered by %s has what fits', (query, expected) => {
    expect(ids(query)).toEqual(expected);
  });

  it('says by what it was filtered', () => {
    expect(ask('age_gt=1&age_lt=10').filters).toEqual({
      age: [
        { modifier: 'gt', value: '1' },
        { modifier: 'lt', value: '10' },
      ],
    });
  });

  it('is in the order of ids, or of a field, up or down, with a way to turn it round', () => {
    expect(ids('')).toEqual(['u-a', 'u-b', 'u-c']);
    expect(ids('sort=username&order=desc')).toEqual(['u-c', 'u-b', 'u-a']);
    expect(ids('sort=age')).toEqual(['u-b', 'u-c', 'u-a']);
    expect(ask('sort=age').sort).toMatchObject({ name: 'age', order: 'asc', reverse: `${BASE}?sort=age&order=desc` });
  });

  it('comes in pages, each with the address of the next, of the one before and of the first', () => {
    const first = ask('limit=2').pagination;
    expect(first).toEqual({ limit: 2, total: 3, partial: true, next: `${BASE}?limit=2&marker=u-c` });
    expect(ids('limit=2&marker=u-c')).toEqual(['u-c']);
    expect(ask('limit=2&marker=u-c').pagination).toEqual({
      limit: 2,
      total: 3,
      first: `${BASE}?limit=2`,
      previous: `${BASE}?limit=2&marker=u-a`,
    });
  });

  it('comes whole when all is asked for', () => {
    expect(ask('limit=-1').pagination).toEqual({ limit: -1, total: 3 });
  });

  it.each([
    ['limit=none', 'InvalidFormat', 'limit'],
    ['limit=0', 'InvalidFormat', 'limit'],
    ['order=random', 'InvalidOption', 'order'],
    ['marker=u-gone', 'InvalidOption', 'marker'],
  ])('refuses %s with the parameter at fault', (query, code, fieldName) => {
    expect(() => ask(query)).toThrow(expect.objectContaining({ code, details: { fieldName } }));
  });
});
