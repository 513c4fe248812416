import {
  type AdmissionReview,
  type Identity,
  type KubeObject,
  networkAttachmentDefinitions,
  persistentVolumeClaims,
  type ResourceQuota,
  resourceQuotas,
  storageClasses,
  type VirtualMachine,
  virtualMachineImages,
  virtualMachines,
} from '@drover/api';
import type { VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';
import { describe, expect, it } from 'vitest';
import { defaultStorageClass } from '../bootstrap/storage.js';
import { ImageFiles } from '../image/files.js';
import { Transfers } from '../image/transfers.js';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { machine } from '../testing/documents.js';
import { FakeMachines } from '../testing/fake-machines.js';
import { Late, type View } from '../view.js';
import { machineAdmission } from './admission.js';

const alice: Identity = { name: 'alice', groups: [], extra: {} };

interface Lab extends TestCluster {
  admit(vm: VirtualMachine, old?: VirtualMachine): Promise<VirtualMachine>;
}

async function openLab(mayReadImages = true): Promise<Lab> {
  const cluster = await openTestCluster({ post: () => ({ status: { allowed: mayReadImages } }) });
  const files = new ImageFiles('/nowhere');
  const inspect = () => Promise.reject(new Error('not here'));
  const late = new Late<View>();
  const transfers = new Transfers({
    ...cluster,
    copyVolume: () => Promise.reject(new Error('not here')),
    files,
    inspect,
    outbound: () => ({ proxy: {}, ca: [] }),
  });
  late.fill({
    ...cluster.informers,
    client: cluster.client,
    running: new FakeMachines(),
    imageFiles: files,
    transfers,
  });
  const plugin = machineAdmission(late, cluster.random);
  return {
    ...cluster,
    async admit(object, old) {
      const review: AdmissionReview = {
        operation: old === undefined ? 'CREATE' : 'UPDATE',
        group: 'kubevirt.io',
        resource: 'virtualmachines',
        namespace: 'default',
        name: object.metadata.name ?? '',
        object,
        identity: alice,
        dryRun: false,
        ...(old === undefined ? {} : { old }),
      };
      const admitted: KubeObject = (await plugin.admit(review)) ?? object;
      return admitted as VirtualMachine;
    },
  };
}

const specOf = ({ spec }: VirtualMachine): VirtualMachineInstanceSpec => {
  if (spec.template.spec === undefined) throw new Error('no spec');
  return spec.template.spec;
};
const changed = (change: (spec: VirtualMachineInstanceSpec, vm: VirtualMachine) => void): VirtualMachine => {
  const vm = structuredClone(machine());
  change(specOf(vm), vm);
  return vm;
};
const templates = (...entries: object[]): string => JSON.stringify(entries);
const claim = (name: string, changes: object = {}): object => ({
  metadata: { name },
  spec: { resources: { requests: { storage: '1Gi' } }, storageClassName: 'harvester-longhorn' },
  ...changes,
});
const annotated = (annotation: string): VirtualMachine =>
  machine({ annotations: { 'harvesterhci.io/volumeClaimTemplates': annotation } });

describe('a machine that is admitted', () => {
  it('has what Harvester and KubeVirt fill in', async () => {
    await using lab = await openLab();
    const vm = await lab.admit(
      changed((spec) => {
        delete spec.terminationGracePeriodSeconds;
      }),
    );
    const spec = specOf(vm);
    expect(vm.metadata.annotations).toMatchObject({ 'harvesterhci.io/vmRunStrategy': 'RerunOnFailure' });
    expect(spec).toMatchObject({
      architecture: 'amd64',
      terminationGracePeriodSeconds: 120,
      domain: {
        cpu: { cores: 2, sockets: 1, threads: 1, maxSockets: 1 },
        memory: { guest: '256Mi' },
        resources: { requests: { cpu: '200m', memory: '170Mi' } },
        firmware: {
          uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
          serial: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
        devices: { interfaces: [{ macAddress: expect.stringMatching(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/) }] },
      },
    });
  });

  it('keeps them when it is changed', async () => {
    await using lab = await openLab();
    const before = await lab.admit(machine());
    const after = await lab.admit({ ...before, spec: { ...before.spec, runStrategy: 'Always' } }, before);
    expect(specOf(after).domain.firmware).toEqual(specOf(before).domain.firmware);
    expect(specOf(after).domain.devices).toEqual(specOf(before).domain.devices);
  });

  it('gets back the run strategy it had, when it was halted', async () => {
    await using lab = await openLab();
    const manual = await lab.admit(machine({ runStrategy: 'Manual' }));
    const halted = await lab.admit({ ...manual, spec: { ...manual.spec, runStrategy: 'Halted' } }, manual);
    const started = await lab.admit({ ...halted, spec: { ...halted.spec, runStrategy: 'Always' } }, halted);
    expect(started.spec.runStrategy).toBe('Manual');
  });

  it('asks for hosts on which its networks are up', async () => {
    await using lab = await openLab();
    await lab.client.create(networkAttachmentDefinitions, {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: {
        namespace: 'default',
        name: 'vlan100',
        labels: { 'network.harvesterhci.io/clusternetwork': 'servers' },
      },
      spec: { config: '{}' },
    });
    await lab.until(networkAttachmentDefinitions, 'default/vlan100', () => lab.informers.networks.list().length === 1);
    const vm = await lab.admit(
      changed((spec) => {
        spec.networks = [{ name: 'default', multus: { networkName: 'vlan100' } }];
        spec.domain.devices.interfaces = [{ name: 'default', model: 'virtio', bridge: {} }];
      }),
    );
    expect(JSON.stringify(specOf(vm).affinity)).toContain('network.harvesterhci.io/servers');
  });

  it('may always lose its finalizers, whatever rules have come since', async () => {
    await using lab = await openLab();
    const broken = changed((spec) => {
      spec.domain.devices.gpus = [{ name: 'g', deviceName: 'x' }];
    });
    const unlocked = { ...broken, metadata: { ...broken.metadata, finalizers: [] } };
    expect(await lab.admit(unlocked, broken)).toBe(unlocked);
  });
});

describe('a machine is refused', () => {
  it.each<[string, VirtualMachine, RegExp]>([
    [
      'without memory',
      changed((spec) => {
        spec.domain.resources = { limits: { cpu: '1' } };
      }),
      /a machine needs memory/,
    ],
    [
      'with both forms of run strategy',
      changed((_, vm) => {
        vm.spec.running = true;
      }),
      /mutually exclusive/,
    ],
    ['with an unknown run strategy', machine({ runStrategy: 'WaitAsReceiver' }), /Invalid RunStrategy/],
    [
      'with a disk that has no volume',
      changed((spec) => {
        spec.domain.devices.disks = [{ name: 'd', disk: { bus: 'virtio' } }];
      }),
      /'d' not found/,
    ],
    [
      'with a volume that has no disk',
      changed((spec) => {
        spec.volumes = [{ name: 'd', persistentVolumeClaim: { claimName: 'x' } }];
      }),
      /'d' not found/,
    ],
    [
      'with two disks of one name',
      changed((spec) => {
        spec.domain.devices.disks = [
          { name: 'd', cdrom: { bus: 'sata' } },
          { name: 'd', cdrom: { bus: 'sata' } },
        ];
      }),
      /"d" occurs twice/,
    ],
    [
      'with a card that has no network',
      changed((spec) => {
        spec.networks = [];
      }),
      /not found in networks/,
    ],
    [
      'with an address that is none',
      changed((spec) => {
        spec.domain.devices.interfaces = [{ name: 'default', masquerade: {}, macAddress: 'x' }];
      }),
      /is not an address/,
    ],
    [
      'with a negative grace period',
      changed((spec) => {
        spec.terminationGracePeriodSeconds = -1;
      }),
      /greater than or equal to 0/,
    ],
    [
      'with a GPU',
      changed((spec) => {
        spec.domain.devices.gpus = [{ name: 'g', deviceName: 'x' }];
      }),
      /devices.gpus: is not supported by this cluster/,
    ],
    [
      'with more sockets than it may ever have',
      changed((spec) => {
        spec.domain.cpu = { sockets: 4, maxSockets: 2 };
      }),
      /Number of sockets in CPU topology is greater than the maximum sockets allowed/,
    ],
    [
      'with more memory than it may ever have',
      changed((spec) => {
        spec.domain.memory = { guest: '2Gi', maxGuest: '1Gi' };
      }),
      /Guest memory is greater than the configured maxGuest memory/,
    ],
    [
      'with a CD-ROM on USB',
      changed((spec) => {
        spec.domain.devices.disks = [{ name: 'cd', cdrom: { bus: 'usb' } }];
      }),
      /cdrom.bus: is not supported by this cluster: use sata or scsi/,
    ],
    [
      'with a sound card',
      changed((spec) => {
        spec.domain.devices.sound = { name: 'loud' };
      }),
      /devices.sound: is not supported/,
    ],
    [
      'with a container disk',
      changed((spec) => {
        spec.domain.devices.disks = [{ name: 'd', disk: { bus: 'virtio' } }];
        spec.volumes = [{ name: 'd', containerDisk: { image: 'x' } }];
      }),
      /volumes\[0\].containerDisk: is not supported/,
    ],
    ['with claim templates that are no JSON', annotated('['), /not JSON/],
    [
      'with a claim of an unknown class',
      annotated(
        templates(claim('d', { spec: { resources: { requests: { storage: '1Gi' } }, storageClassName: 'x' } })),
      ),
      /storage class "x" not found/,
    ],
    [
      'with a claim of an unknown image',
      annotated(
        templates(claim('d', { metadata: { name: 'd', annotations: { 'harvesterhci.io/imageId': 'default/none' } } })),
      ),
      /image "default\/none" not found/,
    ],
  ])('%s', async (_, vm, reason) => {
    await using lab = await openLab();
    await expect(lab.admit(vm)).rejects.toThrow(reason);
    await expect(lab.admit(vm)).rejects.toMatchObject({ code: 422, reason: 'Invalid' });
  });

  it('with an address that another one has', async () => {
    await using lab = await openLab();
    const first = await lab.client.create(virtualMachines, await lab.admit(machine()));
    await lab.until(virtualMachines, 'default/web01', () => lab.informers.machines.list().length === 1);
    const second = machine({ name: 'web02' });
    specOf(second).domain.devices.interfaces = structuredClone(specOf(first).domain.devices.interfaces ?? []);
    await expect(lab.admit(second)).rejects.toThrow(/is in use by virtual machine default\/web01/);
  });

  it('with a claim that is being deleted, unless it had it before', async () => {
    await using lab = await openLab();
    await lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'default', name: 'disk', finalizers: ['kubernetes.io/pvc-protection'] },
    });
    await lab.client.delete(persistentVolumeClaims, { namespace: 'default', name: 'disk' });
    const isLeaving = () => lab.informers.claims.list()[0]?.metadata.deletionTimestamp !== undefined;
    await lab.until(persistentVolumeClaims, 'default/disk', isLeaving);
    const vm = machine({}, { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'disk' } }] });
    specOf(vm).domain.devices.disks = [{ name: 'd', disk: { bus: 'virtio' } }];
    await expect(lab.admit(vm)).rejects.toThrow(/claim "disk" is being deleted/);
    const halted: VirtualMachine = { ...vm, spec: { ...vm.spec, runStrategy: 'Halted' } };
    await expect(lab.admit(halted, vm)).resolves.toBeDefined();
  });

  it('with a volume that another one has, unless both share it', async () => {
    await using lab = await openLab();
    const withDisk = (name: string, shareable: boolean): VirtualMachine => {
      const vm = machine({ name }, { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'shared' } }] });
      specOf(vm).domain.devices.disks = [{ name: 'd', disk: { bus: 'virtio' }, shareable }];
      return vm;
    };
    await lab.client.create(virtualMachines, await lab.admit(withDisk('web01', false)));
    await lab.until(virtualMachines, 'default/web01', () => lab.informers.machines.list().length === 1);
    await expect(lab.admit(withDisk('web02', false))).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining('already used by VM default/web01'),
    });
    await expect(lab.admit(withDisk('web02', true))).resolves.toBeDefined();
  });

  it('with a claim whose class would change', async () => {
    await using lab = await openLab();
    await lab.client.create(storageClasses, defaultStorageClass());
    await lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'default', name: 'd' },
      spec: { storageClassName: 'lh-1' },
    });
    await lab.until(persistentVolumeClaims, 'default/d', () => lab.informers.claims.list().length === 1);
    await expect(lab.admit(annotated(templates(claim('d'))))).rejects.toThrow(
      /exists with storage class "lh-1"; it cannot change/,
    );
  });

  it('from an image its maker may not read', async () => {
    await using lab = await openLab(false);
    await lab.client.create(storageClasses, defaultStorageClass());
    await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { namespace: 'secret', name: 'image-a' },
      spec: { displayName: 'a', sourceType: 'upload' },
    });
    await lab.until(
      virtualMachineImages,
      'secret/image-a',
      () => lab.informers.images.list().length === 1 && lab.informers.storageClasses.list().length === 1,
    );
    const vm = annotated(
      templates(claim('d', { metadata: { name: 'd', annotations: { 'harvesterhci.io/imageId': 'secret/image-a' } } })),
    );
    await expect(lab.admit(vm)).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining('User "alice" cannot get resource "virtualmachineimages"'),
    });
  });
});

describe('the quota of a namespace', () => {
  const quota = (used: string): ResourceQuota => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace: 'default', name: 'default-abcde' },
    spec: { hard: { 'limits.cpu': '4', 'limits.memory': '8Gi' } },
    status: { hard: { 'limits.cpu': '4', 'limits.memory': '8Gi' }, used: { 'limits.cpu': used, 'limits.memory': '0' } },
  });
  const sized = (cpu: string, runStrategy: string, memory = '1Gi'): VirtualMachine =>
    changed((spec, vm) => {
      spec.domain.resources = { limits: { cpu, memory } };
      vm.spec.runStrategy = runStrategy;
    });
  async function labWithQuota(used: string): Promise<Lab> {
    const lab = await openLab();
    const { status, ...made } = quota(used);
    const stored = await lab.client.create(resourceQuotas, made);
    await lab.client.update(resourceQuotas, { ...stored, ...(status && { status }) }, { subresource: 'status' });
    return lab;
  }

  it('lets no machine be switched on that does not fit, and says what is left', async () => {
    await using lab = await labWithQuota('3');
    await expect(lab.admit(sized('2', 'Always'))).rejects.toThrow(
      'the machine needs limits.cpu=2 to run, and of 4 that the quota "default-abcde" of the namespace allows, 1 is left',
    );
    await expect(lab.admit(sized('2', 'Always'), sized('2', 'Halted'))).rejects.toThrow('1 is left');
    await lab.admit(sized('1', 'Always'));
  });

  it('counts what QEMU needs beside the guest’s memory', async () => {
    await using lab = await labWithQuota('0');
    await expect(lab.admit(sized('1', 'Always', '8Gi'))).rejects.toThrow(/limits.memory=\w+ to run, and of 8Gi/);
  });

  it('does not mind machines that are off, or run already', async () => {
    await using lab = await labWithQuota('4');
    await lab.admit(sized('2', 'Halted'));
    await lab.admit(sized('2', 'RerunOnFailure'), sized('2', 'Always'));
  });
});
