import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import { Activity } from './activity.js';

it('the server is told that somebody is there once a minute, and only when somebody is', async () => {
  const clock = new FakeClock();
  let told = 0;
  const activity = new Activity(clock, async () => {
    told += 1;
  });
  for (let second = 0; second < 90; second += 10) {
    activity.sign();
    await clock.advance(10_000);
  }
  expect(told).toBe(2);
  await clock.advance(3_600_000);
  expect(told).toBe(2);
});

it('what the server was not told is told with the next sign', async () => {
  const clock = new FakeClock();
  let tries = 0;
  const activity = new Activity(clock, async () => {
    tries += 1;
    throw new Error('no answer');
  });
  activity.sign();
  await Promise.resolve();
  activity.sign();
  expect(tries).toBe(2);
});
