import { randomBytes } from 'node:crypto';
import { globalRoleBindings, users } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { Passwords } from '../identity/passwords.js';
import { installAdmin } from './admin.js';

function installation() {
  const client = createFakeClient({ clock: new FakeClock(), random: randomBytes });
  const passwords = new Passwords(client, randomBytes);
  const kept: Secret[] = [];
  const install = (given?: Secret, keep = async (password: Secret) => void kept.push(password)) =>
    installAdmin({ client, passwords, random: randomBytes, keep }, given);
  const admin = async () => (await client.list(users)).items[0];
  return { client, passwords, kept, install, admin };
}

describe('the first administrator', () => {
  it('is made once, with a password of 24 unguessable characters that must be changed', async () => {
    const { client, passwords, kept, install, admin } = installation();
    const password = await install();
    expect(password?.reveal()).toMatch(/^[A-HJ-NP-Za-km-z2-9]{24}$/);
    expect(kept).toEqual([password]);
    const user = await admin();
    expect(user).toMatchObject({ username: 'admin', mustChangePassword: true });
    expect(await passwords.check(user?.metadata.name, password ?? new Secret(''), 'somebody')).toBe('right');
    const [binding] = (await client.list(globalRoleBindings)).items;
    expect(binding).toMatchObject({ globalRoleName: 'admin', userName: user?.metadata.name });
    expect(await install()).toBeUndefined();
    expect((await client.list(users)).items).toHaveLength(1);
  });

  it('keeps a password that somebody chose, unless it is "admin"', async () => {
    const chosen = installation();
    await chosen.install(new Secret('chosen by a person'));
    expect((await chosen.admin())?.mustChangePassword).toBe(false);
    const lazy = installation();
    await lazy.install(new Secret('admin'));
    expect((await lazy.admin())?.mustChangePassword).toBe(true);
  });

  it('gets another password when the first start ended before anybody could read it', async () => {
    const { install, admin, passwords } = installation();
    await expect(install(undefined, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    const password = await install();
    expect(await passwords.check((await admin())?.metadata.name, password ?? new Secret(''), 'somebody')).toBe('right');
  });

  it('does not come back once it has been deleted', async () => {
    const { client, install, admin } = installation();
    await install();
    await client.delete(users, { name: (await admin())?.metadata.name ?? '' });
    expect(await install()).toBeUndefined();
    expect(await admin()).toBeUndefined();
  });
});
