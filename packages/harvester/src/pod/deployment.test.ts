import { type Deployment, deployments, pods } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { deploymentController } from './deployment.js';

const deployment = (image: string, replicas = 1): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'cattle-system', name: 'agent' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image }] } },
  },
});

async function openLab(): Promise<
  TestCluster & { list(): Promise<string[]>; ready(): Promise<void>; settle(count: number): Promise<string[]> }
> {
  const cluster = await openTestCluster();
  cluster.run(deploymentController({ ...cluster, ...cluster.informers, nodeName: 'lab' }));
  const list = async (): Promise<string[]> =>
    (await cluster.client.list(pods)).items.map(({ metadata }) => metadata.name);
  return {
    ...cluster,
    list,
    async ready() {
      for (const pod of (await cluster.client.list(pods)).items) {
        await cluster.client.update(
          pods,
          { ...pod, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
          { subresource: 'status' },
        );
      }
    },
    async settle(count) {
      await expect.poll(async () => (await list()).length).toBe(count);
      return list();
    },
  };
}

describe('a deployment', () => {
  it('has its pods, on this host, and says how many are ready', async () => {
    await using lab = await openLab();
    await lab.client.create(deployments, deployment('drover:v1', 2));
    await lab.settle(2);
    const [pod] = (await lab.client.list(pods)).items;
    expect(pod).toMatchObject({
      spec: { nodeName: 'lab', containers: [{ image: 'drover:v1' }] },
      metadata: { labels: { app: 'agent' }, ownerReferences: [{ kind: 'Deployment', name: 'agent' }] },
    });
    await lab.ready();
    const object = await lab.until(deployments, 'cattle-system/agent', ({ status }) => status?.readyReplicas === 2);
    expect(object.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Available', status: 'True' }));
  });

  it('replaces its pod by one of a new template, the former going when the new one is ready', async () => {
    await using lab = await openLab();
    const stored = await lab.client.create(deployments, deployment('drover:v1'));
    const [before] = await lab.settle(1);
    await lab.ready();
    const { spec } = deployment('drover:v2');
    await lab.client.update(deployments, {
      ...(await lab.client.get(deployments, { namespace: 'cattle-system', name: 'agent' })),
      ...(spec === undefined ? {} : { spec }),
    });
    expect(await lab.settle(2)).toContain(before);
    await lab.ready();
    expect(await lab.settle(1)).not.toContain(before);
    expect(stored.metadata.uid).toBeDefined();
  });

  it('takes its pods along', async () => {
    await using lab = await openLab();
    await lab.client.create(deployments, deployment('drover:v1'));
    await lab.settle(1);
    await lab.client.delete(deployments, { namespace: 'cattle-system', name: 'agent' });
    await lab.settle(0);
  });
});
