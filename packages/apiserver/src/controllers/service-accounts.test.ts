import { describe, expect, it } from 'vitest';
import { type AnyObject, TestCluster } from './test-cluster.js';

const TEAM = '/api/v1/namespaces/team';
const textOf = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString();
const dataOf = (object: AnyObject | undefined): Record<string, string> =>
  (object?.['data'] ?? {}) as Record<string, string>;

async function withTeam(cluster: TestCluster): Promise<void> {
  await cluster.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  await cluster.untilThere(`${TEAM}/serviceaccounts/default`);
}

const tokenSecret = (name: string, account: string, uid?: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    annotations: {
      'kubernetes.io/service-account.name': account,
      ...(uid === undefined ? {} : { 'kubernetes.io/service-account.uid': uid }),
    },
  },
  type: 'kubernetes.io/service-account-token',
});

describe('every namespace', () => {
  it('has the service account "default" and the certificate authority', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.untilThere(`${TEAM}/configmaps/kube-root-ca.crt`);
    expect(dataOf(await cluster.get(`${TEAM}/configmaps/kube-root-ca.crt`))).toEqual({
      'ca.crt': cluster.server.caPem,
    });
  });

  it('gets them back when they are deleted or changed', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    const before = await cluster.get(`${TEAM}/serviceaccounts/default`);
    await cluster.delete(`${TEAM}/serviceaccounts/default`);
    await cluster.merge(`${TEAM}/configmaps/kube-root-ca.crt`, { data: { 'ca.crt': 'mine', more: 'x' } });
    await cluster.untilThere(`${TEAM}/serviceaccounts/default`);
    await cluster.until(async () => {
      const data = dataOf(await cluster.get(`${TEAM}/configmaps/kube-root-ca.crt`));
      return data['ca.crt'] === cluster.server.caPem && data['more'] === undefined;
    });
    const after = await cluster.get(`${TEAM}/serviceaccounts/default`);
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  });
});

describe('a Secret that asks for a token', () => {
  it('is filled with a token that authenticates as the account, the authority and the namespace', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.create(`${TEAM}/secrets`, tokenSecret('key', 'default'));
    await cluster.until(async () => dataOf(await cluster.get(`${TEAM}/secrets/key`))['token'] !== undefined);
    const data = dataOf(await cluster.get(`${TEAM}/secrets/key`));
    expect(textOf(data['namespace'])).toBe('team');
    expect(textOf(data['ca.crt'])).toBe(cluster.server.caPem);
    const identity = cluster.server.authenticate({
      method: 'GET',
      url: '/',
      headers: { authorization: `Bearer ${textOf(data['token'])}` },
      body: (async function* () {})(),
      signal: new AbortController().signal,
    });
    expect(identity.name).toBe('system:serviceaccount:team:default');
  });

  it('goes with its account', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
    await cluster.create(`${TEAM}/serviceaccounts`, account);
    await cluster.create(`${TEAM}/secrets`, tokenSecret('key', 'robot'));
    await cluster.until(async () => dataOf(await cluster.get(`${TEAM}/secrets/key`))['token'] !== undefined);
    await cluster.delete(`${TEAM}/serviceaccounts/robot`);
    await cluster.untilThere(`${TEAM}/secrets/key`, false);
  });

  it.each([
    ['no account of the name is there', 'absent', undefined],
    ['the account is another one than it means', 'default', '00000000-0000-0000-0000-000000000000'],
  ])('is deleted when %s', async (_, account, uid) => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.create(`${TEAM}/secrets`, tokenSecret('key', account, uid));
    await cluster.untilThere(`${TEAM}/secrets/key`, false);
  });
});
