import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH, Fault, runBatch } from './batch.js';
import { decoders } from './decoders.js';
import { RequestSubject } from './requests.js';
import { type Subject, subject } from './subject.js';

/** Batches of each subject on every run of the tests; `npm run fuzz` goes on for minutes. */
const BATCHES = 2;
/** Requests are smaller, and there is more to them. */
const REQUEST_BATCHES = 12;
/** Other tests run in this process; how long input takes is the long run's to measure. */
const SLOW_MS = 20_000;
const TIMEOUT_MS = 60_000;

/** Runs the first batches of a seed of its own, which a failure tells. */
async function bears(one: Subject, batches: number): Promise<void> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (let number = 0; number < batches; number += 1) {
    const running = runBatch(one, { seed, number, slowMs: SLOW_MS });
    await expect(running, `seed ${seed}, batch ${number}`).resolves.toBeDefined();
  }
}

describe('what strangers send', () => {
  it.each(decoders)('is read or refused, never a bug: $name', (one) => bears(one, BATCHES), TIMEOUT_MS);

  it(
    'is answered by a whole server, never with a bug of ours',
    async () => {
      await using requests = new RequestSubject();
      await bears(requests.subject, REQUEST_BATCHES);
    },
    TIMEOUT_MS,
  );
});

describe('a batch', () => {
  const gather = async (seed: number, number: number): Promise<unknown[]> => {
    const seen: unknown[] = [];
    const one = subject({ name: 'gather', inputs: fc.string(), feed: (text) => seen.push(text) });
    await runBatch(one, { seed, number, slowMs: SLOW_MS });
    return seen;
  };

  it('is the same for the same seed and number, and another for others', async () => {
    expect(await gather(1, 2)).toHaveLength(BATCH);
    expect(await gather(1, 2)).toEqual(await gather(1, 2));
    expect(await gather(1, 2)).not.toEqual(await gather(1, 3));
    expect(await gather(1, 2)).not.toEqual(await gather(2, 2));
  });

  it('tells the input that a subject did not bear', async () => {
    const one = subject({
      name: 'fragile',
      inputs: fc.constant(Buffer.from('x')),
      feed: () => {
        throw new TypeError('broken');
      },
    });
    await expect(runBatch(one, { seed: 1, number: 1, slowMs: SLOW_MS })).rejects.toThrow(
      new Fault('fragile', Buffer.from('x'), 'TypeError: broken').message,
    );
  });
});
