import type { AccessRequest, Why } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Http } from '../api/http.js';
import { type SocketLike, SubscribeSocket } from '../live/socket.js';
import { ClusterRightsStore } from './rights-store.js';

const START: AccessRequest = { verb: 'update', group: 'kubevirt.io', resource: 'virtualmachines' };
const inNamespace = (namespace: string): AccessRequest => ({ ...START, namespace });

class Wire implements SocketLike {
  readonly #listeners = new Map<string, (event: { readonly data: unknown }) => void>();
  send(): void {}
  close(): void {}
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  open(): void {
    this.#listeners.get('open')?.({ data: undefined });
  }
  say(name: string): void {
    const frame = { name, cluster: 'c', resourceType: 'drover.io.rights' };
    this.#listeners.get('message')?.({ data: JSON.stringify(frame) });
  }
}

describe('the rights of a tab', () => {
  let clock: FakeClock;
  let wire: Wire;
  let asked: AccessRequest[][];
  let allowed: (request: AccessRequest) => boolean;
  let store: ClusterRightsStore;

  beforeEach(() => {
    clock = new FakeClock();
    wire = new Wire();
    asked = [];
    allowed = () => false;
    const http: Http = {
      async request(_url, sent) {
        const { requests } = (sent?.body ?? { requests: [] }) as { requests: AccessRequest[] };
        asked.push(requests);
        const answers = requests.map((request) =>
          allowed(request)
            ? ({ allowed: true, request, grants: [], reason: '' } as const)
            : ({ allowed: false, request, names: [], remedies: [], reason: '' } as const),
        );
        const why: Why = { type: 'why', cluster: { id: 'c', name: 'c' }, user: { id: 'u', name: 'u' }, answers };
        return why;
      },
    };
    const socket = new SubscribeSocket(
      () => wire,
      clock,
      () => 0,
    );
    store = new ClusterRightsStore('c', { http, socket, clock, random: () => 0 });
  });
  const settled = async (): Promise<void> => {
    await clock.advance(1_000);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };

  it('are asked for together, of namespaces only what is not allowed everywhere', async () => {
    allowed = ({ namespace }) => namespace === undefined;
    store.want([inNamespace('a'), inNamespace('b')]);
    store.want([inNamespace('c')]);
    await settled();
    expect(asked).toEqual([[START]]);
    expect(store.snapshot().of(inNamespace('c'))).toBe('allowed');
  });

  it('are asked for in each namespace where they are not', async () => {
    allowed = ({ namespace }) => namespace === 'b';
    store.want([inNamespace('a'), inNamespace('b')]);
    await settled();
    expect(asked).toEqual([[START], [inNamespace('a'), inNamespace('b')]]);
    expect(store.snapshot().of(inNamespace('b'))).toBe('allowed');
    expect(store.snapshot().of(inNamespace('a'))).toMatchObject({ allowed: false });
  });

  it('are asked for anew when the server says that they may have changed, and shown as they were meanwhile', async () => {
    store.want([inNamespace('a')]);
    wire.open();
    await settled();
    expect(store.snapshot().of(inNamespace('a'))).toMatchObject({ allowed: false });
    allowed = () => true;
    wire.say('rights.changed');
    expect(store.snapshot().of(inNamespace('a'))).toMatchObject({ allowed: false });
    await settled();
    expect(store.snapshot().of(inNamespace('a'))).toBe('allowed');
  });

  it('are not asked for when nobody wants to know any more', async () => {
    const forget = store.want([inNamespace('a')]);
    await settled();
    forget();
    const before = asked.length;
    wire.say('rights.changed');
    await settled();
    expect(asked).toHaveLength(before);
  });
});
