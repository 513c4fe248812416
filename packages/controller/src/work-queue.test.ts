import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { WorkQueue } from './work-queue.js';

function setting() {
  const clock = new FakeClock();
  const queue = new WorkQueue({
    clock,
    random: (length) => new Uint8Array(length),
    backoff: { baseMs: 100, capMs: 400 },
  });
  const take = async (): Promise<string | undefined> => (await queue.take())?.name;
  return { clock, queue, take };
}

describe('a work queue', () => {
  it('holds an item once, however often it is added', async () => {
    const { queue, take } = setting();
    for (const name of ['a', 'b', 'a', 'a']) queue.add({ name });
    expect([queue.depth, await take(), await take(), queue.depth]).toEqual([2, 'a', 'b', 0]);
  });

  it('tells items of different namespaces apart', () => {
    const { queue } = setting();
    queue.add({ namespace: 'x', name: 'a' });
    queue.add({ namespace: 'y', name: 'a' });
    expect(queue.depth).toBe(2);
  });

  it('gives an item that is worked on to nobody else, and again when it was added meanwhile', async () => {
    const { queue, take } = setting();
    queue.add({ name: 'a' });
    await take();
    queue.add({ name: 'a' });
    expect(queue.depth).toBe(0);
    queue.done({ name: 'a' });
    expect(await take()).toBe('a');
  });

  it('puts what comes again behind what waits', async () => {
    const { queue, take } = setting();
    queue.add({ name: 'busy' });
    await take();
    queue.add({ name: 'busy' });
    queue.add({ name: 'patient' });
    queue.done({ name: 'busy' });
    expect([await take(), await take()]).toEqual(['patient', 'busy']);
  });

  it('hands an item to a worker that waits', async () => {
    const { queue, take } = setting();
    const taken = take();
    queue.add({ name: 'a' });
    expect(await taken).toBe('a');
  });

  it('adds after a delay, the earliest of several', async () => {
    const { queue, clock } = setting();
    queue.addAfter({ name: 'a' }, 500);
    queue.addAfter({ name: 'a' }, 100);
    queue.addAfter({ name: 'a' }, 900);
    await clock.advance(100);
    expect(queue.depth).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it('waits longer after each failure in a row, up to its cap, and forgets them after a success', () => {
    const { queue } = setting();
    const delays = [1, 2, 3, 4].map(() => queue.addAfterFailure({ name: 'a' }));
    queue.forget({ name: 'a' });
    expect([...delays, queue.addAfterFailure({ name: 'a' })]).toEqual([50, 100, 200, 200, 50]);
  });

  it('lets its workers go when it is closed', async () => {
    const { queue, take } = setting();
    const taken = take();
    queue.close();
    queue.add({ name: 'a' });
    expect([await taken, await take()]).toEqual([undefined, undefined]);
  });
});
