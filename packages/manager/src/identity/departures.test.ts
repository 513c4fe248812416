import {
  globalRoleBindings,
  type Kind,
  type KubeObject,
  managementTokens,
  type ObjectRef,
  secrets,
  users,
} from '@drover/api';
import { Secret } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from '../testing/installation.js';
import { Passwords } from './passwords.js';

let drover: Installation;
beforeAll(async () => {
  drover = await startInstallation();
});
afterAll(() => drover[Symbol.asyncDispose]());

async function gone(kind: Kind, ref: ObjectRef): Promise<void> {
  const stop = new AbortController();
  const { items, metadata } = await drover.client.list(kind, { namespace: ref.namespace });
  if (items.some((item) => item.metadata.name === ref.name)) {
    const { resourceVersion } = metadata;
    for await (const event of drover.client.watch<KubeObject>(kind, {
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
  it('its tokens, its password and its global roles go with it', async () => {
    const token = await drover.user({ name: 'u-leaver', username: 'leaver' });
    await new Passwords(drover.client, (length) => new Uint8Array(length)).set('u-leaver', new Secret('correct horse'));
    await drover.client.create(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name: 'grb-leaver' },
      globalRoleName: 'admin',
      userName: 'u-leaver',
    });
    await drover.client.delete(users, { name: 'u-leaver' });
    await gone(managementTokens, { name: token.split(':')[0] ?? '' });
    await gone(globalRoleBindings, { name: 'grb-leaver' });
    await gone(secrets, { namespace: 'cattle-local-user-passwords', name: 'u-leaver' });
    expect((await drover.ask('GET', '/v3/users?me=true', { token })).status).toBe(401);
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
