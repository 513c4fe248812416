import { randomBytes } from 'node:crypto';
import { type ManagementToken, managementTokens, type Stored, type User, users } from '@drover/api';
import { createInformer } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { type Caller, identityOf } from './caller.js';
import { OpenStreams } from './open-streams.js';

const opened: Disposable[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each[Symbol.dispose]();
});

async function session(ttl = 0, idleMs?: number) {
  const clock = new FakeClock(Date.now());
  const means = { clock, random: randomBytes, log: silentLog };
  const client = createFakeClient(means);
  const user: Stored<User> = await client.create(users, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'User',
    metadata: { name: 'u-abcde' },
  });
  const token: Stored<ManagementToken> = await client.create(managementTokens, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Token',
    metadata: { name: 'token-abcde' },
    userId: 'u-abcde',
    ttl,
  });
  const informers = {
    users: createInformer(client, users, means),
    tokens: createInformer(client, managementTokens, means),
  };
  opened.push(informers.users, informers.tokens);
  await Promise.all([informers.users.synced, informers.tokens.synced]);
  const limit = { idleMs };
  const seen = { at: clock.now() };
  const streams = new OpenStreams({
    ...informers,
    clock,
    ...(idleMs === undefined ? {} : { endOf: () => seen.at + (limit.idleMs ?? 0) }),
  });
  opened.push(streams);
  const caller: Caller = {
    user,
    token,
    via: 'bearer',
    identity: identityOf(user, [], { token: 'token-abcde', host: '' }),
  };
  const closed = new Promise<string>((resolve) => opened.push(streams.add(caller, resolve)));
  return { client, clock, streams, closed, seen, limit };
}

describe('a stream is closed', () => {
  it('when its token is deleted', async () => {
    const { client, closed, streams } = await session();
    await client.delete(managementTokens, { name: 'token-abcde' });
    expect(await closed).toBe('the session has ended');
    expect(streams.size).toBe(0);
  });

  it('when its token is disabled', async () => {
    const { client, closed } = await session();
    await client.patch(managementTokens, { name: 'token-abcde' }, { type: 'merge', patch: { enabled: false } });
    expect(await closed).toBe('the session has ended');
  });

  it('when its user is disabled', async () => {
    const { client, closed } = await session();
    await client.patch(users, { name: 'u-abcde' }, { type: 'merge', patch: { enabled: false } });
    expect(await closed).toBe('the user has been disabled');
  });

  it('when its token expires', async () => {
    const { clock, closed } = await session(60_000);
    await clock.advance(61_000);
    expect(await closed).toBe('the session has expired');
  });

  it('when its session has idled, from the last time that somebody was there', async () => {
    const { clock, closed, seen, streams } = await session(0, 60_000);
    await clock.advance(50_000);
    seen.at = clock.now();
    await clock.advance(50_000);
    expect(streams.size).toBe(1);
    await clock.advance(10_000);
    expect(await closed).toBe('the session has expired');
  });

  it('at once when the limit becomes shorter than it has idled', async () => {
    const { clock, closed, limit, streams } = await session(0, 60_000);
    await clock.advance(30_000);
    limit.idleMs = 20_000;
    streams.relook();
    expect(await closed).toBe('the session has expired');
  });
});
