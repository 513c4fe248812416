import type { Node } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { accelerator, hostRole, hostState } from './state.js';

const node = (part: Partial<Node>): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'host' },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
  ...part,
});

describe('hostState', () => {
  it('is active, cordoned or in maintenance', () => {
    const maintained = { name: 'host', annotations: { 'harvesterhci.io/maintain-status': 'completed' } };
    expect(hostState(node({})).id).toBe('active');
    expect(hostState(node({ spec: { unschedulable: true } })).id).toBe('cordoned');
    expect(hostState(node({ metadata: maintained })).id).toBe('maintenance');
  });

  it('gives the reason why it is not ready', () => {
    const conditions = [{ type: 'Ready', status: 'False', message: 'disk full' }] as const;
    expect(hostState(node({ status: { conditions: [...conditions] } }))).toMatchObject({
      id: 'not-ready',
      reason: 'disk full',
    });
  });
});

describe('accelerator', () => {
  it('is KVM only where the host offers the device', () => {
    expect(accelerator(node({ status: { allocatable: { 'devices.kubevirt.io/kvm': '1k' } } }))).toBe('kvm');
    expect(accelerator(node({ status: { allocatable: { 'devices.kubevirt.io/kvm': '1000' } } }))).toBe('kvm');
    expect(accelerator(node({ status: { allocatable: { 'devices.kubevirt.io/kvm': '0' } } }))).toBe('tcg');
    expect(accelerator(node({}))).toBe('unknown');
  });
});

describe('hostRole', () => {
  it('is compute without a role label', () => {
    expect(hostRole(node({}))).toBe('compute');
    expect(
      hostRole(node({ metadata: { name: 'h', labels: { 'node-role.kubernetes.io/control-plane': 'true' } } })),
    ).toBe('management');
  });
});
