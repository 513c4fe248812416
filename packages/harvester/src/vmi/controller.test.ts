import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  persistentVolumeClaims,
  type Stored,
  secrets,
  type VirtualMachine,
  type VirtualMachineInstance,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import { type Host, StartError } from '@drover/qemu';
import { describe, expect, it } from 'vitest';
import { VolumeFiles } from '../claim/files.js';
import { ImageFiles } from '../image/files.js';
import { LocalHost } from '../node/host.js';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { machine } from '../testing/documents.js';
import { FakeMachines } from '../testing/fake-machines.js';
import { instanceOf } from '../vm/instance.js';
import { instanceController } from './controller.js';
import { SeedFiles } from './seed-files.js';

const host = (changes: Partial<Host> = {}): Host => ({
  qemu: { ok: true, binary: '/usr/bin/qemu', version: '7.2.22', machineTypes: ['q35'] },
  tools: { ok: true, qemuImg: '/usr/bin/qemu-img' },
  accelerator: 'tcg',
  acceleratorReason: 'software emulation: the processor does not offer virtualization',
  firmware: {},
  cpus: 4,
  memoryBytes: 1 << 30,
  ...changes,
});

/** What the host's file system has left. */
const space = { left: 0 };

interface Lab extends TestCluster {
  readonly machines: FakeMachines;
  readonly root: string;
  create(vm?: VirtualMachine): Promise<Stored<VirtualMachineInstance>>;
  readonly phase: (phase: string) => Promise<Stored<VirtualMachineInstance>>;
}

async function openLab(detect: () => Promise<Host> = async () => host(), memoryBytes = 1n << 30n): Promise<Lab> {
  const cluster = await openTestCluster();
  const root = await mkdtemp(join(tmpdir(), 'drv-vmi-'));
  space.left = 0;
  const machines = new FakeMachines();
  const controller = instanceController({
    ...cluster,
    ...cluster.informers,
    machines,
    host: await LocalHost.open(detect),
    capacity: () => ({ memoryBytes, cpuMillis: 4000n, schedulable: true, name: 'lab', labels: {} }),
    nodeName: 'lab',
    spaceLeft: async () => space.left,
    imageFiles: new ImageFiles(join(root, 'images')),
    volumeFiles: new VolumeFiles(join(root, 'volumes')),
    seedFiles: new SeedFiles(join(root, 'seeds')),
  });
  cluster.run(controller);
  return {
    ...cluster,
    machines,
    root,
    async create(vm = machine()) {
      const stored = await cluster.client.create(virtualMachines, vm);
      return cluster.client.create(virtualMachineInstances, instanceOf(stored));
    },
    phase: (phase) => cluster.until(virtualMachineInstances, 'default/web01', ({ status }) => status?.phase === phase),
    async [Symbol.asyncDispose]() {
      controller[Symbol.dispose]();
      await cluster[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

const condition = ({ status }: VirtualMachineInstance, type: string) =>
  status?.conditions?.find((one) => one.type === type);

describe('an instance', () => {
  it('becomes a running machine', async () => {
    await using lab = await openLab();
    await lab.create();
    const instance = await lab.phase('Running');
    expect(lab.machines.only.description).toMatchObject({
      name: 'default_web01',
      memoryBytes: 256 << 20,
      accelerator: 'tcg',
      cpu: { cores: 2 },
    });
    expect(instance.status).toMatchObject({
      nodeName: 'lab',
      machine: { type: 'q35' },
      currentCPUTopology: { cores: 2, sockets: 1, threads: 1 },
    });
    expect(instance.status?.phaseTransitionTimestamps?.map(({ phase }) => phase)).toEqual([
      'Pending',
      'Scheduling',
      'Scheduled',
      'Running',
    ]);
    expect(condition(instance, 'SoftwareEmulation')).toMatchObject({ status: 'True' });
    expect(instance.metadata.labels).toMatchObject({ 'kubevirt.io/nodeName': 'lab' });
  });

  it('says what its guest says, while the agent is there', async () => {
    await using lab = await openLab();
    const vm = machine();
    const nic = vm.spec.template.spec?.domain.devices.interfaces?.[0];
    if (nic !== undefined) nic.macAddress = '02:00:00:00:00:01';
    await lab.create(vm);
    await lab.phase('Running');
    lab.machines.only.connectAgent();
    const instance = await lab.until(
      virtualMachineInstances,
      'default/web01',
      ({ status }) => status?.interfaces?.[0]?.ipAddress === '10.0.2.2',
    );
    expect(instance.status?.guestOSInfo).toMatchObject({ id: 'debian' });
    expect(condition(instance, 'AgentConnected')).toMatchObject({ status: 'True' });
    lab.machines.only.agentConnected = false;
    lab.machines.only.become('running');
    await lab.until(
      virtualMachineInstances,
      'default/web01',
      (object) => condition(object, 'AgentConnected') === undefined,
    );
  });

  it('shows that it is paused', async () => {
    await using lab = await openLab();
    await lab.create();
    await lab.phase('Running');
    lab.machines.only.become('paused');
    const paused = await lab.until(
      virtualMachineInstances,
      'default/web01',
      (object) => condition(object, 'Paused')?.reason === 'PausedByUser',
    );
    expect(condition(paused, 'Ready')).toMatchObject({ status: 'False' });
    lab.machines.only.become('running');
    await lab.until(virtualMachineInstances, 'default/web01', (object) => condition(object, 'Paused') === undefined);
  });

  it.each([
    ['guest-shutdown', 'Succeeded'],
    ['guest-panicked', 'Failed'],
    ['crashed', 'Failed'],
  ] as const)('whose machine ended by %s has %s', async (reason, phase) => {
    await using lab = await openLab();
    await lab.create();
    await lab.phase('Running');
    lab.machines.only.exit(reason, 'the last words');
    const instance = await lab.phase(phase);
    expect(condition(instance, 'Ready')).toMatchObject({ status: 'False' });
    expect(
      lab.recorder.told.some((line) => line.includes(phase === 'Failed' ? 'crashed: the last words' : 'was shut down')),
    ).toBe(true);
  });

  it('is shut down by its power button, pressed again and again, and killed when its time is over', async () => {
    await using lab = await openLab();
    await lab.create();
    await lab.phase('Running');
    const guest = lab.machines.only;
    await lab.client.delete(virtualMachineInstances, { namespace: 'default', name: 'web01' });
    await lab.until(virtualMachineInstances, 'default/web01', ({ status }) => status?.reason === 'ShuttingDown');
    for (let turn = 0; turn < 200 && guest.asked.length < 1; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(guest.asked).toEqual(['powerdown']);
    await lab.clock.advance(61_000);
    await lab.untilGone(virtualMachineInstances, 'default/web01');
    expect(guest.asked.filter((asked) => asked === 'powerdown').length).toBeGreaterThan(5);
    expect(guest.asked.at(-1)).toBe('kill');
  });

  it('waits for its claim and its cloud-init secret', async () => {
    await using lab = await openLab();
    const volumes = [
      { name: 'disk-0', persistentVolumeClaim: { claimName: 'web01-disk-0' } },
      { name: 'cloudinitdisk', cloudInitNoCloud: { secretRef: { name: 'web01-x9y8z' } } },
    ];
    const vm = machine({}, { volumes });
    const devices = vm.spec.template.spec?.domain.devices;
    if (devices !== undefined) devices.disks = volumes.map(({ name }) => ({ name, disk: { bus: 'virtio' } }));
    await lab.create(vm);
    const waiting = await lab.until(
      virtualMachineInstances,
      'default/web01',
      (object) => condition(object, 'Synchronized')?.reason === 'FailedPvcNotFound',
    );
    expect(waiting.status?.phase).toBe('Pending');
    const claim = await lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'web01-disk-0', namespace: 'default' },
      spec: { resources: { requests: { storage: '1Gi' } } },
    });
    await mkdir(join(lab.root, 'volumes'));
    await writeFile(join(lab.root, 'volumes', `pvc-${claim.metadata.uid}.qcow2`), '');
    await lab.client.update(
      persistentVolumeClaims,
      { ...claim, status: { phase: 'Bound' } },
      { subresource: 'status' },
    );
    await lab.until(
      virtualMachineInstances,
      'default/web01',
      (object) => condition(object, 'Synchronized')?.message === 'secret "web01-x9y8z" not found',
    );
    await lab.client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web01-x9y8z', namespace: 'default' },
      data: { userdata: Buffer.from('#cloud-config').toString('base64') },
    });
    await lab.phase('Running');
    expect(lab.machines.only.description.disks).toMatchObject([
      { name: 'disk-0', path: join(lab.root, 'volumes', `pvc-${claim.metadata.uid}.qcow2`), format: 'qcow2' },
      { name: 'cloudinitdisk', format: 'raw' },
    ]);
  });

  it('that the host has no memory for waits, and starts when another one has ended', async () => {
    await using lab = await openLab(async () => host(), 300n << 20n);
    await lab.create();
    await lab.phase('Running');
    await lab.create(machine({ name: 'web02' }));
    const waiting = await lab.until(
      virtualMachineInstances,
      'default/web02',
      (object) => condition(object, 'PodScheduled')?.status === 'False',
    );
    expect(condition(waiting, 'PodScheduled')).toMatchObject({
      reason: 'Unschedulable',
      message: expect.stringMatching(/^0\/1 nodes are available: 1 Insufficient memory/),
    });
    lab.machines.only.exit('guest-shutdown');
    await lab.until(virtualMachineInstances, 'default/web02', ({ status }) => status?.phase === 'Running');
  });

  it('without QEMU says which package to install, and starts once it is', async () => {
    const problem = 'QEMU is not installed: install it with "apt install qemu-system-x86 qemu-utils"';
    let installed = false;
    await using lab = await openLab(async () => (installed ? host() : host({ qemu: { ok: false, problem } })));
    await lab.create();
    const waiting = await lab.until(
      virtualMachineInstances,
      'default/web01',
      (object) => condition(object, 'PodScheduled')?.message === problem,
    );
    expect(condition(waiting, 'PodScheduled')).toMatchObject({ status: 'False', reason: 'Unschedulable' });
    installed = true;
    await lab.clock.advance(10_000);
    await lab.phase('Running');
  });

  it('that QEMU refuses has failed, with the reason', async () => {
    await using lab = await openLab();
    lab.machines.failure = new StartError('QEMU did not start: no such bus');
    await lab.create();
    const instance = await lab.phase('Failed');
    expect(condition(instance, 'Synchronized')).toMatchObject({
      status: 'False',
      message: 'QEMU did not start: no such bus',
    });
  });

  it('is found again by a new controller, and what ended meanwhile is told', async () => {
    await using lab = await openLab();
    const stored = await lab.client.create(virtualMachines, machine());
    const before = await lab.client.create(virtualMachineInstances, {
      ...instanceOf(stored),
      status: { phase: 'Running' },
    });
    lab.machines.exits.set(before.metadata.uid, { reason: 'guest-shutdown', message: 'the guest powered off', at: 0 });
    await lab.phase('Succeeded');
    expect(lab.machines.running.size).toBe(0);
  });

  it('that found no space on the host stands still with words, and goes on when there is some', async () => {
    await using lab = await openLab();
    await lab.create();
    await lab.phase('Running');
    const machine = lab.machines.only;
    machine.disks.set('root', true);
    machine.ioStatus = 'nospace';
    machine.become('io-error');
    await lab.until(
      virtualMachineInstances,
      'default/web01',
      (one) => condition(one, 'Paused')?.reason === 'PausedIOError',
    );
    expect(lab.recorder.told.at(-1)).toMatch(/^Warning IOerror: .* no space left on the host for disk root/);
    space.left = 1 << 30;
    lab.clock.advance(10_000);
    await lab.until(virtualMachineInstances, 'default/web01', (one) => condition(one, 'Paused') === undefined);
    expect(machine.state).toBe('running');
  });
});
