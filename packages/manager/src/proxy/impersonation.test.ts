import { randomBytes } from 'node:crypto';
import { clusterRoleBindings, clusterRoles, type Identity, namespaces, serviceAccounts } from '@drover/api';
import type { Client } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import type { ClusterId } from '../clusters/cluster-id.js';
import { Impersonation } from './impersonation.js';

const CLUSTER = 'c-m-abcd2345' as ClusterId;
const alice: Identity = {
  name: 'u-abcde',
  groups: ['system:authenticated', 'system:cattle:authenticated'],
  extra: {
    principalid: ['local://u-abcde'],
    username: ['alice'],
    requesttokenid: ['token-1'],
    requesthost: ['drover'],
  },
};

/** A cluster that hands out numbered tokens, and its administrator's client. */
function startCluster() {
  const clock = new FakeClock(Date.now());
  let tokens = 0;
  const fake = createFakeClient({
    clock,
    random: randomBytes,
    post(path) {
      expect(path).toBe(
        '/api/v1/namespaces/cattle-impersonation-system/serviceaccounts/cattle-impersonation-u-abcde/token',
      );
      tokens += 1;
      return { status: { token: `token-${tokens}` } };
    },
  });
  const client: Client = { ...fake, raw: async () => ({ status: 200, headers: {}, body: (async function* () {})() }) };
  return { clock, client, impersonation: new Impersonation(clock, () => 'uuid-1'), tokens: () => tokens };
}

describe('the account in whose name a user acts', () => {
  it('may be that user with its groups and facts, and nobody else', async () => {
    const { client, impersonation } = startCluster();
    expect((await impersonation.token(CLUSTER, client, alice)).reveal()).toBe('token-1');
    const role = await client.get(clusterRoles, { name: 'cattle-impersonation-u-abcde' });
    expect(role.metadata.labels).toMatchObject({ 'authz.cluster.cattle.io/impersonator': 'true' });
    expect(role.rules).toEqual([
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['u-abcde'] },
      { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'], resourceNames: alice.groups },
      {
        apiGroups: ['authentication.k8s.io'],
        resources: ['userextras/principalid'],
        verbs: ['impersonate'],
        resourceNames: ['local://u-abcde'],
      },
      {
        apiGroups: ['authentication.k8s.io'],
        resources: ['userextras/username'],
        verbs: ['impersonate'],
        resourceNames: ['alice'],
      },
      { apiGroups: ['authentication.k8s.io'], resources: ['userextras/requesttokenid'], verbs: ['impersonate'] },
      { apiGroups: ['authentication.k8s.io'], resources: ['userextras/requesthost'], verbs: ['impersonate'] },
    ]);
  });

  it('goes with its role: everything else of it is owned by that', async () => {
    const { client, impersonation } = startCluster();
    await impersonation.token(CLUSTER, client, alice);
    const { uid } = (await client.get(clusterRoles, { name: 'cattle-impersonation-u-abcde' })).metadata;
    const account = await client.get(serviceAccounts, {
      namespace: 'cattle-impersonation-system',
      name: 'cattle-impersonation-u-abcde',
    });
    const binding = await client.get(clusterRoleBindings, { name: 'cattle-impersonation-u-abcde' });
    for (const { metadata } of [account, binding]) expect(metadata.ownerReferences?.[0]?.uid).toBe(uid);
    expect((await client.get(namespaces, { name: 'cattle-impersonation-system' })).metadata.labels).toHaveProperty([
      'authz.cluster.cattle.io/impersonator',
    ]);
  });

  it('is made once for many requests', async () => {
    const { client, impersonation, tokens } = startCluster();
    await Promise.all(Array.from({ length: 5 }, () => impersonation.token(CLUSTER, client, alice)));
    expect(tokens()).toBe(1);
  });

  it('follows the groups of its user', async () => {
    const { client, impersonation } = startCluster();
    await impersonation.token(CLUSTER, client, alice);
    await impersonation.token(CLUSTER, client, { ...alice, groups: [...alice.groups, 'github_team://1'] });
    const role = await client.get(clusterRoles, { name: 'cattle-impersonation-u-abcde' });
    expect(role.rules?.[1]?.resourceNames).toContain('github_team://1');
  });

  it('is made again when it has been removed behind our back, at the latest after some minutes', async () => {
    const { client, clock, impersonation } = startCluster();
    await impersonation.token(CLUSTER, client, alice);
    await client.delete(clusterRoles, { name: 'cattle-impersonation-u-abcde' });
    await clock.advance(6 * 60_000);
    expect((await impersonation.token(CLUSTER, client, alice)).reveal()).toBe('token-1');
    await clock.advance(0);
    await client.get(clusterRoles, { name: 'cattle-impersonation-u-abcde' });
    expect((await impersonation.token(CLUSTER, client, alice)).reveal()).toBe('token-2');
  });

  it('is asked for anew when the cluster no longer accepts it', async () => {
    const { client, impersonation, tokens } = startCluster();
    await impersonation.token(CLUSTER, client, alice);
    impersonation.forget(CLUSTER, alice);
    await impersonation.token(CLUSTER, client, alice);
    expect(tokens()).toBe(2);
  });

  it('is found and removed whole, and those of other servers are left alone', async () => {
    const { client, impersonation } = startCluster();
    await impersonation.token(CLUSTER, client, alice);
    await client.create(clusterRoles, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'cattle-impersonation-u-other', labels: { 'authz.cluster.cattle.io/impersonator': 'true' } },
    });
    expect(await impersonation.accounts(client)).toEqual(['u-abcde']);
    await impersonation.remove(CLUSTER, client, 'u-abcde');
    expect((await client.list(serviceAccounts)).items).toEqual([]);
    expect((await client.list(clusterRoleBindings)).items).toEqual([]);
    expect((await client.list(clusterRoles)).items).toHaveLength(1);
  });
});
