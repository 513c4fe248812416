import { randomBytes } from 'node:crypto';
import type { Stored, User } from '@drover/api';
import { FakeClock, Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import type { Directory } from './directory.js';
import type { Passwords } from './passwords.js';
import { networkOf, SignIns } from './sign-in.js';

const RIGHT = 'correct horse battery';
const boss: Stored<User> = {
  apiVersion: 'management.cattle.io/v3',
  kind: 'User',
  metadata: { name: 'user-boss', uid: '1', resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' },
  username: 'boss',
};

/** Sign-ins over a directory of one administrator; derivations, which cost nothing here, are asked one by one. */
function installation() {
  const clock = new FakeClock();
  const directory: Pick<Directory, 'userByUsername'> = {
    userByUsername: (name) => (name === 'boss' ? boss : undefined),
  };
  const passwords: Pick<Passwords, 'check'> = {
    check: async (user, password) => (user !== undefined && password.reveal() === RIGHT ? 'right' : 'wrong'),
  };
  const signIns = new SignIns({
    directory: directory as Directory,
    passwords: passwords as Passwords,
    clock,
    random: randomBytes,
  });
  const attempt = (username: string, password: string, address: string, device?: string) =>
    signIns.attempt(username, new Secret(password), { address, device });
  return { clock, signIns, attempt };
}

/** A flood: guesses for `name` from each address, all at once. */
const flood = (attempt: ReturnType<typeof installation>['attempt'], name: string, addresses: readonly string[]) =>
  Promise.all(addresses.map((address) => attempt(name, 'guess', address)));

const addresses = (count: number, prefix = '203.0.113') =>
  Array.from({ length: count }, (_, index) => `${prefix}.${index}`);

describe('whoever guesses an administrator’s password', () => {
  it('from one address waits longer and longer, and the administrator at another address does not', async () => {
    const { attempt } = installation();
    for (let guess = 0; guess < 5; guess += 1) await attempt('boss', 'guess', '203.0.113.9');
    expect(await attempt('boss', RIGHT, '203.0.113.9')).toEqual({ outcome: 'wait', waitMs: 1_000 });
    expect(await attempt('boss', RIGHT, '198.51.100.1')).toMatchObject({ outcome: 'welcome' });
  });

  it('from a hundred addresses gets one guess a second, and the administrator at another one has its turn among them', async () => {
    const { clock, attempt } = installation();
    await flood(attempt, 'boss', addresses(100));
    const first = attempt('boss', 'guess', '203.0.113.200');
    await expect(first).resolves.toEqual({ outcome: 'refused' });
    const waiting = addresses(30, '192.0.2').flatMap((address) => [
      attempt('boss', 'guess', address),
      attempt('boss', 'guess', address),
    ]);
    const rightful = attempt('boss', RIGHT, '198.51.100.1');
    await clock.advance(31_000);
    expect(await rightful).toMatchObject({ outcome: 'welcome' });
    await clock.advance(60_000);
    await Promise.all(waiting);
  });

  it('does not slow down a browser in which the administrator has signed in before', async () => {
    const { signIns, attempt } = installation();
    const device = /=([^;]+)/.exec(signIns.devices.setCookie('user-boss'))?.[1];
    for (let guess = 0; guess < 5; guess += 1) await attempt('boss', 'guess', '198.51.100.1');
    await flood(attempt, 'boss', addresses(100));
    expect(await attempt('boss', RIGHT, '198.51.100.1', device)).toMatchObject({ outcome: 'welcome' });
  });

  it('gains nothing by a device cookie of somebody else, or one it made up', async () => {
    const { signIns, attempt } = installation();
    const other = /=([^;]+)/.exec(signIns.devices.setCookie('u-other'))?.[1];
    for (let guess = 0; guess < 5; guess += 1) await attempt('boss', 'guess', '203.0.113.9');
    for (const device of [other, `${'0'.repeat(24)}.${'0'.repeat(64)}`, 'x']) {
      expect(await attempt('boss', RIGHT, '203.0.113.9', device)).toMatchObject({ outcome: 'wait' });
    }
  });

  it('with a stolen device cookie waits as anybody who guesses', async () => {
    const { signIns, attempt } = installation();
    const device = /=([^;]+)/.exec(signIns.devices.setCookie('user-boss'))?.[1];
    for (let guess = 0; guess < 5; guess += 1) await attempt('boss', 'guess', '203.0.113.9', device);
    expect(await attempt('boss', RIGHT, '203.0.113.9', device)).toMatchObject({ outcome: 'wait' });
  });
});

it('people behind one proxy get in while one of them tries name after name', async () => {
  const { clock, attempt } = installation();
  for (let guess = 0; guess < 100; guess += 1) await attempt(`guess-${guess}`, 'guess', '203.0.113.9');
  const spray = Array.from({ length: 60 }, (_, index) => attempt('one-more', `guess ${index}`, '203.0.113.9'));
  const rightful = attempt('boss', RIGHT, '203.0.113.9');
  await clock.advance(3_000);
  expect(await rightful).toMatchObject({ outcome: 'welcome' });
  await clock.advance(60_000);
  await Promise.all(spray);
});

describe('an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::'],
    ['2001:db8::9', '2001:db8:0:0::'],
    ['::1', '0:0:0:0::'],
    ['fe80::1%eth0', 'fe80:0:0:0::'],
    ['', ''],
  ])('%s is of %s', (address, network) => expect(networkOf(address)).toBe(network));
});
