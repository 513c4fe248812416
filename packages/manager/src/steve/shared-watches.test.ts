import { randomBytes } from 'node:crypto';
import { type ConfigMap, configMaps, type KubeObject, type Stored } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { SharedWatches } from './shared-watches.js';

function setUp() {
  const clock = new FakeClock();
  const client = createFakeClient({ clock, random: randomBytes });
  const watches = new SharedWatches(clock);
  const put = async (name: string): Promise<Stored<ConfigMap>> =>
    client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name } });
  const listen = (from: string) => {
    const heard: string[] = [];
    const errors: unknown[] = [];
    const told: (() => void)[] = [];
    const ending = watches.listen(
      client,
      configMaps,
      { selection: {}, from },
      {
        change({ object }: { object: Partial<KubeObject> }) {
          heard.push(object.metadata?.name ?? 'bookmark');
          for (const tell of told.splice(0)) tell();
        },
        failed(error) {
          errors.push(error);
          for (const tell of told.splice(0)) tell();
        },
      },
    );
    const until = async (so: () => boolean): Promise<void> => {
      while (!so()) await new Promise<void>((tell) => told.push(tell));
    };
    return { heard, errors, ending, until };
  };
  return { client, put, listen };
}

describe('a watch that many listen to', () => {
  it('is one, tells everybody what is new to them, and ends with the last', async () => {
    const { client, put, listen } = setUp();
    const { metadata: before } = await put('before');
    const one = listen(before.resourceVersion);
    const { metadata: first } = await put('first');
    await put('second');
    await one.until(() => one.heard.length === 2);
    const other = listen(first.resourceVersion);
    await put('third');
    await other.until(() => other.heard.length === 2);
    expect([one.heard, other.heard]).toEqual([
      ['first', 'second', 'third'],
      ['second', 'third'],
    ]);
    expect(client.watching).toBe(1);
    for (const { ending } of [one, other]) ending[Symbol.dispose]();
    await new Promise((turn) => setImmediate(turn));
    expect(client.watching).toBe(0);
  });

  it('is not enough for who goes on from before it began', async () => {
    const { client, put, listen } = setUp();
    const { metadata: early } = await put('early');
    const { metadata: late } = await put('late');
    const one = listen(late.resourceVersion);
    const other = listen(early.resourceVersion);
    await put('new');
    await other.until(() => other.heard.length === 2);
    expect([one.heard, other.heard]).toEqual([['new'], ['late', 'new']]);
    expect(client.watching).toBe(2);
    for (const { ending } of [one, other]) ending[Symbol.dispose]();
  });

  it('tells when it has failed, and the next who comes begins anew', async () => {
    const { client, put, listen } = setUp();
    const { metadata } = await put('a');
    await put('b');
    client.expireHistory();
    const one = listen(metadata.resourceVersion);
    await one.until(() => one.errors.length === 1);
    const { metadata: now } = await put('c');
    const other = listen(now.resourceVersion);
    await put('d');
    await other.until(() => other.heard.length === 1);
    other.ending[Symbol.dispose]();
  });
});
