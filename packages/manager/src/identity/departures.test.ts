import { randomBytes } from 'node:crypto';
import {
  clusterRoleTemplateBindings,
  globalRoleBindings,
  globalRoles,
  type Kind,
  type KubeObject,
  managementTokens,
  type ObjectRef,
  projectRoleTemplateBindings,
  roleTemplates,
  secrets,
  users,
} from '@drover/api';
import type { Client } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, Secret, silentLog } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInformers } from '../informers.js';
import { type Installation, startInstallation } from '../testing/installation.js';
import { Passwords } from './passwords.js';
import { userCleanup } from './user-cleanup.js';

let drover: Installation;
beforeAll(async () => {
  drover = await startInstallation();
});
afterAll(() => drover[Symbol.asyncDispose]());

async function gone(kind: Kind, ref: ObjectRef, client: Client = drover.client): Promise<void> {
  const stop = new AbortController();
  const { items, metadata } = await client.list(kind, { namespace: ref.namespace });
  if (items.some((item) => item.metadata.name === ref.name)) {
    const { resourceVersion } = metadata;
    for await (const event of client.watch<KubeObject>(kind, {
      namespace: ref.namespace,
      resourceVersion,
      signal: stop.signal,
    })) {
      if (event.type === 'DELETED' && event.object.metadata.name === ref.name) break;
    }
  }
  stop.abort();
}

describe('when a user goes', () => {
  it('its tokens, its password, its global roles and its memberships go with it', async () => {
    const token = await drover.user({ name: 'u-leaver', username: 'leaver' });
    await new Passwords(drover.client, (length) => new Uint8Array(length)).set('u-leaver', new Secret('correct horse'));
    await drover.client.create(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name: 'grb-leaver' },
      globalRoleName: 'admin',
      userName: 'u-leaver',
    });
    const membership = { namespace: 'c-m-abcd2345', name: 'leaver-owns' };
    await drover.client.create(clusterRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRoleTemplateBinding',
      metadata: membership,
      clusterName: 'c-m-abcd2345',
      roleTemplateName: 'cluster-owner',
      userName: 'u-leaver',
    });
    const byPrincipal = { namespace: 'c-m-abcd2345', name: 'leaver-sees' };
    await drover.client.create(clusterRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRoleTemplateBinding',
      metadata: byPrincipal,
      clusterName: 'c-m-abcd2345',
      roleTemplateName: 'cluster-member',
      userPrincipalName: 'local://u-leaver',
    });
    await drover.client.delete(users, { name: 'u-leaver' });
    await gone(clusterRoleTemplateBindings, membership);
    await gone(clusterRoleTemplateBindings, byPrincipal);
    await gone(managementTokens, { name: token.split(':')[0] ?? '' });
    await gone(globalRoleBindings, { name: 'grb-leaver' });
    await gone(secrets, { namespace: 'cattle-local-user-passwords', name: 'u-leaver' });
    expect((await drover.ask('GET', '/v3/users?me=true', { token })).status).toBe(401);
  });
});

describe('when a role goes', () => {
  it('so do the bindings that give it: another role may get its name', async () => {
    await drover.client.create(globalRoles, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRole',
      metadata: { name: 'auditors' },
    });
    await drover.client.create(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name: 'grb-auditor' },
      globalRoleName: 'auditors',
      userName: 'u-auditor',
    });
    await drover.client.create(roleTemplates, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name: 'helpers' },
      context: 'project',
    });
    const member = { namespace: 'c-m-abcd2345-p-one', name: 'helps' };
    await drover.client.create(projectRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ProjectRoleTemplateBinding',
      metadata: member,
      projectName: 'c-m-abcd2345:p-one',
      roleTemplateName: 'helpers',
      userName: 'u-auditor',
    });
    await drover.client.delete(globalRoles, { name: 'auditors' });
    await gone(globalRoleBindings, { name: 'grb-auditor' });
    await drover.client.delete(roleTemplates, { name: 'helpers' });
    await gone(projectRoleTemplateBindings, member);
  });
});

describe('a token that has expired', () => {
  it('is still listed for a day, and then deleted', async () => {
    const token = await drover.user({ name: 'u-stayer' });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { ttl: 3_600_000 } });
    const name = String(made.json['id']);
    await drover.clock.advance(2 * 3_600_000);
    expect((await drover.client.get(managementTokens, { name })).ttl).toBe(3_600_000);
    const listed = await drover.ask('GET', `/v3/tokens/${name}`, { token });
    expect(listed.json).toMatchObject({ expired: true });
    const removed = gone(managementTokens, { name });
    for (let hour = 0; hour < 25; hour += 1) await drover.clock.advance(3_600_000);
    await removed;
  });
});

it('a binding whose user went while the server was away is removed at the start, one made before its user is not', async () => {
  const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
  const client = createFakeClient({ clock, random: randomBytes });
  const bind = (name: string, userName: string) =>
    client.create(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name },
      globalRoleName: 'user',
      userName,
    });
  await bind('grb-left', 'u-gone');
  await clock.advance(60_000);
  const means = { clock, random: randomBytes, log: silentLog };
  const informers = createInformers(client, means);
  await Promise.all(Object.values(informers).map(({ synced }) => synced));
  const stopping = new AbortController();
  const passwords = new Passwords(client, randomBytes);
  const running = userCleanup({ client, ...informers, passwords, ...means }).start(stopping.signal);
  await bind('grb-early', 'u-soon');
  await gone(globalRoleBindings, { name: 'grb-left' }, client);
  expect((await client.list(globalRoleBindings)).items.map(({ metadata }) => metadata.name)).toEqual(['grb-early']);
  stopping.abort();
  await running;
  for (const informer of Object.values(informers)) informer[Symbol.dispose]();
});
