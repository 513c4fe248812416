import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type ConfigMap, configMaps, type Secret, secrets } from '@drover/api';
import { createInformer } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { again, createController, done, type Reconcile, Terminal } from './controller.js';
import { ownerReference } from './owner.js';
import { generationChanged } from './predicate.js';
import { events, owned, type Source, watches } from './source.js';

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) {
    if (turns > 5_000) throw new Error('it did not come to pass');
    await turn();
  }
}

const configMap = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
});

function setting() {
  const clock = new FakeClock(1_767_225_600_000);
  const client = createFakeClient({ clock, random: randomBytes, withoutStatus: ['configmaps', 'secrets'] });
  const surroundings = { clock, random: randomBytes, log: silentLog };
  const stop = new AbortController();
  const run = (reconcile: Reconcile, sources: readonly Source[], concurrency = 1) => {
    const controller = createController({ name: 'test', reconcile, sources, concurrency, ...surroundings });
    return Object.assign(controller, { running: controller.start(stop.signal) });
  };
  return { clock, client, stop, run, informer: createInformer(client, configMaps, surroundings), surroundings };
}

describe('a controller', () => {
  it('looks at everything that exists, then at what changes', async () => {
    const { client, run, informer, stop } = setting();
    await client.create(configMaps, configMap('a'));
    const seen: string[] = [];
    const { running } = run(
      async ({ name }) => {
        seen.push(name);
        return done;
      },
      [watches(informer)],
    );
    await until(() => seen.length === 1);
    await client.create(configMaps, configMap('b'));
    await client.delete(configMaps, { namespace: 'default', name: 'a' });
    await until(() => seen.length === 3);
    expect(seen).toEqual(['a', 'b', 'a']);
    stop.abort();
    await running;
  });

  it('looks once at what was updated', async () => {
    const { client, run, informer, stop } = setting();
    const created = await client.create(configMaps, configMap('a'));
    const seen: (string | undefined)[] = [];
    const controller = run(
      async ({ name }) => {
        seen.push(informer.get('default', name)?.data?.['turn']);
        return done;
      },
      [watches(informer)],
    );
    await until(() => controller.metrics.reconciles.success === 1);
    await client.update(configMaps, { ...created, data: { turn: 'second' } });
    await client.create(configMaps, configMap('last'));
    await until(() => controller.metrics.reconciles.success >= 3 && controller.metrics.depth === 0);
    expect(seen).toEqual([undefined, 'second', undefined]);
    stop.abort();
    await controller.running;
  });

  it('survives what a reconcile throws, and tries again after a while', async () => {
    const { clock, run, stop } = setting();
    let attempts = 0;
    const controller = run(async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return done;
    }, []);
    controller.enqueue({ name: 'a' });
    await until(() => attempts === 1);
    await clock.advance(500);
    await until(() => attempts === 2);
    await clock.advance(1_000);
    await until(() => controller.metrics.reconciles.success === 1);
    expect(controller.metrics.reconciles).toEqual({ success: 1, again: 0, error: 2, terminal: 0 });
    stop.abort();
    await controller.running;
  });

  it('does not repeat what only an edit can cure', async () => {
    const { clock, run, stop } = setting();
    const controller = run(async () => {
      throw new Terminal('memory "1x" is not a quantity such as 512Mi');
    }, []);
    controller.enqueue({ name: 'a' });
    await until(() => controller.metrics.reconciles.terminal === 1);
    await clock.advance(3_600_000);
    expect(controller.metrics.reconciles).toEqual({ success: 0, again: 0, error: 0, terminal: 1 });
    stop.abort();
    await controller.running;
  });

  it('looks again when a reconcile asks for it', async () => {
    const { clock, run, stop } = setting();
    let looks = 0;
    const controller = run(async () => {
      looks += 1;
      return looks === 1 ? again(15_000) : done;
    }, []);
    controller.enqueue({ name: 'a' });
    await until(() => looks === 1);
    await clock.advance(15_000);
    await until(() => looks === 2);
    stop.abort();
    await controller.running;
  });

  it('never works on one object twice at a time, and on no more objects than it may', async () => {
    const { run, stop } = setting();
    const working = new Set<string>();
    let most = 0;
    let count = 0;
    const controller = run(
      async ({ name }) => {
        expect(working.has(name)).toBe(false);
        working.add(name);
        most = Math.max(most, working.size);
        await turn();
        controller.enqueue({ name: 'a' });
        await turn();
        working.delete(name);
        count += 1;
        return done;
      },
      [],
      2,
    );
    for (const name of ['a', 'b', 'c', 'd']) controller.enqueue({ name });
    await until(() => count >= 10);
    expect(most).toBe(2);
    stop.abort();
    await controller.running;
  });

  it('ends a reconcile that hangs by its signal', async () => {
    const { clock, run, stop } = setting();
    const controller = run(
      (_request, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      [],
    );
    controller.enqueue({ name: 'a' });
    await until(() => controller.metrics.active === 1);
    await clock.advance(300_000);
    await until(() => controller.metrics.reconciles.error === 1);
    stop.abort();
    await controller.running;
  });

  it('waits for the reconcile under way when it is stopped', async () => {
    const { run, stop } = setting();
    let finish = (): void => undefined;
    let ended = false;
    const controller = run(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return done;
    }, []);
    void controller.running.then(() => {
      ended = true;
    });
    controller.enqueue({ name: 'a' });
    await until(() => controller.metrics.active === 1);
    stop.abort();
    await turn();
    expect(ended).toBe(false);
    finish();
    await controller.running;
  });

  it('looks at the owner when what it owns changes, and at both owners when that moves', async () => {
    const { client, run, informer, surroundings, stop } = setting();
    const first = await client.create(configMaps, configMap('first'));
    const second = await client.create(configMaps, configMap('second'));
    const secret: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'default', name: 's', ownerReferences: [ownerReference(configMaps, first)] },
    };
    const seen: string[] = [];
    const controller = run(
      async ({ namespace, name }) => {
        seen.push(`${namespace}/${name}`);
        return done;
      },
      [owned(createInformer(client, secrets, surroundings), configMaps)],
    );
    const made = await client.create(secrets, secret);
    await until(() => seen.length === 1);
    made.metadata.ownerReferences = [ownerReference(configMaps, second)];
    await client.update(secrets, made);
    await until(() => seen.length === 3);
    expect(seen).toEqual(['default/first', 'default/first', 'default/second']);
    informer[Symbol.dispose]();
    stop.abort();
    await controller.running;
  });

  it('ignores events that its predicate does not want, and hears sources that are no informers', async () => {
    const { client, run, informer, stop } = setting();
    let tell: (name: string) => void = () => undefined;
    const seen: string[] = [];
    const controller = run(
      async ({ name }) => {
        seen.push(name);
        return done;
      },
      [
        watches(informer, { when: generationChanged }),
        events((enqueue) => {
          tell = (name) => enqueue({ name });
          return { [Symbol.dispose]() {} };
        }),
      ],
    );
    const made = await client.create(configMaps, configMap('a'));
    await until(() => seen.length === 1);
    await client.update(configMaps, { ...made, metadata: { ...made.metadata, labels: { only: 'a label' } } });
    await until(() => informer.get('default', 'a')?.metadata.labels !== undefined);
    tell('tunnel');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'tunnel']);
    stop.abort();
    await controller.running;
  });

  it('reconciles nothing before everything that exists is known', async () => {
    const { run, stop } = setting();
    let synced = (): void => undefined;
    const source: Source = {
      start(enqueue) {
        enqueue({ name: 'early' });
        const first = new Promise<void>((resolve) => {
          synced = resolve;
        });
        return { synced: first, [Symbol.dispose]() {} };
      },
    };
    const controller = run(async () => done, [source]);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(controller.metrics.reconciles.success).toBe(0);
    synced();
    await until(() => controller.metrics.reconciles.success === 1);
    stop.abort();
    await controller.running;
  });
});
