import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { WorkQueueMetrics } from '../metrics/work-queue-metrics.js';
import { ReconcileLoop } from './reconcile-loop.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function loopOf(reconcile: (key: string) => Promise<void>) {
  const clock = new FakeClock();
  const workQueues = new WorkQueueMetrics();
  const loop = new ReconcileLoop({
    name: 'test',
    clock,
    random: (length) => new Uint8Array(length),
    log: silentLog,
    workQueues,
    reconcile,
  });
  const figure = (name: string): number => {
    const line = [...workQueues.lines()].find((text) => text.startsWith(`workqueue_${name}{`));
    return Number(line?.split(' ').at(-1));
  };
  return { clock, loop, figure };
}

/** Work that the test ends by hand. */
function byHand() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const reconcile = (key: string): Promise<void> => {
    begun.push(key);
    return new Promise((resolve) => ends.push(resolve));
  };
  return { begun, reconcile, end: () => ends.shift()?.() };
}

describe('a reconcile loop', () => {
  it('looks once at a key that was added often', async () => {
    const { begun, reconcile } = byHand();
    const { loop } = loopOf(reconcile);
    for (const key of ['a', 'a', 'b', 'a']) loop.add(key);
    await settled();
    expect(begun).toEqual(['a', 'b']);
  });

  it('looks again at a key that was added while it was looked at, and never twice at the same time', async () => {
    const { begun, reconcile, end } = byHand();
    const { loop } = loopOf(reconcile);
    loop.add('a');
    await settled();
    loop.add('a');
    loop.add('a');
    await settled();
    expect(begun).toEqual(['a']);
    end();
    await settled();
    expect(begun).toEqual(['a', 'a']);
  });

  it('comes back to a key that failed, after a growing delay', async () => {
    const times: number[] = [];
    const { loop, clock } = loopOf(async () => {
      times.push(clock.now());
      if (times.length < 4) throw new Error('not yet');
    });
    loop.add('a');
    await settled();
    await clock.advance(10_000);
    expect(times).toEqual([0, 50, 150, 350]);
  });

  it('works on a bounded number of keys at a time', async () => {
    const { begun, reconcile, end } = byHand();
    const { loop } = loopOf(reconcile);
    for (let key = 0; key < 40; key += 1) loop.add(String(key));
    await settled();
    expect(begun).toHaveLength(16);
    end();
    await settled();
    expect(begun).toHaveLength(17);
  });

  it('finishes what it is at when it is closed, and begins nothing', async () => {
    const { begun, reconcile, end } = byHand();
    const { loop } = loopOf(reconcile);
    loop.add('a');
    await settled();
    loop.add('a');
    const closed = loop[Symbol.asyncDispose]();
    end();
    await closed;
    loop.add('b');
    await settled();
    expect(begun).toEqual(['a']);
  });

  it('tells how many keys came, wait and come again, and how long that took', async () => {
    let failing = true;
    const { clock, loop, figure } = loopOf(async () => {
      await clock.sleep(2000);
      if (failing) throw new Error('not yet');
    });
    loop.add('a');
    loop.add('a');
    expect([figure('adds_total'), figure('depth')]).toEqual([2, 1]);
    await clock.advance(0);
    await clock.advance(2000);
    failing = false;
    await clock.advance(3000);
    expect([figure('adds_total'), figure('depth'), figure('retries_total')]).toEqual([3, 0, 1]);
    expect([figure('work_duration_seconds_sum'), figure('queue_duration_seconds_count')]).toEqual([4, 2]);
    await loop[Symbol.asyncDispose]();
  });
});
