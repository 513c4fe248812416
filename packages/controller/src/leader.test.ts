import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { leases, unavailable } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { runWhileLeader } from './leader.js';

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

function setting() {
  const clock = new FakeClock(1_767_225_600_000);
  const broken = new Set<string>();
  const shared = createFakeClient({ clock, random: randomBytes, withoutStatus: ['leases.coordination.k8s.io'] });
  const leading = new Set<string>();
  const compete = (identity: string) => {
    const stop = new AbortController();
    const guard =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (broken.has(identity)) throw unavailable('cut off');
        return call(...args);
      };
    const client = {
      ...shared,
      get: guard(shared.get) as typeof shared.get,
      update: guard(shared.update) as typeof shared.update,
    };
    const running = runWhileLeader(
      { client, namespace: 'kube-system', name: 'drover', identity, clock, random: randomBytes, log: silentLog },
      stop.signal,
      async (signal) => {
        leading.add(identity);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        leading.delete(identity);
      },
    );
    return { stop, running };
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await clock.advance(1_000);
      await settle();
      expect(leading.size).toBeLessThanOrEqual(1);
    }
  };
  return { broken, leading, compete, pass, client: shared };
}

describe('a leader lease', () => {
  it('has one holder at a time, and the next one soon after the holder left', async () => {
    const { leading, compete, pass, client } = setting();
    const a = compete('a');
    await pass(1);
    const b = compete('b');
    await pass(30);
    expect([...leading]).toEqual(['a']);
    a.stop.abort();
    await a.running;
    await pass(3);
    expect([...leading]).toEqual(['b']);
    const { spec } = await client.get(leases, { namespace: 'kube-system', name: 'drover' });
    expect(spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1, leaseDurationSeconds: 15 });
    b.stop.abort();
    await b.running;
  });

  it('is given up by a holder that cannot renew it, before another takes it', async () => {
    const { broken, leading, compete, pass } = setting();
    const a = compete('a');
    await pass(1);
    const b = compete('b');
    await pass(5);
    broken.add('a');
    await pass(13);
    expect([...leading]).toEqual([]);
    await pass(8);
    expect([...leading]).toEqual(['b']);
    broken.clear();
    await pass(20);
    expect([...leading]).toEqual(['b']);
    a.stop.abort();
    b.stop.abort();
    await Promise.all([a.running, b.running]);
  });
});
