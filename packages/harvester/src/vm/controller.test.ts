import {
  forbidden,
  persistentVolumeClaims,
  type VirtualMachine,
  type VirtualMachineInstance,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import type { FakeClientOptions } from '@drover/client/fake';
import { describe, expect, it } from 'vitest';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { machine } from '../testing/documents.js';
import { machineController } from './controller.js';

async function cluster(before: FakeClientOptions['before'] = () => {}): Promise<TestCluster> {
  const opened = await openTestCluster({ before });
  opened.run(machineController({ ...opened, ...opened.informers, seedFiles: { remove: async () => {} } }));
  return opened;
}

const claims = JSON.stringify([
  {
    metadata: { name: 'web01-disk-0-ab1cd' },
    spec: { resources: { requests: { storage: '1Gi' } }, storageClassName: 'harvester-longhorn' },
  },
]);
const phase = (name: string) => (object: VirtualMachineInstance) => ({
  ...object,
  metadata: { ...object.metadata, finalizers: [] },
  status: {
    phase: name,
    phaseTransitionTimestamps: name === 'Running' ? [{ phase: 'Running' }] : [],
    conditions: name === 'Running' ? [{ type: 'Ready', status: 'True' }] : [],
  },
});
async function become({ client, until }: TestCluster, name: string): Promise<void> {
  const instance = await until(virtualMachineInstances, 'default/web01', () => true);
  await client.update(virtualMachineInstances, phase(name)(instance));
}

describe('a virtual machine', () => {
  it('gets its claims and its instance', async () => {
    await using lab = await cluster();
    await lab.client.create(
      virtualMachines,
      machine({ annotations: { 'harvesterhci.io/volumeClaimTemplates': claims } }),
    );
    const instance = await lab.until(virtualMachineInstances, 'default/web01', () => true);
    expect(instance.metadata.ownerReferences).toMatchObject([
      { kind: 'VirtualMachine', name: 'web01', controller: true },
    ]);
    expect(instance.metadata.labels).toMatchObject({
      'harvesterhci.io/vmName': 'web01',
      'vm.kubevirt.io/name': 'web01',
    });
    const claim = await lab.until(persistentVolumeClaims, 'default/web01-disk-0-ab1cd', () => true);
    expect(claim.metadata.annotations?.['harvesterhci.io/owned-by']).toContain('default/web01');
    await lab.until(
      virtualMachines,
      'default/web01',
      ({ status }) => status?.printableStatus === 'Starting' && status.created === true,
    );
    expect(lab.recorder.told).toContain(
      'SuccessfulCreate: Started the virtual machine by creating the new virtual machine instance web01',
    );
  });

  it('shows what its instance shows', async () => {
    await using lab = await cluster();
    await lab.client.create(virtualMachines, machine());
    await become(lab, 'Running');
    const vm = await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Running');
    expect(vm.status).toMatchObject({ ready: true, runStrategy: 'RerunOnFailure', observedGeneration: 1 });
    const instance = await lab.client.get(virtualMachineInstances, { namespace: 'default', name: 'web01' });
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    await lab.client.update(virtualMachineInstances, {
      ...instance,
      status: {
        phase: 'Scheduling',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      },
    });
    const waiting = await lab.until(
      virtualMachines,
      'default/web01',
      ({ status }) => status?.printableStatus === 'ErrorUnschedulable',
    );
    expect(waiting.status?.conditions).toContainEqual(expect.objectContaining({ type: 'PodScheduled', message }));
  });

  it('stays off after its guest shut down, and runs again after it failed', async () => {
    await using lab = await cluster();
    await lab.client.create(virtualMachines, machine());
    await become(lab, 'Running');
    await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Running');
    const first = await lab.client.get(virtualMachineInstances, { namespace: 'default', name: 'web01' });
    await become(lab, 'Succeeded');
    await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Stopped');
    expect((await lab.client.get(virtualMachineInstances, { namespace: 'default', name: 'web01' })).metadata.uid).toBe(
      first.metadata.uid,
    );
    await lab.client.update(virtualMachineInstances, {
      ...phase('Failed')(await lab.client.get(virtualMachineInstances, { namespace: 'default', name: 'web01' })),
      status: { phase: 'Failed', phaseTransitionTimestamps: [{ phase: 'Running' }] },
    });
    await lab.until(virtualMachineInstances, 'default/web01', ({ metadata }) => metadata.uid !== first.metadata.uid);
  });

  it('that never starts waits longer each time', async () => {
    await using lab = await cluster();
    await lab.client.create(virtualMachines, machine({ runStrategy: 'Always' }));
    for (const failures of [1, 2, 3]) {
      const { metadata } = await lab.until(virtualMachineInstances, 'default/web01', () => true);
      await become(lab, 'Failed');
      const vm = await lab.until(
        virtualMachines,
        'default/web01',
        ({ status }) => status?.startFailure?.consecutiveFailCount === failures,
      );
      expect(vm.status?.printableStatus).toBe('CrashLoopBackOff');
      const wait = Date.parse(vm.status?.startFailure?.retryAfterTimestamp ?? '') - lab.clock.now();
      expect(wait).toBeGreaterThanOrEqual(10_000 * failures ** 2 - 1000);
      await lab.clock.advance(wait + 1000);
      await lab.until(virtualMachineInstances, 'default/web01', (next) => next.metadata.uid !== metadata.uid);
    }
  });

  it('is stopped and started on request', async () => {
    await using lab = await cluster();
    await lab.client.create(virtualMachines, machine({ runStrategy: 'Manual' }));
    const vm = await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Stopped');
    await lab.client.update(
      virtualMachines,
      { ...vm, status: { ...vm.status, stateChangeRequests: [{ action: 'Start' }] } },
      { subresource: 'status' },
    );
    await become(lab, 'Running');
    const running = await lab.until(
      virtualMachines,
      'default/web01',
      ({ status }) => status?.printableStatus === 'Running' && status.stateChangeRequests === undefined,
    );
    const { metadata } = await lab.client.get(virtualMachineInstances, { namespace: 'default', name: 'web01' });
    const stateChangeRequests = [{ action: 'Stop', uid: metadata.uid }, { action: 'Start' }];
    await lab.client.update(
      virtualMachines,
      { ...running, status: { ...running.status, stateChangeRequests } },
      { subresource: 'status' },
    );
    await lab.until(virtualMachineInstances, 'default/web01', (next) => next.metadata.uid !== metadata.uid);
    await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.stateChangeRequests === undefined);
  });

  it('that does not fit into what its namespace has left is halted, and says why', async () => {
    await using lab = await cluster(({ verb, kind }) => {
      if (verb === 'create' && kind === virtualMachineInstances)
        throw forbidden(virtualMachineInstances, 'web01', 'exceeded quota: default-abcde, requested: limits.cpu=2');
    });
    await lab.client.create(virtualMachines, machine());
    const vm = await lab.until(virtualMachines, 'default/web01', ({ spec }) => spec.runStrategy === 'Halted');
    expect(vm.metadata.annotations?.['harvesterhci.io/insufficient-resource-quota']).toContain(
      'exceeded quota: default-abcde',
    );
    expect(lab.recorder.told.join()).toContain('Warning InsufficientResourceQuota: ');
    await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Stopped');
  });

  it('that was changed while it runs says that it needs a restart', async () => {
    await using lab = await cluster();
    await lab.client.create(virtualMachines, machine());
    await become(lab, 'Running');
    const vm = await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Running');
    const changed = structuredClone(vm);
    const spec = changed.spec.template.spec;
    if (spec === undefined) throw new Error('no spec');
    spec.domain.cpu = { ...spec.domain.cpu, cores: 4 };
    await lab.client.update(virtualMachines, changed);
    await lab.until(
      virtualMachines,
      'default/web01',
      ({ status }) => status?.conditions?.some(({ type }) => type === 'RestartRequired') === true,
    );
  });

  it('leaves a volume that another machine has too, though its user named it', async () => {
    await using lab = await cluster();
    const volumes = [{ name: 'd', persistentVolumeClaim: { claimName: 'shared' } }];
    const annotations = { 'harvesterhci.io/removedPersistentVolumeClaims': 'shared' };
    const metadata = { namespace: 'default', name: 'shared' };
    await lab.client.create(persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata });
    const runStrategy = 'Halted';
    await lab.client.create(virtualMachines, machine({ runStrategy, annotations }, { volumes }));
    await lab.client.create(virtualMachines, machine({ name: 'web02', runStrategy }, { volumes }));
    const isStopped = ({ status }: VirtualMachine) => status?.printableStatus !== undefined;
    for (const name of ['web01', 'web02']) await lab.until(virtualMachines, `default/${name}`, isStopped);
    await lab.client.delete(virtualMachines, { namespace: 'default', name: 'web01' });
    await lab.untilGone(virtualMachines, 'default/web01');
    expect((await lab.client.get(persistentVolumeClaims, metadata)).metadata.deletionTimestamp).toBeUndefined();
  });

  it('takes the volumes its user named along when it goes, and leaves the others', async () => {
    await using lab = await cluster();
    const volumes = ['keep', 'drop'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
    const annotations = {
      'harvesterhci.io/volumeClaimTemplates': JSON.stringify(
        ['keep', 'drop'].map((name) => ({ metadata: { name }, spec: { resources: { requests: { storage: '1Gi' } } } })),
      ),
      'harvesterhci.io/removedPersistentVolumeClaims': 'drop',
    };
    await lab.client.create(virtualMachines, machine({ annotations }, { volumes }));
    await become(lab, 'Running');
    await lab.until(virtualMachines, 'default/web01', ({ status }) => status?.printableStatus === 'Running');
    await lab.client.delete(virtualMachines, { namespace: 'default', name: 'web01' });
    await lab.untilGone(virtualMachineInstances, 'default/web01');
    await lab.untilGone(virtualMachines, 'default/web01');
    await lab.untilGone(persistentVolumeClaims, 'default/drop');
    const kept = await lab.until(persistentVolumeClaims, 'default/keep', () => true);
    expect(kept.metadata.annotations).not.toHaveProperty('harvesterhci.io/owned-by');
  });
});
