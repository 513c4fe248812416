import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { Throttle } from './throttle.js';

const fail = (throttle: Throttle, times: number, key = 'address'): void => {
  for (let time = 0; time < times; time += 1) throttle.failed(key);
};

describe('guessing', () => {
  it('costs nothing for the first few mistakes, then longer and longer up to a minute', () => {
    const throttle = new Throttle(new FakeClock(), 10);
    const waits = Array.from({ length: 14 }, () => {
      throttle.failed('address');
      return throttle.waitMs('address') / 1000;
    });
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('does not slow down anybody else', () => {
    const throttle = new Throttle(new FakeClock(), 10);
    fail(throttle, 10, 'one');
    expect(throttle.waitMs('another')).toBe(0);
  });

  it('is forgotten after a success, and after a quarter of an hour', async () => {
    const clock = new FakeClock();
    const throttle = new Throttle(clock, 10);
    fail(throttle, 10);
    throttle.succeeded('address');
    expect(throttle.waitMs('address')).toBe(0);
    fail(throttle, 10);
    await clock.advance(17 * 60_000);
    throttle.failed('address');
    expect(throttle.waitMs('address')).toBe(0);
  });

  it('from ever new addresses does not make the server grow', () => {
    const throttle = new Throttle(new FakeClock(), 3);
    fail(throttle, 6, 'first');
    for (const key of ['a', 'b', 'c']) throttle.failed(key);
    expect(throttle.waitMs('first')).toBe(0);
  });
});
