import type { VirtualMachineInstance } from '@drover/api';
import type { Disk as ApiDisk, DomainSpec, Interface } from '@drover/api/types/kubevirt';
import type { Cpu, Disk, Firmware, Host, Layer, MachineDescription, Nic } from '@drover/qemu';
import { guestBytes } from '../vm/sizing.js';

/** This host cannot run the machine as it is; the message is a sentence for its user. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** What the volumes of an instance turned out to be: file by volume name. */
export type VolumeSources = ReadonlyMap<string, Layer>;

/**
 * The machine that an instance describes: KubeVirt's words turned into QEMU's, and nothing of where it runs.
 *
 * @param vars the instance's own copy of the UEFI variables, where it boots by UEFI.
 * @throws CannotRun when this host lacks what the machine asks for.
 */
export function describe(
  instance: VirtualMachineInstance,
  sources: VolumeSources,
  host: Pick<Host, 'accelerator' | 'firmware'>,
  vars: string,
): MachineDescription {
  const { domain, hostname } = instance.spec;
  const { devices } = domain;
  const { name = '', namespace = '' } = instance.metadata;
  const memory = guestBytes(domain);
  if (memory === undefined) throw new CannotRun('the machine has no memory');
  const tablet = devices.inputs?.find(({ type }) => type === 'tablet');
  return {
    name: `${namespace}_${name}`,
    uuid: domain.firmware?.uuid ?? '',
    machineType: domain.machine?.type || 'q35',
    accelerator: host.accelerator,
    cpu: cpu(domain),
    memoryBytes: Number(memory),
    firmware: firmware(domain, host, vars),
    disks: (devices.disks ?? []).flatMap((disk) => drive(disk, sources)),
    nics: (devices.interfaces ?? []).map((nic) => card(nic, instance, hostname ?? name)),
    graphics: devices.autoattachGraphicsDevice === false ? 'none' : devices.video?.type === 'virtio' ? 'virtio' : 'vga',
    ...(tablet === undefined ? {} : { tablet: tablet.bus === 'virtio' ? ('virtio' as const) : ('usb' as const) }),
    rng: devices.rng !== undefined,
    balloon: devices.autoattachMemBalloon !== false,
    guestAgent: true,
    panicDevice: true,
    smbios: { manufacturer: 'KubeVirt', product: 'None', ...serial(domain), ...chassis(domain) },
  };
}

const serial = ({ firmware: given }: DomainSpec): { serial?: string } =>
  given?.serial === undefined ? {} : { serial: given.serial };
const chassis = ({ chassis: given }: DomainSpec): { sku?: string; version?: string } => ({
  ...(given?.sku === undefined ? {} : { sku: given.sku }),
  ...(given?.version === undefined ? {} : { version: given.version }),
});

/** Models that mean the host's own: QEMU's default, which is the most that either accelerator offers. */
const HOST_MODELS = ['host-model', 'host-passthrough', ''];

function cpu({ cpu: given }: DomainSpec): Cpu {
  const { cores = 1, sockets = 1, threads = 1, model = '', features = [] } = given ?? {};
  return { cores, sockets, threads, ...(HOST_MODELS.includes(model) ? {} : { model }), ...named(features) };
}

function named(features: readonly { name: string; policy?: string }[]): Pick<Cpu, 'features'> {
  if (features.length === 0) return {};
  return {
    features: features.map(({ name, policy = 'require' }) => ({
      name,
      enabled: !['disable', 'forbid'].includes(policy),
    })),
  };
}

function firmware({ firmware: given }: DomainSpec, host: Pick<Host, 'firmware'>, vars: string): Firmware {
  const efi = given?.bootloader?.efi;
  if (efi === undefined) return { kind: 'bios' };
  const secureBoot = efi.secureBoot !== false;
  const found = secureBoot ? host.firmware.secureBoot : host.firmware.uefi;
  if (found === undefined) {
    throw new CannotRun(
      `no UEFI firmware${secureBoot ? ' with secure boot' : ''} is installed on this host: install OVMF (Debian: apt install ovmf)`,
    );
  }
  return { kind: 'uefi', code: found.code, vars, secureBoot };
}

function drive(disk: ApiDisk, sources: VolumeSources): Disk[] {
  const source = sources.get(disk.name);
  // An empty CD-ROM drive: nothing to open.
  if (source === undefined) return [];
  const target = disk.disk ?? disk.cdrom;
  const cdrom = disk.cdrom !== undefined;
  const bus = BUSES.find((known) => known === target?.bus) ?? (cdrom ? 'sata' : 'virtio');
  const cache = CACHES.find((known) => known === disk.cache);
  return [
    {
      name: disk.name,
      ...source,
      media: cdrom ? 'cdrom' : 'disk',
      bus,
      ...(cdrom || target?.readonly === true ? { readOnly: true } : {}),
      ...(disk.serial === undefined ? {} : { serial: disk.serial }),
      ...(disk.bootOrder === undefined ? {} : { bootIndex: disk.bootOrder }),
      ...(cache === undefined ? {} : { cache }),
    },
  ];
}

const BUSES = ['virtio', 'sata', 'scsi', 'usb'] as const;
const CACHES = ['none', 'writeback', 'writethrough'] as const;
const MODELS = ['virtio', 'e1000', 'e1000e', 'rtl8139'] as const;

function card(nic: Interface, { spec }: VirtualMachineInstance, hostname: string): Nic {
  const network = spec.networks?.find(({ name }) => name === nic.name);
  if (network?.multus !== undefined) {
    throw new CannotRun(
      `network "${network.multus.networkName}": this host has no bridge for it; machines here are connected to the management network only`,
    );
  }
  const cidr = network?.pod?.vmNetworkCIDR;
  return {
    name: nic.name,
    model: MODELS.find((known) => known === nic.model) ?? 'virtio',
    mac: nic.macAddress ?? '',
    ...(nic.bootOrder === undefined ? {} : { bootIndex: nic.bootOrder }),
    network: { kind: 'user', hostname, ...(cidr === undefined ? {} : { cidr }) },
  };
}
