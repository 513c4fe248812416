import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFieldSelector, matchesFields, parseFieldSelector } from './field-selector.js';

describe('a field selector', () => {
  it('takes =, == and !=', () => {
    expect(parseFieldSelector('metadata.name=a,spec.nodeName!=b,status.phase==c')).toEqual([
      { field: 'metadata.name', operator: '=', value: 'a' },
      { field: 'spec.nodeName', operator: '!=', value: 'b' },
      { field: 'status.phase', operator: '=', value: 'c' },
    ]);
  });

  it.each([
    ['metadata.name=web', 'web', true],
    ['metadata.name=web', 'db', false],
    ['metadata.name!=web', 'db', true],
    ['metadata.name=', '', true],
    ['', 'anything', true],
  ])('%s on %s answers %s', (selector, value, expected) => {
    expect(matchesFields(parseFieldSelector(selector), () => value)).toBe(expected);
  });

  it.each(['metadata.name', 'a=b=c', 'a=\\x'])('%s is refused', (selector) => {
    expect(() => parseFieldSelector(selector)).toThrow(/invalid (field )?selector/);
  });

  it('reads back any value it writes', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const requirements = [{ field: 'metadata.name', operator: '=' as const, value }];
        expect(parseFieldSelector(formatFieldSelector(requirements))).toEqual(requirements);
      }),
    );
  });
});
