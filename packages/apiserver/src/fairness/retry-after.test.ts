import { describe, expect, it } from 'vitest';
import { RetryAfter } from './retry-after.js';

describe('the time after which refused callers are to come again', () => {
  /** What the last of `each` refused requests was told, second by second. */
  const told = (retry: RetryAfter, from: number, seconds: number, each: number): number[] =>
    Array.from({ length: seconds }, (_, second) => {
      let last = 0;
      for (let count = 0; count < each; count++) last = retry.refused((from + second) * 1000 + count);
      return last;
    });

  it('is one second for those who are refused now and then', () => {
    expect(told(new RetryAfter(), 1000, 5, 1)).toEqual([1, 1, 1, 1, 1]);
  });

  it('doubles while many are refused, each time after it has passed, and never beyond 32 seconds', () => {
    const retry = new RetryAfter();
    expect(told(retry, 1000, 8, 3)).toEqual([1, 2, 2, 4, 4, 4, 4, 8]);
    expect(told(retry, 1008, 200, 10).at(-1)).toBe(32);
  });

  it('goes back second by second once few are', () => {
    const retry = new RetryAfter();
    told(retry, 1000, 4, 10);
    expect([1100, 1200, 1300, 1400].map((at) => retry.refused(at * 1000))).toEqual([3, 2, 1, 1]);
  });
});
