import { FakeClock, silentLog } from '@drover/kit';
import { openMemoryStore, type Store, type StoreHealth } from '@drover/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { measuredStore } from './metrics/measured-store.js';
import { ask } from './testing/ask.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

let health: StoreHealth;
let test: TestServer;
beforeEach(() => {
  health = { ok: true };
});
beforeAll(async () => {
  const clock = new FakeClock();
  const whole = measuredStore(openMemoryStore({ clock, log: silentLog }), clock, () => {});
  const store: Store = Object.create(whole, { health: { get: () => health } });
  test = await openTestServer({ store });
});
afterAll(() => test[Symbol.asyncDispose]());

const probe = async (path: string): Promise<[status: number, text: string]> => {
  const { status, text } = await ask(test.server, 'GET', path);
  return [status, text];
};

describe('probes', () => {
  it.each(['livez', 'readyz', 'healthz'])(
    '/%s says in a word that all is well, and in full what was looked at',
    async (name) => {
      expect(await probe(`/${name}`)).toEqual([200, 'ok']);
      expect(await probe(`/${name}?verbose`)).toEqual([200, `[+]ping ok\n[+]store ok\n${name} check passed\n`]);
    },
  );

  it('say that a server whose disk is full is alive, and not ready, and why', async () => {
    health = { ok: false, reason: 'no room', lasting: false };
    expect(await probe('/livez')).toEqual([200, 'ok']);
    expect(await probe('/readyz')).toEqual([500, '[+]ping ok\n[-]store failed: no room\nreadyz check failed\n']);
  });

  it('say that a server is not alive whose store has to be opened again', async () => {
    health = { ok: false, reason: 'the disk failed', lasting: true };
    expect([(await probe('/livez'))[0], (await probe('/healthz'))[0], (await probe('/readyz'))[0]]).toEqual([
      500, 500, 500,
    ]);
  });
});
