import { randomBytes } from 'node:crypto';
import { type ManagementToken, managementTokens, type Stored, type User, users } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import type { Directory } from './directory.js';
import { TokenLife } from './token-life.js';
import { Tokens } from './tokens.js';

it('a user has so many keys and no more, and may sign in all the same', async () => {
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
  const settings = { count: () => 60 };
  const tokens = new Tokens({
    client,
    directory: directory as Directory,
    settings: settings as never,
    life: new TokenLife({ client, settings, clock }),
    clock,
    random: randomBytes,
    reportsActivity: true,
    most: 2,
  });
  for (const description of ['one', 'two']) await tokens.derived(user, { description });
  await expect(async () => tokens.derived(user, { description: 'three' })).rejects.toThrow('at most 2 keys');
  await expect(async () => tokens.kubeconfig(user, { description: 'three' })).rejects.toThrow('delete some first');
  await tokens.session(user, '', { address: '192.0.2.1', agent: 'x'.repeat(1_000) });
  const { items } = await client.list(managementTokens);
  expect(items).toHaveLength(3);
  expect(JSON.stringify(items)).not.toContain('x'.repeat(257));
});
