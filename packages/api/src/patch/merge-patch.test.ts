import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { applyMergePatch } from './merge-patch.js';

describe('a merge patch', () => {
  it.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j by %j the document %j', (document, patch, expected) => {
    const before = structuredClone(document);
    expect(applyMergePatch(document, patch)).toEqual(expected);
    expect(document).toEqual(before);
  });

  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  const safe = (value: Json): boolean => !JSON.stringify(value).includes('__proto__');

  it('changes nothing more when applied twice', () => {
    fc.assert(
      fc.property(json.filter(safe), json.filter(safe), (document, patch) => {
        const once = applyMergePatch(document, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it('gives an object itself back when it says nothing new', () => {
    const document = { a: { b: [1] }, c: 'x' };
    expect(applyMergePatch(document, { a: {}, c: 'x', d: null })).toBe(document);
  });

  it('does not reach the prototype of objects', () => {
    expect(() => applyMergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'))).toThrow('not allowed');
    expect(applyMergePatch({}, { constructor: { prototype: { polluted: true } } })).toEqual({
      constructor: { prototype: { polluted: true } },
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
