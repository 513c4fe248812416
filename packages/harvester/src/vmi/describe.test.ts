import type { Stored, VirtualMachine, VirtualMachineInstance } from '@drover/api';
import type { VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';
import { qemuArguments } from '@drover/qemu';
import { expect, it, describe as suite } from 'vitest';
import { machine } from '../testing/documents.js';
import { instanceOf } from '../vm/instance.js';
import { describe } from './describe.js';

const stored = (vm: VirtualMachine): Stored<VirtualMachine> => ({
  ...vm,
  metadata: {
    ...vm.metadata,
    name: 'web01',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
});
const host = {
  accelerator: 'tcg' as const,
  qemu: { ok: true, binary: '/usr/bin/qemu', version: '7.2', machineTypes: ['q35', 'pc'] } as const,
  swtpm: '/usr/bin/swtpm',
  firmware: { uefi: { code: '/fw/code.fd', varsTemplate: '/fw/vars.fd' } },
};
const own = { vars: '/vars', tpm: '/tpm' };
const UUID = '5d307ca9-b3ef-428c-8861-06e72d69f223';

function instance(change: (spec: VirtualMachineInstanceSpec) => void = () => {}): VirtualMachineInstance {
  const vm = machine();
  const { spec } = vm.spec.template;
  if (spec === undefined) throw new Error('no spec');
  spec.domain.firmware = { uuid: UUID, serial: 'serial-1' };
  spec.domain.devices.interfaces = [
    { name: 'default', model: 'virtio', masquerade: {}, macAddress: '02:00:00:00:00:01' },
  ];
  change(spec);
  return instanceOf(stored(vm));
}

const disks = (spec: VirtualMachineInstanceSpec): void => {
  spec.domain.devices.disks = [
    { name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 },
    { name: 'cd', cdrom: {} },
    { name: 'empty', cdrom: { bus: 'sata' } },
    { name: 'data', disk: { bus: 'scsi', readonly: true }, serial: 'abc', cache: 'none' },
  ];
};
const sources = new Map([
  ['disk-0', { path: '/v/a.qcow2', format: 'qcow2' as const, backing: { path: '/i/a.raw', format: 'raw' as const } }],
  ['cd', { path: '/i/cd.iso', format: 'raw' as const }],
  ['data', { path: '/v/b.qcow2', format: 'qcow2' as const }],
]);

suite('the machine of an instance', () => {
  it('is what its spec says, in the words of QEMU', () => {
    expect(describe(instance(disks), sources, host, own)).toEqual({
      name: 'default_web01',
      uuid: UUID,
      machineType: 'q35',
      accelerator: 'tcg',
      cpu: { cores: 2, sockets: 1, threads: 1 },
      memoryBytes: 256 << 20,
      firmware: { kind: 'bios' },
      disks: [
        { name: 'disk-0', ...sources.get('disk-0'), media: 'disk', bus: 'virtio', bootIndex: 1 },
        { name: 'cd', ...sources.get('cd'), media: 'cdrom', bus: 'sata', readOnly: true },
        { name: 'empty', media: 'empty', bus: 'sata' },
        {
          name: 'data',
          ...sources.get('data'),
          media: 'disk',
          bus: 'scsi',
          readOnly: true,
          serial: 'abc',
          cache: 'none',
        },
      ],
      hotplug: true,
      nics: [
        { name: 'default', model: 'virtio', mac: '02:00:00:00:00:01', network: { kind: 'user', hostname: 'web01' } },
      ],
      graphics: 'vga',
      tablet: 'usb',
      rng: false,
      balloon: true,
      guestAgent: true,
      panicDevice: true,
      smbios: { manufacturer: 'KubeVirt', product: 'None', serial: 'serial-1' },
    });
  });

  it('is one that QEMU takes', () => {
    expect(qemuArguments(describe(instance(disks), sources, host, own))).toContain('-uuid');
  });

  it.each<[string, (spec: VirtualMachineInstanceSpec) => void, object]>([
    [
      'boots by UEFI',
      (spec) => {
        spec.domain.firmware = { uuid: UUID, bootloader: { efi: { secureBoot: false } } };
      },
      { firmware: { kind: 'uefi', code: '/fw/code.fd', vars: '/vars', secureBoot: false } },
    ],
    [
      'has no screen',
      (spec) => {
        spec.domain.devices.autoattachGraphicsDevice = false;
      },
      { graphics: 'none' },
    ],
    [
      'has a CPU model and features',
      (spec) => {
        spec.domain.cpu = { model: 'Haswell-v4', features: [{ name: 'avx2', policy: 'disable' }, { name: 'aes' }] };
      },
      {
        cpu: {
          sockets: 1,
          cores: 1,
          threads: 1,
          model: 'Haswell-v4',
          features: [
            { name: 'avx2', enabled: false },
            { name: 'aes', enabled: true },
          ],
        },
      },
    ],
    [
      'has the CPU of the host',
      (spec) => {
        spec.domain.cpu = { model: 'host-model' };
      },
      { cpu: { sockets: 1, cores: 1, threads: 1 } },
    ],
    [
      'has its own addresses',
      (spec) => {
        spec.networks = [{ name: 'default', pod: { vmNetworkCIDR: '10.9.0.0/24' } }];
      },
      { nics: [{ network: { cidr: '10.9.0.0/24' } }] },
    ],
    [
      'has several cards, each on a network of its own',
      (spec) => {
        spec.networks?.push({ name: 'nic-1', pod: {} });
        spec.domain.devices.interfaces?.push({
          name: 'nic-1',
          model: 'e1000',
          masquerade: {},
          macAddress: '02:00:00:00:00:02',
        });
      },
      { nics: [{ name: 'default' }, { name: 'nic-1', model: 'e1000', network: { cidr: '10.0.3.0/24' } }] },
    ],
    [
      'has a TPM',
      (spec) => {
        spec.domain.devices.tpm = {};
      },
      { tpm: { stateDirectory: '/tpm' } },
    ],
    [
      'may grow while it runs',
      (spec) => {
        spec.domain.cpu = { sockets: 1, cores: 1, threads: 1, maxSockets: 4 };
        spec.domain.memory = { guest: '256Mi', maxGuest: '1Gi' };
      },
      { cpu: { sockets: 1, maxSockets: 4 }, memoryBytes: 256 << 20, maxMemoryBytes: 1 << 30 },
    ],
  ])('%s', (_, change, expected) => {
    expect(describe(instance(change), sources, host, own)).toMatchObject(expected);
  });

  it.each<[string, (spec: VirtualMachineInstanceSpec) => void, RegExp]>([
    [
      'a VLAN',
      (spec) => {
        spec.networks = [{ name: 'default', multus: { networkName: 'default/vlan1' } }];
      },
      /network "default\/vlan1": this host has no bridge/,
    ],
    [
      'secure boot without its firmware',
      (spec) => {
        spec.domain.firmware = { bootloader: { efi: {} } };
      },
      /no UEFI firmware with secure boot .* install ovmf/,
    ],
    [
      'a machine type that QEMU does not have',
      (spec) => {
        spec.domain.machine = { type: 'pc-q35-rhel9.4.0' };
      },
      /machine type "pc-q35-rhel9.4.0" is not one that QEMU 7.2 of this host has; use q35/,
    ],
  ])('cannot run here with %s, and that is said', (_, change, reason) => {
    expect(() => describe(instance(change), sources, host, own)).toThrow(reason);
  });

  it('cannot run with a TPM where there is no emulator, and what to install is said', () => {
    const { swtpm: _, ...without } = host;
    const withTpm = instance((spec) => {
      spec.domain.devices.tpm = { persistent: true };
    });
    expect(() => describe(withTpm, sources, without, own)).toThrow(/apt install swtpm/);
  });
});
