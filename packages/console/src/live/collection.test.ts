import type { KubeObject, Stored } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Listed, LiveCollection } from './collection.js';
import { type SocketLike, SubscribeSocket } from './socket.js';

class Wire implements SocketLike {
  readonly #listeners = new Map<string, (event: { readonly data: unknown }) => void>();
  readonly sent: { resourceVersion?: string; stop?: boolean }[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  open(): void {
    this.#listeners.get('open')?.({ data: undefined });
  }
  close(): void {
    this.#listeners.get('close')?.({ data: undefined });
  }
  say(name: string, data?: object, more: object = {}): void {
    const frame = { name, cluster: 'c', resourceType: 'nodes', data, ...more };
    this.#listeners.get('message')?.({ data: JSON.stringify(frame) });
  }
}

const node = (name: string, resourceVersion: string): Stored<KubeObject> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name, resourceVersion, creationTimestamp: '' },
});
const listed = (resourceVersion: string, ...items: Stored<KubeObject>[]): Listed<KubeObject> => ({
  metadata: { resourceVersion },
  items,
  scope: 'everything',
});

let clock: FakeClock;
let wires: Wire[];
let lists: Listed<KubeObject>[];
let collection: LiveCollection<KubeObject>;
let told: number;

beforeEach(() => {
  clock = new FakeClock(1000);
  wires = [];
  lists = [];
  told = 0;
  const connect = (): Wire => {
    const wire = new Wire();
    wires.push(wire);
    return wire;
  };
  collection = new LiveCollection(
    { cluster: 'c', resourceType: 'nodes' },
    async () => {
      const next = lists.shift();
      if (next === undefined) throw new Error('no list');
      return next;
    },
    new SubscribeSocket(connect, clock, () => 0),
    clock,
    () => 0,
    () => {
      told += 1;
    },
  );
});

const names = (): string[] => collection.snapshot().items.map(({ metadata }) => metadata.name);
const state = (): string => collection.snapshot().freshness.state;

describe('LiveCollection', () => {
  it('follows from the revision of its list', async () => {
    lists.push(listed('7', node('a', '3')));
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    expect(wires[0]?.sent).toEqual([{ cluster: 'c', resourceType: 'nodes', resourceVersion: '7' }]);
    wires[0]?.say('resource.create', node('b', '8'));
    wires[0]?.say('resource.remove', node('a', '9'));
    await clock.advance(50);
    expect(names()).toEqual(['b']);
  });

  it('keeps its rows through a lost connection, says so, and resumes by revision without a new list', async () => {
    lists.push(listed('7', node('a', '3')));
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    wires[0]?.say('resource.change', node('a', '12'));
    wires[0]?.close();
    expect([state(), names()]).toEqual(['catching-up', ['a']]);
    await clock.advance(500);
    wires[1]?.open();
    expect(wires[1]?.sent).toEqual([{ cluster: 'c', resourceType: 'nodes', resourceVersion: '12' }]);
    wires[1]?.say('resource.start');
    expect(state()).toBe('live');
  });

  it('lists anew when the server no longer holds the revision', async () => {
    lists.push(listed('7', node('a', '3')), listed('90', node('z', '80')));
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    wires[0]?.say('resource.error', { error: 'too old resource version: 7 (60)' });
    wires[0]?.say('resource.stop');
    await clock.advance(1000);
    expect([state(), names()]).toEqual(['live', ['z']]);
  });

  it('resumes from where the server has told everything, which an object may be ahead of', async () => {
    lists.push(listed('7'));
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    wires[0]?.say('resource.create', node('a', '12'), { revision: '9' });
    wires[0]?.close();
    await clock.advance(500);
    wires[1]?.open();
    expect(wires[1]?.sent[0]?.resourceVersion).toBe('9');
  });

  it('lists anew when something else is in sight than when it listed', async () => {
    lists.push({ ...listed('7', node('a', '3')), scope: 'mine' }, { ...listed('9', node('b', '4')), scope: 'less' });
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    wires[0]?.say('resource.start', undefined, { scope: 'mine' });
    expect(state()).toBe('live');
    wires[0]?.say('resource.scope', undefined, { scope: 'more' });
    wires[0]?.close();
    await clock.advance(500);
    wires[1]?.open();
    wires[1]?.say('resource.start', undefined, { scope: 'more' });
    expect([state(), names()]).toEqual(['live', ['a']]);
    wires[1]?.say('resource.start', undefined, { scope: 'less' });
    await clock.advance(1000);
    expect([state(), names()]).toEqual(['live', ['b']]);
    expect(told).toBe(2);
  });

  it('says that the first list failed, and tries again by itself', async () => {
    collection.listen(() => undefined);
    await clock.advance(0);
    expect(state()).toBe('failed');
    lists.push(listed('1', node('a', '1')));
    await clock.advance(1000);
    expect([state(), names()]).toEqual(['live', ['a']]);
  });

  it('keeps nothing of what the right to see is taken away, and shows it again when that comes back', async () => {
    lists.push(listed('7', node('a', '3')));
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    wires[0]?.say('resource.error', { error: 'the right to this has been taken away', code: 403 });
    wires[0]?.say('resource.stop');
    expect([state(), names(), told]).toEqual(['failed', [], 1]);
    lists.push(listed('9', node('a', '3')));
    await clock.advance(1000);
    expect([state(), names()]).toEqual(['live', ['a']]);
  });

  it('takes a silent connection for dead', async () => {
    lists.push(listed('7'));
    collection.listen(() => undefined);
    wires[0]?.open();
    await clock.advance(0);
    await clock.advance(75_000);
    expect(state()).toBe('catching-up');
  });
});
