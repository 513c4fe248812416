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
const host = { accelerator: 'tcg' as const, firmware: { uefi: { code: '/fw/code.fd', varsTemplate: '/fw/vars.fd' } } };
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
    expect(describe(instance(disks), sources, host, '/vars')).toEqual({
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
    expect(qemuArguments(describe(instance(disks), sources, host, '/vars'))).toContain('-uuid');
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
  ])('%s', (_, change, expected) => {
    expect(describe(instance(change), sources, host, '/vars')).toMatchObject(expected);
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
  ])('cannot run here with %s, and that is said', (_, change, reason) => {
    expect(() => describe(instance(change), sources, host, '/vars')).toThrow(reason);
  });
});
