import { randomBytes } from 'node:crypto';
import { nodes } from '@drover/api';
import { type Client, TransportError, type TransportRequest } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterFacts, ClusterMonitor } from './cluster-monitor.js';

const opened: Disposable[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each[Symbol.dispose]();
});

/** A monitor of a cluster whose unversioned paths `answer` as the test says. */
function watch(answer: (request: TransportRequest) => string | Promise<string>) {
  const clock = new FakeClock(Date.now());
  const fake = createFakeClient({ clock, random: randomBytes });
  const client: Client = {
    ...fake,
    async raw(request) {
      const text = await answer(request);
      const status = text === '' ? 404 : 200;
      return {
        status,
        headers: {},
        body: (async function* () {
          yield new TextEncoder().encode(text);
        })(),
      };
    },
  };
  const waiting: (() => void)[] = [];
  const monitor = new ClusterMonitor({
    client,
    changed: () => {
      for (const wake of waiting.splice(0)) wake();
    },
    clock,
    random: randomBytes,
    log: silentLog,
  });
  opened.push(monitor);
  const until = async (wanted: (facts: ClusterFacts) => boolean): Promise<ClusterFacts> => {
    while (!wanted(monitor.facts)) await new Promise<void>((wake) => waiting.push(wake));
    return monitor.facts;
  };
  return { client, clock, until };
}

const healthy: Record<string, string> = { '/readyz': 'ok', '/version': '{"gitVersion":"v1.32.0+rke2r1","major":"1"}' };

describe('a cluster that is watched', () => {
  it('tells its version, whether it is Harvester, and its nodes as they come', async () => {
    const { client, until } = watch(({ path }) => healthy[path] ?? '');
    const facts = await until(({ probe, nodes: listed }) => probe !== undefined && listed !== undefined);
    expect(facts).toMatchObject({
      probe: { ok: true },
      servesHarvester: false,
      version: { gitVersion: 'v1.32.0+rke2r1' },
      nodes: [],
    });
    await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } });
    expect((await until(({ nodes: listed }) => listed?.length === 1)).nodes?.[0]?.metadata.name).toBe('a');
  });

  it('that does not answer is said not to, with the reason, and asked again soon', async () => {
    let broken = true;
    const { clock, until } = watch(({ path }) => {
      if (broken) throw new TransportError('connection refused');
      return healthy[path] ?? '';
    });
    expect((await until(({ probe }) => probe !== undefined)).probe).toEqual({ ok: false, error: 'connection refused' });
    broken = false;
    const back = until(({ probe }) => probe?.ok === true);
    await clock.advance(5_000);
    expect((await back).probe).toEqual({ ok: true });
  });

  it('that hangs is given up after ten seconds', async () => {
    const { clock, until } = watch(
      ({ signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
    );
    const given = until(({ probe }) => probe !== undefined);
    await clock.advance(10_000);
    expect((await given).probe).toEqual({ ok: false, error: 'no answer within 10 s' });
  });
});
