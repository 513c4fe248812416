import { describe, expect, it } from 'vitest';
import { age, nextChange } from './age.js';

const seconds = (n: number): string => age(0, n * 1000);

describe('age', () => {
  it.each([
    [0, '0s'],
    [119, '119s'],
    [125, '2m5s'],
    [11 * 60, '11m'],
    [3 * 3600 + 12 * 60, '3h12m'],
    [9 * 3600 + 60, '9h'],
    [50 * 3600, '2d2h'],
    [30 * 86400, '30d'],
    [800 * 86400, '2y70d'],
  ])('%i seconds are %s', (n, text) => {
    expect(seconds(n)).toBe(text);
  });

  it('takes a clock that runs behind for now', () => {
    expect(age(1000, 0)).toBe('0s');
  });
});

describe('nextChange', () => {
  it('is a second for young objects only', () => {
    expect([nextChange(0, 5000), nextChange(0, 3_600_000), nextChange(0, 10 * 3_600_000)]).toEqual([
      1000, 60_000, 3_600_000,
    ]);
  });
});
