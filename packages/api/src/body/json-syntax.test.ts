import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonSyntaxFault } from './json-syntax.js';

describe('a text that is no JSON', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['[1,', 'unexpected end of JSON input'],
    ['"a', 'unexpected end of JSON input'],
    ['[o', "invalid character 'o' looking for beginning of value"],
    ['{a', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape"],
    ['trap', "invalid character 'a' in literal true (expecting 'u')"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['01', "invalid character '1' after top-level value"],
    ['['.repeat(100_000), 'exceeded max depth'],
    ["'", "invalid character '\\'' looking for beginning of value"],
  ])('%j is told why as Go tells it', (text, fault) => {
    expect(jsonSyntaxFault(text)).toBe(fault);
  });

  it('is told apart from JSON as JSON.parse does', () => {
    const text = fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789.eE+-truefalsn\\ \n') });
    fc.assert(
      fc.property(text, (candidate) => {
        expect(jsonSyntaxFault(candidate) === undefined).toBe(parses(candidate));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(jsonSyntaxFault(json)).toBeUndefined();
      }),
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
