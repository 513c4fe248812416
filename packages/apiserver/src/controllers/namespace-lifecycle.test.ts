import { describe, expect, it } from 'vitest';
import { type AnyObject, configMap, TestCluster } from './test-cluster.js';

const TEAM = '/api/v1/namespaces/team';

async function withTeam(cluster: TestCluster): Promise<void> {
  await cluster.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
}

function conditions(namespace: AnyObject | undefined): Record<string, string> {
  const status = namespace?.['status'] as
    | { conditions?: { type: string; status: string; message: string }[] }
    | undefined;
  return Object.fromEntries(
    (status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ type, message }) => [type, message]),
  );
}

describe('a deleted namespace', () => {
  it('goes with all that is in it', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    for (let name = 0; name < 100; name += 1) await cluster.create(`${TEAM}/configmaps`, configMap(`map-${name}`));
    const misleading = { ...configMap('misleading'), data: { deletionTimestamp: 'x', finalizers: 'y' } };
    await cluster.create(`${TEAM}/configmaps`, misleading);
    await cluster.untilThere(`${TEAM}/serviceaccounts/default`);
    await cluster.delete(TEAM);
    await cluster.untilThere(TEAM, false);
    await withTeam(cluster);
    expect(await cluster.get(`${TEAM}/configmaps/map-7`)).toBeUndefined();
  });

  it('stays, Terminating, while a finalizer holds something in it, and says what and why', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.create(`${TEAM}/configmaps`, configMap('held', { finalizers: ['example.org/hold'] }));
    await cluster.delete(TEAM);
    await cluster.until(async () => conditions(await cluster.get(TEAM))['NamespaceFinalizersRemaining'] !== undefined);
    await cluster.quiet();
    const namespace = await cluster.get(TEAM);
    expect(namespace?.['status']).toMatchObject({ phase: 'Terminating' });
    expect(conditions(namespace)).toEqual({
      NamespaceContentRemaining: 'Some resources are remaining: configmaps. has 1 resource instances',
      NamespaceFinalizersRemaining:
        'Some content in the namespace has finalizers remaining: example.org/hold in 1 resource instances',
    });
    await cluster.merge(`${TEAM}/configmaps/held`, { metadata: { finalizers: null } });
    await cluster.untilThere(TEAM, false);
  });

  it('takes nothing new', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.create(`${TEAM}/configmaps`, configMap('held', { finalizers: ['example.org/hold'] }));
    await cluster.delete(TEAM);
    await expect(cluster.create(`${TEAM}/configmaps`, configMap('new'))).rejects.toThrow('being terminated');
  });

  it('waits for its own finalizers as well', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.merge(TEAM, { metadata: { finalizers: ['example.org/hold'] } });
    await cluster.delete(TEAM);
    await cluster.until(async () => JSON.stringify((await cluster.get(TEAM))?.['spec']) === '{}');
    await cluster.quiet();
    expect(await cluster.get(TEAM)).toBeDefined();
    await cluster.merge(TEAM, { metadata: { finalizers: null } });
    await cluster.untilThere(TEAM, false);
  });
});
