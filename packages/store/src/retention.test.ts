import { expect, it } from 'vitest';
import { isExcess } from './retention.js';

const retention = { minChanges: 10, maxChanges: 100, maxBytes: 1_000, maxAgeMs: 60_000 };

it.each([
  ['few, small and young', { changes: 5, bytes: 10, since: 99_000 }, false],
  ['few and small but old', { changes: 10, bytes: 10, since: 0 }, false],
  ['more than the minimum, and young', { changes: 11, bytes: 10, since: 40_000 }, false],
  ['more than the minimum, and old', { changes: 11, bytes: 10, since: 39_999 }, true],
  ['more than the maximum, and young', { changes: 101, bytes: 10, since: 99_000 }, true],
  ['few and young but large', { changes: 1, bytes: 1_001, since: 99_000 }, true],
])('history that is %s is excess: %3$s', (_, history, excess) => {
  expect(isExcess(history, retention, 100_000)).toBe(excess);
});
