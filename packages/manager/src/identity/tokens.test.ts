import { randomBytes } from 'node:crypto';
import { type ManagementToken, managementTokens, type Stored, type User, users } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import type { Directory } from './directory.js';
import { expiryOf, TokenLife } from './token-life.js';
import { Tokens } from './tokens.js';

/** What makes keys for a user, who may have `most`; each setting is `minutes`. */
async function keys({ most, minutes }: { most: number; minutes: number }) {
  const clock = new FakeClock();
  const client = createFakeClient({ clock, random: randomBytes });
  const user: Stored<User> = await client.create(users, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'User',
    metadata: { name: 'u-anna' },
  });
  const made: Stored<ManagementToken>[] = [];
  const directory: Pick<Directory, 'tokensOf' | 'settleToken'> = {
    tokensOf: () => made,
    settleToken: async (token) => void made.push(token),
  };
  const settings = { count: () => minutes };
  const tokens = new Tokens({
    client,
    directory: directory as Directory,
    settings: settings as never,
    life: new TokenLife({ client, settings, clock }),
    clock,
    random: randomBytes,
    reportsActivity: true,
    most,
  });
  return { client, user, tokens };
}

it('a key that is asked for longer than there are dates ends at one', async () => {
  const { user, tokens } = await keys({ most: 2, minutes: 0 });
  const { token } = await tokens.derived(user, { description: '', ttlMs: Number.MAX_SAFE_INTEGER });
  expect(new Date(expiryOf(token) ?? 0).toISOString()).toMatch(/^20\d\d-|^21\d\d-/);
  expect(expiryOf((await tokens.derived(user, { description: '', ttlMs: 0 })).token)).toBeUndefined();
});

it('a user has so many keys and no more, and may sign in all the same', async () => {
  const { client, user, tokens } = await keys({ most: 2, minutes: 60 });
  for (const description of ['one', 'two']) await tokens.derived(user, { description });
  await expect(async () => tokens.derived(user, { description: 'three' })).rejects.toThrow('at most 2 keys');
  await expect(async () => tokens.kubeconfig(user, { description: 'three' })).rejects.toThrow('delete some first');
  await tokens.session(user, '', { address: '192.0.2.1', agent: 'x'.repeat(1_000) });
  const { items } = await client.list(managementTokens);
  expect(items).toHaveLength(3);
  expect(JSON.stringify(items)).not.toContain('x'.repeat(257));
});
