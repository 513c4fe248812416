import { expect, it } from 'vitest';
import { delayMs } from './backoff.js';

const policy = { baseMs: 100, capMs: 5_000 };

it.each([
  [0, 50, 100],
  [1, 100, 200],
  [3, 400, 800],
  [10, 2_500, 5_000],
  [10_000, 2_500, 5_000],
])('attempt %i waits between %i and %i ms', (attempt, least, most) => {
  expect(delayMs(attempt, policy, () => 0)).toBe(least);
  expect(delayMs(attempt, policy, () => 1)).toBe(most);
});
