import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { sameJson } from './same-json.js';

describe('two JSON values', () => {
  it.each<[Json, Json, boolean]>([
    [1, 1, true],
    [1, '1', false],
    [null, {}, false],
    [[], {}, false],
    [[1, 2], [2, 1], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined } as Json, true],
    [{ a: null }, {}, false],
    [{}, { constructor: 1 }, false],
  ])('%j and %j are the same: %s', (a, b, expected) => {
    expect(sameJson(a, b)).toBe(expected);
    expect(sameJson(b, a)).toBe(expected);
  });

  it('are the same when one is a copy of the other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(sameJson(value as Json, JSON.parse(JSON.stringify(value)) as Json)).toBe(true);
      }),
    );
  });
});
