import { randomBytes } from 'node:crypto';
import { globalRoleBindings, managementTokens, users } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { startInstallation } from '../testing/installation.js';
import { resetAdminPassword } from './reset-admin-password.js';

const LOGIN = '/v3-public/localProviders/local?action=login';

describe('a lost password of the first administrator', () => {
  it('is replaced by one that opens nothing but the choice of another, and ends what the old one opened', async () => {
    await using drover = await startInstallation();
    const [admin] = (await drover.client.list(users)).items;
    const token = await drover.token(admin?.metadata.name ?? '');
    const { username, password } = await resetAdminPassword({ client: drover.client, random: randomBytes });
    const signIn = (secret: string) => drover.ask('POST', LOGIN, { body: { username, password: secret } });
    expect((await signIn(drover.firstPassword.reveal())).status).toBe(401);
    expect((await drover.ask('GET', '/v3/users?me=true', { token })).status).toBe(401);
    const answer = await signIn(password.reveal());
    expect(answer.status).toBe(201);
    expect((await drover.ask('GET', '/v3/clusters', { token: String(answer.json['token']) })).status).toBe(403);
  });

  it('is replaced also when the user was disabled, was no administrator any more, or is gone', async () => {
    await using drover = await startInstallation();
    const { client } = drover;
    const [admin] = (await client.list(users)).items;
    if (admin === undefined) throw new Error('there is no administrator');
    await client.update(users, { ...admin, enabled: false });
    for (const { metadata } of (await client.list(globalRoleBindings)).items)
      await client.delete(globalRoleBindings, { name: metadata.name });
    await resetAdminPassword({ client, random: randomBytes });
    expect((await client.list(users)).items[0]).toMatchObject({ enabled: true, mustChangePassword: true });
    expect((await client.list(globalRoleBindings)).items).toMatchObject([{ globalRoleName: 'admin' }]);
    await client.delete(users, { name: admin.metadata.name });
    const { username } = await resetAdminPassword({ client, random: randomBytes });
    expect((await client.list(users)).items).toMatchObject([{ username, enabled: true }]);
    expect((await client.list(managementTokens)).items).toEqual([]);
  });
});
