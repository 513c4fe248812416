import type { VirtualMachine, VirtualMachineInstance } from '@drover/api';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../api/condition.js';
import type { RunStrategy } from './form/model.js';
import { vmState } from './state.js';

const vm = (
  printableStatus: string,
  { runStrategy = 'RerunOnFailure', conditions = [] }: { runStrategy?: RunStrategy; conditions?: Condition[] } = {},
): VirtualMachine => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: { name: 'web' },
  spec: { runStrategy, template: { spec: { domain: { devices: {} } } } },
  status: { printableStatus, conditions },
});
const vmi = (phase: string, conditions: Condition[] = []): VirtualMachineInstance => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachineInstance',
  metadata: { name: 'web' },
  spec: { domain: { devices: {} } },
  status: { phase, conditions },
});

describe('vmState', () => {
  it.each([
    ['running', vm('Running'), vmi('Running', [{ type: 'Ready', status: 'True' }])],
    ['not-ready', vm('Running'), vmi('Running', [{ type: 'Ready', status: 'False' }])],
    ['paused', vm('Paused'), vmi('Running', [{ type: 'Paused', status: 'True' }])],
    ['starting', vm('Starting'), vmi('Scheduling')],
    ['starting', vm('Starting'), undefined],
    ['off', vm('Stopped', { runStrategy: 'Halted' }), undefined],
    ['off', vm('Stopped'), vmi('Succeeded')],
    ['error', vm('CrashLoopBackOff'), undefined],
    ['error', vm('Stopped'), vmi('Failed')],
    ['pending', vm('Provisioning'), undefined],
    ['pending', vm(''), undefined],
    ['stopping', vm('Stopping'), vmi('Running')],
    ['migrating', vm('Migrating'), vmi('Running')],
  ] as const)('%s', (id, machine, instance) => {
    expect(vmState(machine, instance).id).toBe(id);
  });

  it('is terminating whatever else is reported', () => {
    const machine = vm('Running');
    machine.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(vmState(machine, vmi('Running')).id).toBe('terminating');
  });

  it('gives the reason why a machine cannot be placed', () => {
    const machine = vm('ErrorUnschedulable');
    const why = 'QEMU is not installed on this host: install qemu-system-x86';
    const instance = vmi('Scheduling', [{ type: 'PodScheduled', status: 'False', message: why }]);
    expect(vmState(machine, instance)).toMatchObject({ id: 'unschedulable', tone: 'danger', reason: why });
  });
});
