import { describe, expect, it } from 'vitest';
import { formatAge, formatDuration } from './age.js';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe('a duration', () => {
  it.each([
    [-5, '<invalid>'],
    [-0.5, '0s'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [121, '2m1s'],
    [9 * minute + 59, '9m59s'],
    [10 * minute + 59, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [7 * day + 23 * hour, '7d23h'],
    [8 * day + 23 * hour, '8d'],
    [700 * day, '700d'],
    [730 * day, '2y'],
    [735 * day, '2y5d'],
    [8 * 365 * day, '8y'],
  ])('of %s seconds is %s', (seconds, expected) => {
    expect(formatDuration(seconds)).toBe(expected);
  });

  it('without a beginning is unknown', () => {
    expect(formatAge(undefined, 0)).toBe('<unknown>');
    expect(formatAge(null, 0)).toBe('<unknown>');
    expect(formatAge('soon', 0)).toBe('<invalid>');
  });

  it('counts from a time to now', () => {
    expect(formatAge('1970-01-01T00:00:00Z', 5_000)).toBe('5s');
  });
});
