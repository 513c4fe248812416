import { describe, expect, it } from 'vitest';
import { trimmed } from './white-space.js';

describe('white space', () => {
  it('is cut off at both ends, and stays inside', () => {
    const spaces = Array.from({ length: 0x1_0000 }, (_, unit) => String.fromCharCode(unit)).filter((unit) =>
      /\p{White_Space}/u.test(unit),
    );
    expect(trimmed(`${spaces.join('')}a b\u200b${spaces.join('')}`)).toBe('a b\u200b');
    expect(trimmed(spaces.join(''))).toBe('');
  });

  it('between words is not looked at', () => {
    let asked = 0;
    const isSpace = (unit: string): boolean => {
      asked += 1;
      return unit === ' ';
    };
    expect(trimmed(` a${' '.repeat(60_000)}b `, isSpace)).toHaveLength(60_002);
    expect(asked).toBe(4);
  });
});
