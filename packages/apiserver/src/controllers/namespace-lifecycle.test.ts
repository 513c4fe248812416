import { describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
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
    const { status, body } = await ask(cluster.server, 'POST', `${TEAM}/configmaps`, configMap('new'));
    expect([status, body['message'], body['details']]).toEqual([
      403,
      'configmaps "new" is forbidden: unable to create new content in namespace team because it is being terminated',
      {
        name: 'new',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace team is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    ]);
  });

  it('can be deleted again, which changes nothing', async () => {
    await using cluster = await TestCluster.open();
    await withTeam(cluster);
    await cluster.merge(TEAM, { metadata: { finalizers: ['example.org/hold'] } });
    const { metadata } = await cluster.delete(TEAM);
    expect((await cluster.delete(TEAM)).metadata.deletionTimestamp).toBe(metadata.deletionTimestamp);
  });

  it('is let go by whoever may finalize it, whatever its own finalizers were', async () => {
    await using cluster = await TestCluster.open();
    const spec = { finalizers: ['example.org/cleanup'] };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' }, spec };
    expect((await cluster.create('/api/v1/namespaces', namespace))['spec']).toEqual({
      finalizers: ['example.org/cleanup', 'kubernetes'],
    });
    await cluster.merge(TEAM, { spec: { finalizers: [] } });
    await cluster.delete(TEAM);
    await cluster.quiet();
    expect((await cluster.get(TEAM))?.['spec']).toEqual(spec);
    await ask(cluster.server, 'PUT', `${TEAM}/finalize`, { ...namespace, spec: {} });
    expect(await cluster.get(TEAM)).toBeUndefined();
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

describe('the namespaces of the cluster', () => {
  it('cannot be deleted, but for the one of nodes, which comes back', async () => {
    await using cluster = await TestCluster.open();
    await expect(cluster.delete('/api/v1/namespaces/kube-system')).rejects.toThrow('this namespace may not be deleted');
    const path = '/api/v1/namespaces/kube-node-lease';
    const before = await cluster.get(path);
    await cluster.delete(path);
    await cluster.until(
      async () => ![undefined, before?.metadata.uid].includes((await cluster.get(path))?.metadata.uid),
    );
  });
});
