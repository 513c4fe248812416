import type { VirtualMachine, VirtualMachineInstance, WhyAnswer } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { ClusterApi } from '../api/cluster-api.js';
import { offerOf } from '../commands/command.js';
import { Rights, requestKey } from '../rights/rights.js';
import { consoleOffer, deleteOffer, editOffer, VM_NEEDS, vmCommands } from './commands.js';
import { type Machine, machine } from './machine.js';

const vm = (printableStatus: string): VirtualMachine => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: { name: 'web', namespace: 'default' },
  spec: { runStrategy: 'RerunOnFailure', template: { spec: { domain: { devices: {} } } } },
  status: { printableStatus },
});
const running: VirtualMachineInstance = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachineInstance',
  metadata: { name: 'web', namespace: 'default' },
  spec: { domain: { devices: {} } },
  status: { phase: 'Running' },
};
const taken = (target: Machine): string[] =>
  vmCommands.filter((command) => command.offer(target) === 'yes').map(({ id }) => id);

describe('the commands of a machine', () => {
  it.each([
    ['off', machine(vm('Stopped'), undefined), ['start']],
    ['running', machine(vm('Running'), running), ['stop', 'pause', 'restart', 'softreboot', 'force-stop']],
    ['paused', machine(vm('Paused'), running), ['stop', 'unpause', 'restart', 'force-stop']],
    ['stopping', machine(vm('Stopping'), running), ['force-stop']],
    ['migrating', machine(vm('Migrating'), running), []],
    ['starting', machine(vm('Starting'), undefined), ['stop', 'restart']],
  ] as const)('%s', (_state, target, commands) => {
    expect(taken(target)).toEqual(commands);
  });

  it('are none of who may only look, whatever the state, consoles and deletion included', () => {
    const nothing = new Rights(
      new Map(
        VM_NEEDS.flatMap((need) => [need, { ...need, namespace: 'default' }]).map((request): [string, WhyAnswer] => [
          requestKey(request),
          { allowed: false, request, names: [], remedies: [], reason: '' },
        ]),
      ),
    );
    for (const target of [
      machine(vm('Stopped'), undefined),
      machine(vm('Running'), running),
      machine(vm('Paused'), running),
    ]) {
      const offers = [
        ...vmCommands.map((command) => offerOf(command, target, nothing)),
        consoleOffer(target, 'vnc', nothing),
        consoleOffer(target, 'serial', nothing),
        deleteOffer(target, nothing),
        editOffer(target, nothing),
      ];
      expect(offers.filter((offer) => offer === 'yes')).toEqual([]);
      expect(offers).toContainEqual({ key: 'rights.refused' });
    }
  });

  it('say why they are refused', () => {
    const start = vmCommands.find(({ id }) => id === 'start');
    expect(start?.offer(machine(vm('Running'), running))).toEqual({ key: 'vm.refused.running' });
  });

  it('are KubeVirt subresources', async () => {
    const asked: unknown[] = [];
    const api = new ClusterApi(
      { request: async (url, request) => void asked.push([request?.method, url, request?.body]) },
      'c-m-1',
    );
    for (const id of ['force-stop', 'pause'])
      await vmCommands.find((command) => command.id === id)?.run(machine(vm('Running'), running), api);
    const base = '/k8s/clusters/c-m-1/apis/subresources.kubevirt.io/v1/namespaces/default';
    expect(asked).toEqual([
      ['PUT', `${base}/virtualmachines/web/stop`, { gracePeriod: 0 }],
      ['PUT', `${base}/virtualmachineinstances/web/pause`, {}],
    ]);
  });
});
