import type { VirtualMachine } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { templateOf } from '../machine.js';
import { formFaults } from './faults.js';
import { emptyForm, type VmForm } from './model.js';
import { base64, cloudInitSecret, fromBase64, suffix } from './objects.js';
import { readVm } from './read.js';
import { writeVm } from './write.js';

const form: VmForm = {
  ...emptyForm('default'),
  name: 'web01',
  cpu: 2,
  memory: '4Gi',
  os: 'ubuntu',
  sshKeys: ['default/mykey'],
  disks: [
    {
      name: 'disk-0',
      source: { kind: 'image', imageId: 'default/image-x7k2p', storageClassName: 'lh-6f0e' },
      type: 'disk',
      bus: 'virtio',
      size: '20Gi',
      claimName: 'web01-disk-0-ab1cd',
    },
  ],
};

/** The object that the Harvester UI writes for the same answers. */
const harvesterVm: VirtualMachine = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: {
    name: 'web01',
    namespace: 'default',
    labels: { 'harvesterhci.io/creator': 'harvester', 'harvesterhci.io/os': 'ubuntu' },
    annotations: {
      'harvesterhci.io/volumeClaimTemplates':
        '[{"metadata":{"name":"web01-disk-0-ab1cd","annotations":{"harvesterhci.io/imageId":"default/image-x7k2p"}},"spec":{"accessModes":["ReadWriteMany"],"resources":{"requests":{"storage":"20Gi"}},"volumeMode":"Block","storageClassName":"lh-6f0e"}}]',
      'network.harvesterhci.io/ips': '[]',
    },
  },
  spec: {
    runStrategy: 'RerunOnFailure',
    template: {
      metadata: {
        annotations: { 'harvesterhci.io/sshNames': '["default/mykey"]' },
        labels: { 'harvesterhci.io/vmName': 'web01' },
      },
      spec: {
        affinity: {},
        domain: {
          machine: { type: '' },
          cpu: { cores: 2, sockets: 1, threads: 1 },
          devices: {
            inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }],
            interfaces: [{ name: 'default', model: 'virtio', masquerade: {} }],
            disks: [
              { name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 },
              { name: 'cloudinitdisk', disk: { bus: 'virtio' } },
            ],
          },
          features: { acpi: { enabled: true } },
          resources: { limits: { cpu: '2', memory: '4Gi' } },
        },
        evictionStrategy: 'LiveMigrateIfPossible',
        hostname: 'web01',
        terminationGracePeriodSeconds: 120,
        networks: [{ name: 'default', pod: {} }],
        volumes: [
          { name: 'disk-0', persistentVolumeClaim: { claimName: 'web01-disk-0-ab1cd' } },
          {
            name: 'cloudinitdisk',
            cloudInitNoCloud: {
              secretRef: { name: 'web01-x9y8z' },
              networkDataSecretRef: { name: 'web01-x9y8z' },
            },
          },
        ],
      },
    },
  },
};

describe('writeVm', () => {
  it('makes exactly the object that the Harvester UI makes', () => {
    expect(writeVm(form, 'web01-x9y8z')).toEqual(harvesterVm);
  });

  it('keeps what the form has no field for', () => {
    const edited = structuredClone(harvesterVm);
    edited.metadata.annotations = { ...edited.metadata.annotations, 'example.org/mine': 'yes' };
    edited.spec.template.spec = { ...templateOf(edited), nodeSelector: { zone: 'a' } };
    const written = writeVm({ ...readVm(edited), cpu: 8 }, 'web01-x9y8z', edited);
    expect(written.metadata.annotations?.['example.org/mine']).toBe('yes');
    expect(templateOf(written).nodeSelector).toEqual({ zone: 'a' });
    expect(templateOf(written).domain.resources?.limits).toEqual({ cpu: '8', memory: '4Gi' });
  });

  it('writes firmware for UEFI with secure boot, and takes it away again', () => {
    const secure = writeVm({ ...form, efi: true, secureBoot: true }, undefined);
    expect(templateOf(secure).domain).toMatchObject({
      firmware: { bootloader: { efi: { secureBoot: true } } },
      features: { acpi: { enabled: true }, smm: { enabled: true } },
    });
    const plain = writeVm({ ...readVm(secure), efi: false, secureBoot: false }, undefined, secure);
    expect(templateOf(plain).domain).toMatchObject({ firmware: {}, features: { acpi: { enabled: true } } });
    expect(templateOf(plain).domain.features).not.toHaveProperty('smm');
  });
});

describe('readVm', () => {
  it('shows the form that the object was written from', () => {
    expect(readVm(harvesterVm)).toEqual(form);
  });

  it('and writing it again changes nothing', () => {
    expect(writeVm(readVm(harvesterVm), 'web01-x9y8z', harvesterVm)).toEqual(harvesterVm);
  });
});

describe('formFaults', () => {
  const fields = (changed: Partial<VmForm>): string[] =>
    formFaults({ ...form, ...changed }, new Map([['default/image-x7k2p', 10 * 1024 ** 3]])).map(({ field }) => field);

  it('finds nothing wrong with a good form', () => {
    expect(fields({})).toEqual([]);
  });

  it.each([
    [{ name: 'Web 01' }, 'name'],
    [{ cpu: 0 }, 'cpu'],
    [{ memory: 'much' }, 'memory'],
    [{ disks: [] }, 'disks'],
    [{ disks: form.disks.map((disk) => ({ ...disk, size: '1Gi' })) }, 'disks.0.size'],
    [{ disks: [...form.disks, ...form.disks] }, 'disks.1.name'],
    [{ nics: form.nics.map((nic) => ({ ...nic, macAddress: 'zz' })) }, 'nics.0.mac'],
  ])('%j', (changed, field) => {
    expect(fields(changed)).toEqual([field]);
  });
});

describe('cloudInitSecret', () => {
  it('belongs to its machine, and keeps every character', () => {
    const vm = { ...harvesterVm, metadata: { ...harvesterVm.metadata, uid: 'u-1' } };
    const secret = cloudInitSecret('web01-x9y8z', vm, { userData: 'größe: 1', networkData: '' });
    expect(secret.metadata.ownerReferences).toEqual([
      { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'web01', uid: 'u-1' },
    ]);
    expect(fromBase64(secret.data?.['userdata'] ?? '')).toBe('größe: 1');
    expect(base64('')).toBe('');
  });
});

describe('suffix', () => {
  it('can stand at the end of a name', () => {
    expect(suffix((bytes) => bytes.fill(200))).toMatch(/^[a-z0-9]{5}$/);
  });
});
