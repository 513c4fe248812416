import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { duplicateFields } from './duplicate-fields.js';

const duplicates = (text: string): string[] => duplicateFields(text, JSON.parse(text) as Json);

describe('fields that a text gives twice', () => {
  it.each<[string, string[]]>([
    ['{"a": 1, "b": {"a": 2}}', []],
    ['{"a": 1, "a": 2}', ['a']],
    ['{"metadata": {"labels": {"x": "1", "x": "2", "x": "3"}}}', ['metadata.labels.x']],
    ['{"spec": {"disks": [{"a": 1}, {"a": 1, "b": 2, "a": {}}]}}', ['spec.disks[1].a']],
    ['{"a": "\\"b\\": ", "b": ":", "c": ["d:", "e"]}', []],
    ['{"a\\u0062": 1, "ab": 2}', ['ab']],
    ['[{"a": 1, "a": 2}]', ['[0].a']],
    ['"text"', []],
  ])('are found in %s', (text, expected) => {
    expect(duplicates(text)).toEqual(expected);
  });

  it('are not found where there are none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 1);
        fc.pre(!text.includes('"__proto__"'));
        expect(duplicates(text)).toEqual([]);
      }),
    );
  });
});
