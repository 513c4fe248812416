import type { Node } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { machine } from '../vms/machine.js';
import { capacity } from './capacity.js';

const node = (cpu: string, memory: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: cpu },
  status: { allocatable: { cpu, memory } },
});
const vm = (phase: string) => {
  const spec = { domain: { cpu: { cores: 2 }, devices: {}, resources: { limits: { cpu: '2', memory: '1Gi' } } } };
  return machine(
    { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'a' }, spec: { template: { spec } } },
    { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'a' }, spec, status: { phase } },
  );
};

describe('capacity', () => {
  it('adds up hosts, and the machines that run', () => {
    const { cpu, memory } = capacity([node('1500m', '4Gi'), node('2', '4Gi')], [vm('Running'), vm('Scheduling')]);
    expect(cpu).toEqual({ total: 3.5, promised: 2 });
    expect(memory).toEqual({ total: 8 * 1024 ** 3, promised: 1024 ** 3 });
  });
});
