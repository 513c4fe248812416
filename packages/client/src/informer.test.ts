import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type KubeObject, unavailable } from '@drover/api';
import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { createFakeClient, type FakeCall } from './fake/fake-client.js';
import { createInformer, type InformerOptions } from './informer.js';
import { type Widget, widgets } from './testing/conformance.js';

const widget = (name: string, size = 1): Widget => ({
  apiVersion: 'conformance.drover.io/v1',
  kind: 'Widget',
  metadata: { namespace: 'default', name },
  spec: { size },
});

function setting(options: { before?: (call: FakeCall) => void } & Partial<InformerOptions<Widget>> = {}) {
  const { before, ...informerOptions } = options;
  const clock = new FakeClock(1_767_225_600_000);
  const client = createFakeClient({ clock, random: randomBytes, ...(before === undefined ? {} : { before }) });
  const open = () =>
    createInformer(client, widgets, { clock, random: randomBytes, log: silentLog, ...informerOptions });
  return { clock, client, open };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) {
    if (turns > 1000) throw new Error('it did not come to pass');
    await turn();
  }
}

function record(informer: ReturnType<ReturnType<typeof setting>['open']>): string[] {
  const told: string[] = [];
  informer.subscribe(({ type, object }) => told.push(`${type} ${object.metadata.name} ${object.spec?.size}`));
  return told;
}

describe('an informer', () => {
  it('holds what a paged list found and then follows each change', async () => {
    const { client, open } = setting({ pageSize: 2 });
    for (const name of ['a', 'b', 'c']) await client.create(widgets, widget(name));
    using informer = open();
    await informer.synced;
    const told = record(informer);
    expect(told).toEqual(['added a 1', 'added b 1', 'added c 1']);
    const b = await client.get(widgets, { namespace: 'default', name: 'b' });
    await client.update(widgets, { ...b, spec: { size: 2 } });
    await client.delete(widgets, { namespace: 'default', name: 'a' });
    await until(() => told.length === 5);
    expect(told.slice(3)).toEqual(['updated b 2', 'deleted a 1']);
    expect(
      informer
        .list('default')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['b', 'c']);
  });

  it('resumes after a lost connection without telling anything twice', async () => {
    const { client, clock, open } = setting();
    await client.create(widgets, widget('a'));
    using informer = open();
    await informer.synced;
    const told = record(informer);
    await until(() => client.watching === 1);
    client.dropWatches();
    await until(() => !informer.health.live);
    await client.create(widgets, widget('b'));
    await clock.advance(1_000);
    await until(() => told.length === 2);
    expect(told).toEqual(['added a 1', 'added b 1']);
    expect(informer.health.live).toBe(true);
  });

  it('lists anew when the history is gone, and tells what it missed as differences', async () => {
    const { client, clock, open } = setting();
    for (const name of ['gone', 'kept', 'replaced']) await client.create(widgets, widget(name));
    using informer = open();
    await informer.synced;
    await until(() => client.watching === 1);
    const told = record(informer);
    told.length = 0;
    client.dropWatches();
    await until(() => client.watching === 0);
    await client.delete(widgets, { namespace: 'default', name: 'gone' });
    await client.delete(widgets, { namespace: 'default', name: 'replaced' });
    await client.create(widgets, widget('replaced', 7));
    await client.create(widgets, widget('new'));
    client.expireHistory();
    await clock.advance(1_000);
    await until(() => told.length === 4);
    expect(told).toEqual(['deleted gone 1', 'added new 1', 'deleted replaced 1', 'added replaced 7']);
  });

  it('never gives up: it backs off, says why, and comes back', async () => {
    let failing = true;
    const { clock, open } = setting({
      before({ verb }) {
        if (failing && verb === 'list') throw unavailable('the store is starting');
      },
    });
    using informer = open();
    await until(() => informer.health.live === false && informer.health.error === 'the store is starting');
    for (let minute = 0; minute < 5; minute += 1) await clock.advance(60_000);
    failing = false;
    await clock.advance(30_000);
    await informer.synced;
    expect(informer.health).toEqual({ live: true });
  });

  it('gives up on a connection that says nothing for longer than the watch was to last', async () => {
    const { client, clock } = setting();
    const silent = { ...client, watch: hanging(client.watch) };
    using informer = createInformer(silent, widgets, { clock, random: randomBytes, log: silentLog });
    await informer.synced;
    await until(() => silent.watch.count === 1);
    await clock.advance(600_000 + 30_000);
    await until(() => silent.watch.count > 1);
  });

  it('finds objects by its indexes, also after they changed', async () => {
    const { client, open } = setting({ indexes: { size: ({ spec }) => [String(spec?.size)] } });
    const a = await client.create(widgets, widget('a', 1));
    await client.create(widgets, widget('b', 2));
    using informer = open();
    await informer.synced;
    await client.update(widgets, { ...a, spec: { size: 2 } });
    await until(() => informer.by('size', '2').length === 2);
    expect(informer.by('size', '1')).toEqual([]);
    expect(() => informer.by('colour', 'red')).toThrow('there is no index "colour"');
  });

  it('survives a handler that throws', async () => {
    const { client, open } = setting();
    using informer = open();
    await informer.synced;
    informer.subscribe(() => {
      throw new Error('a bug');
    });
    const told = record(informer);
    await client.create(widgets, widget('a'));
    await client.create(widgets, widget('b'));
    await until(() => told.length === 2);
  });

  it('drops managedFields unless asked to keep them', async () => {
    const { client, open } = setting();
    await client.create(widgets, {
      ...widget('a'),
      metadata: { ...widget('a').metadata, managedFields: [{ manager: 'x' }] },
    });
    using informer = open();
    await informer.synced;
    expect(informer.get('default', 'a')?.metadata.managedFields).toBeUndefined();
  });

  it('rejects synced when it is disposed before its first list', async () => {
    const { open } = setting({
      before() {
        throw unavailable('down');
      },
    });
    const informer = open();
    informer[Symbol.dispose]();
    await expect(informer.synced).rejects.toThrow('disposed');
  });
});

/** A watch whose connection is half open: it hears nothing, and notices only its signal. */
function hanging(watch: ReturnType<typeof createFakeClient>['watch']) {
  const silent = async function* <T extends KubeObject>(...[, options]: Parameters<typeof watch<T>>) {
    silent.count += 1;
    yield* [];
    await new Promise((_, reject) => {
      const abort = (): void => reject(options?.signal?.reason);
      if (options?.signal?.aborted) abort();
      options?.signal?.addEventListener('abort', abort, { once: true });
    });
  };
  silent.count = 0;
  return silent;
}
