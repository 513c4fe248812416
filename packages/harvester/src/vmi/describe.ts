import type { VirtualMachineInstance } from '@drover/api';
import type { Disk as ApiDisk, DomainSpec, Interface } from '@drover/api/types/kubevirt';
import { parseUnits } from '@drover/kit';
import {
  type Cpu,
  type Disk,
  type EmptyDrive,
  type Firmware,
  type Host,
  type Layer,
  type MachineDescription,
  type Nic,
  NO_SWTPM,
} from '@drover/qemu';
import { guestBytes } from '../vm/sizing.js';

/** This host cannot run the machine as it is; the message is a sentence for its user. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** What the volumes of an instance turned out to be: file by volume name. */
export type VolumeSources = ReadonlyMap<string, Layer>;

/** What a machine remembers beside its disks, each in a place of its own. */
export interface OwnFiles {
  /** The instance's own copy of the UEFI variables, where it boots by UEFI. */
  readonly vars: string;
  /** The directory of its TPM's state, where it has one. */
  readonly tpm: string;
}

/** What of this host a description depends on. */
export type DescribedHost = Pick<Host, 'accelerator' | 'firmware' | 'qemu' | 'swtpm'>;

/**
 * The machine that an instance describes: KubeVirt's words turned into QEMU's, and nothing of where it runs.
 *
 * @throws CannotRun when this host lacks what the machine asks for.
 */
export function describe(
  instance: VirtualMachineInstance,
  sources: VolumeSources,
  host: DescribedHost,
  own: OwnFiles,
): MachineDescription {
  const { domain, hostname } = instance.spec;
  const { devices } = domain;
  const { name = '', namespace = '' } = instance.metadata;
  const memory = guestBytes(domain);
  if (memory === undefined) throw new CannotRun('the machine has no memory');
  const { maxGuest } = domain.memory ?? {};
  const tablet = devices.inputs?.find(({ type }) => type === 'tablet');
  return {
    name: `${namespace}_${name}`,
    uuid: domain.firmware?.uuid ?? '',
    machineType: machineType(domain, host),
    accelerator: host.accelerator,
    cpu: cpu(domain),
    memoryBytes: Number(memory),
    ...(maxGuest === undefined ? {} : { maxMemoryBytes: Number(parseUnits(String(maxGuest))) }),
    firmware: firmware(domain, host, own.vars),
    disks: (devices.disks ?? []).flatMap((disk) => drive(disk, sources) ?? []),
    hotplug: devices.disableHotplug !== true,
    nics: (devices.interfaces ?? []).map((nic) => card(nic, instance, hostname ?? name)),
    graphics: devices.autoattachGraphicsDevice === false ? 'none' : devices.video?.type === 'virtio' ? 'virtio' : 'vga',
    ...(tablet === undefined ? {} : { tablet: tablet.bus === 'virtio' ? ('virtio' as const) : ('usb' as const) }),
    rng: devices.rng !== undefined,
    balloon: devices.autoattachMemBalloon !== false,
    guestAgent: true,
    panicDevice: true,
    ...tpm(domain, host, own.tpm),
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
  const { cores = 1, sockets = 1, threads = 1, maxSockets = sockets, model = '', features = [] } = given ?? {};
  const more = maxSockets > sockets ? { maxSockets } : {};
  return { cores, sockets, threads, ...more, ...(HOST_MODELS.includes(model) ? {} : { model }), ...named(features) };
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

function machineType({ machine }: DomainSpec, { qemu }: DescribedHost): string {
  const type = machine?.type || 'q35';
  if (qemu.ok && !qemu.machineTypes.includes(type)) {
    throw new CannotRun(`machine type "${type}" is not one that QEMU ${qemu.version} of this host has; use q35`);
  }
  return type;
}

function tpm(
  { devices }: DomainSpec,
  { swtpm }: DescribedHost,
  stateDirectory: string,
): Pick<MachineDescription, 'tpm'> {
  if (devices.tpm === undefined || devices.tpm.enabled === false) return {};
  if (swtpm === undefined) throw new CannotRun(NO_SWTPM);
  return { tpm: { stateDirectory } };
}

function firmware({ firmware: given }: DomainSpec, host: DescribedHost, vars: string): Firmware {
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

/** A disk of an instance; `undefined` where it has no file and is no CD-ROM drive, which may be empty. */
export function drive(disk: ApiDisk, sources: VolumeSources): Disk | EmptyDrive | undefined {
  const source = sources.get(disk.name);
  const target = disk.disk ?? disk.cdrom;
  const cdrom = disk.cdrom !== undefined;
  const bus = BUSES.find((known) => known === target?.bus) ?? (cdrom ? 'sata' : 'virtio');
  const cache = CACHES.find((known) => known === disk.cache);
  const both = {
    name: disk.name,
    bus,
    ...(disk.serial === undefined ? {} : { serial: disk.serial }),
    ...(disk.bootOrder === undefined ? {} : { bootIndex: disk.bootOrder }),
  };
  if (source === undefined) return cdrom ? { ...both, media: 'empty' } : undefined;
  return {
    ...both,
    ...source,
    media: cdrom ? 'cdrom' : 'disk',
    ...(cdrom || target?.readonly === true ? { readOnly: true } : {}),
    ...(cache === undefined ? {} : { cache }),
  };
}

const BUSES = ['virtio', 'sata', 'scsi', 'usb'] as const;
const CACHES = ['none', 'writeback', 'writethrough'] as const;
const MODELS = ['virtio', 'e1000', 'e1000e', 'rtl8139', 'ne2k_pci', 'pcnet'] as const;

function card(nic: Interface, { spec }: VirtualMachineInstance, hostname: string): Nic {
  const network = spec.networks?.find(({ name }) => name === nic.name);
  if (network?.multus !== undefined) {
    throw new CannotRun(
      `network "${network.multus.networkName}": this host has no bridge for it; machines here are connected to the management network only`,
    );
  }
  // Each card is on a network of its own; two of one address range would confuse the guest.
  const pods = (spec.networks ?? []).filter(({ pod }) => pod !== undefined);
  const place = pods.findIndex(({ name }) => name === nic.name);
  const cidr = network?.pod?.vmNetworkCIDR || (place > 0 ? `10.0.${2 + place}.0/24` : undefined);
  return {
    name: nic.name,
    model: MODELS.find((known) => known === nic.model) ?? 'virtio',
    mac: nic.macAddress ?? '',
    ...(nic.bootOrder === undefined ? {} : { bootIndex: nic.bootOrder }),
    network: { kind: 'user', hostname, ...(cidr === undefined ? {} : { cidr }) },
  };
}
