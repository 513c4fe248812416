import { randomBytes } from 'node:crypto';
import type { ManagementToken } from '@drover/api';
import { managementTokens, type Stored } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { TokenLife } from './token-life.js';

const MINUTE = 60_000;

async function given(kind: 'session' | 'derived', idleMinutes = 10) {
  const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
  const client = createFakeClient({ clock, random: randomBytes, withoutStatus: ['tokens.management.cattle.io'] });
  const token = await client.create(managementTokens, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Token',
    metadata: { name: 'token-abcde', labels: { 'authn.management.cattle.io/kind': kind } },
    ttl: 60 * MINUTE,
  });
  const life = new TokenLife({ client, clock, settings: { count: () => idleMinutes } });
  const stored = (): Promise<Stored<ManagementToken>> => client.get(managementTokens, { name: 'token-abcde' });
  return { clock, life, token, stored, client };
}

describe('a session', () => {
  it('ends when nobody has been there for as long as the setting says', async () => {
    const { clock, life, token } = await given('session');
    await clock.advance(10 * MINUTE - 1);
    expect(life.fault(token)).toBeUndefined();
    await clock.advance(1);
    expect(life.fault(token)).toBe('idle');
  });

  it('goes on from each time that somebody was seen, and never beyond its time to live', async () => {
    const { clock, life, token } = await given('session');
    const start = clock.now();
    for (let minute = 0; minute < 59; minute += 9) {
      life.seen(token);
      await clock.advance(9 * MINUTE);
    }
    expect(life.fault(token)).toBe('expired');
    expect(life.endOf(token)).toBe(start + 60 * MINUTE);
  });

  it('takes no activity of the future, which would keep it alive', async () => {
    const { clock, life, token } = await given('session');
    life.seen(token, clock.now() + 60 * MINUTE);
    await clock.advance(10 * MINUTE);
    expect(life.fault(token)).toBe('idle');
  });

  it('has its activity written once a minute at most, which the next start reads', async () => {
    const { clock, life, token, stored, client } = await given('session');
    for (let second = 0; second < 90; second += 10) {
      await clock.advance(10_000);
      life.seen(token);
    }
    expect((await stored()).activityLastSeenAt).toBe('2030-01-01T00:01:00Z');
    const next = new TokenLife({ client, clock, settings: { count: () => 10 } });
    expect(next.endOf(await stored())).toBe(Date.parse('2030-01-01T00:11:00Z'));
  });
});

it('a token that somebody made for a program does not end by idling', async () => {
  const { clock, life, token } = await given('derived');
  await clock.advance(59 * MINUTE);
  expect(life.fault(token)).toBeUndefined();
});
