import { randomBytes } from 'node:crypto';
import { managementTokens, userAttributes, users } from '@drover/api';
import { createInformer } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { expect, it } from 'vitest';
import { Directory } from './directory.js';

it('does not wait for a write that memory is past already', async () => {
  const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
  const means = { clock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };
  const client = createFakeClient(means);
  using informer = createInformer(client, users, means);
  using tokens = createInformer(client, managementTokens, means);
  using attributes = createInformer(client, userAttributes, means);
  await Promise.all([informer.synced, tokens.synced, attributes.synced]);
  const directory = new Directory({ client, clock, users: informer, tokens, attributes });
  const written = await client.create(users, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'User',
    metadata: { name: 'u-abcde' },
  });
  const since = await client.patch(users, { name: 'u-abcde' }, { type: 'merge', patch: { description: 'changed' } });
  await directory.settleUser(since);
  // The clock stands: what waits for its patience to end would wait for ever.
  await directory.settleUser(written);
  expect(directory.user('u-abcde')?.description).toBe('changed');
});
