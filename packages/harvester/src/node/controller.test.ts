import { nodes } from '@drover/api';
import type { Host } from '@drover/qemu';
import { describe, expect, it } from 'vitest';
import { openTestCluster } from '../testing/cluster.js';
import { nodeController } from './controller.js';
import { registerNode } from './heartbeat.js';
import { LocalHost } from './host.js';

const host: Host = {
  qemu: { ok: false, problem: 'QEMU is not installed' },
  tools: { ok: false, problem: 'qemu-img is not installed' },
  accelerator: 'tcg',
  acceleratorReason: 'no /dev/kvm',
  firmware: {},
  cpus: 2,
  memoryBytes: 2 ** 30,
};

describe('the host', () => {
  it('is a Node again as soon as that is deleted', async () => {
    await using lab = await openTestCluster();
    const identity = { name: 'lab', ip: '127.0.0.1', kubernetesVersion: 'v1.32.0', version: 'v0.1.0', dataDir: '/' };
    const heartbeat = { ...lab, host: await LocalHost.open(() => Promise.resolve(host)), identity };
    await registerNode(heartbeat);
    lab.run(nodeController({ ...heartbeat, nodes: lab.informers.nodes }));
    const { uid } = (await lab.client.get(nodes, { name: 'lab' })).metadata;
    await lab.client.delete(nodes, { name: 'lab' });
    const again = await lab.until(nodes, 'lab', ({ status }) => status?.conditions !== undefined);
    expect(again.metadata.uid).not.toBe(uid);
    expect(again.metadata.labels).toHaveProperty(['harvesterhci.io/managed'], 'true');
  });
});
