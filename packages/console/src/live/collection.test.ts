import type { KubeObject, ObjectList, Stored } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { LiveCollection } from './collection.js';
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
  say(name: string, data?: object): void {
    this.#listeners.get('message')?.({ data: JSON.stringify({ name, cluster: 'c', resourceType: 'nodes', data }) });
  }
}

const node = (name: string, resourceVersion: string): Stored<KubeObject> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name, resourceVersion, creationTimestamp: '' },
});
const listed = (resourceVersion: string, ...items: Stored<KubeObject>[]): ObjectList<KubeObject> => ({
  apiVersion: 'v1',
  kind: 'NodeList',
  metadata: { resourceVersion },
  items,
});

let clock: FakeClock;
let wires: Wire[];
let lists: ObjectList<KubeObject>[];
let collection: LiveCollection<KubeObject>;

beforeEach(() => {
  clock = new FakeClock(1000);
  wires = [];
  lists = [];
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

  it('says that the first list failed, and tries again by itself', async () => {
    collection.listen(() => undefined);
    await clock.advance(0);
    expect(state()).toBe('failed');
    lists.push(listed('1', node('a', '1')));
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
