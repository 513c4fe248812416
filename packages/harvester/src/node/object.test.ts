import type { Host } from '@drover/qemu';
import { describe, expect, it } from 'vitest';
import { nodeLabels, nodeStatus } from './object.js';

const identity = { name: 'lab', ip: '127.0.0.1', kubernetesVersion: 'v1.32.0', version: 'v0.1.0', dataDir: '/tmp' };
const host: Host = {
  qemu: { ok: true, binary: '/usr/bin/qemu', version: '7.2.22', machineTypes: [] },
  tools: { ok: true, qemuImg: '/usr/bin/qemu-img' },
  accelerator: 'kvm',
  acceleratorReason: 'hardware virtualization (vmx)',
  firmware: {},
  cpus: 8,
  memoryBytes: 16 * 2 ** 30,
};
const without: Host = { ...host, qemu: { ok: false, problem: 'QEMU is not installed: install it' } };

describe("the host's Node object", () => {
  it('carries the label by which Rancher knows a Harvester cluster, and how machines run', () => {
    expect(nodeLabels(identity, host)).toMatchObject({
      'harvesterhci.io/managed': 'true',
      'kubevirt.io/schedulable': 'true',
      'drover.io/accelerator': 'kvm',
    });
    expect(nodeLabels(identity, without)).toMatchObject({
      'kubevirt.io/schedulable': 'false',
      'drover.io/accelerator': 'none',
    });
  });

  it('tells what the host really has', async () => {
    const status = await nodeStatus(identity, host, undefined, 0);
    expect(status.capacity).toMatchObject({ cpu: '8', memory: '16Gi', 'devices.kubevirt.io/kvm': '1k' });
    expect(status.nodeInfo).toMatchObject({
      operatingSystem: 'linux',
      kubeletVersion: 'v1.32.0',
      containerRuntimeVersion: 'drover://v0.1.0',
    });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  });

  it('says what to install where machines cannot run', async () => {
    const status = await nodeStatus(identity, without, undefined, 0);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'VirtualizationReady',
        status: 'False',
        message: 'QEMU is not installed: install it',
      }),
    );
    expect(status.capacity).toMatchObject({ 'devices.kubevirt.io/kvm': '0' });
  });

  it('keeps the moment a condition changed, and moves its heartbeat', async () => {
    const before = await nodeStatus(identity, host, undefined, 0);
    const after = await nodeStatus(identity, host, before, 300_000);
    expect(after.conditions?.[0]).toMatchObject({
      lastTransitionTime: '1970-01-01T00:00:00Z',
      lastHeartbeatTime: '1970-01-01T00:05:00Z',
    });
  });
});
