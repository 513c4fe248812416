import { type KubeObject, resourceQuotas } from '@drover/api';
import { expect, it } from 'vitest';
import { openTestCluster } from '../testing/cluster.js';
import { Late, type View } from '../view.js';
import { namespaceAdmission } from './admission.js';

const asking = (limitsCpu: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'blue',
    annotations: { 'field.cattle.io/resourceQuota': JSON.stringify({ limit: { limitsCpu, pods: '3' } }) },
  },
});

it('a namespace gets no share that is less than it uses', async () => {
  await using lab = await openTestCluster();
  const quota = await lab.client.create(resourceQuotas, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace: 'blue', name: 'default-abcde' },
    spec: { hard: { 'limits.cpu': '4', pods: '3' } },
  });
  const status = { hard: { 'limits.cpu': '4', pods: '3' }, used: { 'limits.cpu': '2500m', pods: '1' } };
  await lab.client.update(resourceQuotas, { ...quota, status }, { subresource: 'status' });
  const late = new Late<Pick<View, 'client'>>();
  late.fill({ client: lab.client });
  const plugin = namespaceAdmission(late);
  const lower = async (to: string): Promise<void> => {
    await plugin.admit({
      operation: 'UPDATE',
      group: '',
      resource: 'namespaces',
      name: 'blue',
      object: asking(to),
      old: asking('4'),
      identity: { name: 'u-anna', groups: [], extra: {} },
      dryRun: false,
    });
  };
  await lower('2500m');
  await lower('8');
  await expect(lower('2')).rejects.toThrow(
    'limits.cpu=2 is less than what the namespace uses: limits.cpu=2500m; stop or delete some of it first',
  );
});
