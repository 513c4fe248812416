import { expect, it } from 'vitest';
import { FakeClock } from './clock.js';
import { gather } from './gather.js';

it('answers in the order asked, and one that fails costs its own row only', async () => {
  const answers = await gather(
    ['a', 'b', 'c'],
    async (key) => {
      if (key === 'b') throw new Error('down');
      return key.toUpperCase();
    },
    { parallel: 2, timeoutMs: 1_000, clock: new FakeClock() },
  );
  expect(answers.map((answer) => (answer.ok ? answer.value : String(answer.error)))).toEqual(['A', 'Error: down', 'C']);
});

it('gives up on one that does not answer in time', async () => {
  const clock = new FakeClock();
  const asked = gather(['dead'], () => new Promise<never>(() => {}), { parallel: 1, timeoutMs: 2_000, clock });
  await clock.advance(2_000);
  expect(await asked).toMatchObject([{ key: 'dead', ok: false, error: { message: 'no answer within 2000 ms' } }]);
});

it('asks no more at a time than it may', async () => {
  let asking = 0;
  let most = 0;
  await gather(
    Array.from({ length: 50 }, (_, index) => index),
    async () => {
      most = Math.max(most, ++asking);
      await new Promise((resolve) => setImmediate(resolve));
      asking -= 1;
    },
    { parallel: 7, timeoutMs: 1_000, clock: new FakeClock() },
  );
  expect(most).toBe(7);
});
