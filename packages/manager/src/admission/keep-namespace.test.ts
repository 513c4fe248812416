import { randomBytes } from 'node:crypto';
import { managementClusters } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { managerAdmission } from './manager-admission.js';

async function server() {
  const client = createFakeClient({ clock: new FakeClock(), random: randomBytes });
  await client.create(managementClusters, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Cluster',
    metadata: { name: 'c-m-abcd2345', finalizers: ['wrangler.cattle.io/mgmt-cluster-remove'] },
    spec: { displayName: 'lab' },
  });
  const plugin = managerAdmission(() => client).find(({ resources }) => resources.includes('/namespaces'));
  const identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };
  const remove = async (name: string): Promise<void> => {
    await plugin?.admit({ operation: 'DELETE', group: '', resource: 'namespaces', name, identity, dryRun: false });
  };
  return { client, remove };
}

describe('a namespace', () => {
  it.each([
    'fleet-default',
    'fleet-local',
    'cattle-system',
    'cattle-global-data',
    'cattle-tokens',
    'cattle-local-user-passwords',
    'cattle-impersonation-system',
    'local',
  ])('%s cannot be deleted', async (name) => {
    const { remove } = await server();
    await expect(remove(name)).rejects.toThrow(/the server keeps its own objects in this namespace/);
  });

  it('of a cluster goes only after its cluster', async () => {
    const { client, remove } = await server();
    await expect(remove('c-m-abcd2345')).rejects.toThrow(/delete the cluster instead/);
    await client.delete(managementClusters, { name: 'c-m-abcd2345' });
    await remove('c-m-abcd2345');
    await remove('c-m-gone2345');
  });

  it('of anybody else may be deleted', async () => {
    const { remove } = await server();
    await remove('shop');
  });
});
