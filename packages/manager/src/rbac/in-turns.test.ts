import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import { atOnce, inTurns } from './in-turns.js';

it('long work lets others have their turn, and comes to the same', async () => {
  const clock = new FakeClock();
  let others = 0;
  function* counting(): Generator<void, number> {
    for (let count = 0; count < 10; count += 1) {
      setImmediate(() => {
        others += 1;
      });
      void clock.advance(10);
      yield;
    }
    return others;
  }
  expect(await inTurns(counting(), clock)).toBeGreaterThan(5);
  others = 0;
  expect(atOnce(counting())).toBe(0);
});
