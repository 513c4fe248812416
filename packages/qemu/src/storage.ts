import { DescriptionError, type Disk } from './description.js';
import { layerOptions } from './layer.js';
import { text } from './option.js';
import type { PciBus } from './pci.js';

type Properties = Readonly<Record<string, unknown>>;

/** A disk on the command line: its block node and its device. */
export interface DiskArguments {
  readonly blockdev: Properties;
  readonly device: Properties;
}

/** How many bytes of a serial number a bus carries; QEMU cuts off the rest silently. */
const SERIAL_BYTES = { virtio: 20, sata: 20, usb: 20, scsi: 36 } as const;

/** Ports of an AHCI controller. */
const SATA_PORTS = 6;

/** Targets of a virtio-scsi controller. */
const SCSI_TARGETS = 255;

/** The id of the block node, and of the device, of the disk at `index` in a description. */
export const nodeName = (index: number): string => `block${index}`;
export const deviceId = (index: number): string => `disk${index}`;

/** The disks of a machine on its buses, in the order told. @throws DescriptionError */
export function diskArguments(disks: readonly Disk[], bus: PciBus): readonly DiskArguments[] {
  const used = { virtio: 0, scsi: 0, sata: 0, usb: 0 };
  return disks.map((disk, index) => {
    const place = used[disk.bus];
    used[disk.bus] += 1;
    return { blockdev: blockNode(disk, index), device: device(disk, index, place, bus) };
  });
}

function blockNode(disk: Disk, index: number): Properties {
  const readOnly = isReadOnly(disk);
  return {
    'node-name': nodeName(index),
    'read-only': readOnly,
    discard: 'unmap',
    cache: { direct: disk.cache === 'none', 'no-flush': false },
    ...layerOptions(disk, `disks[${index}]`),
  };
}

function device(disk: Disk, index: number, place: number, bus: PciBus): Properties {
  const field = `disks[${index}]`;
  const { serial, bootIndex } = disk;
  if (serial !== undefined && Buffer.byteLength(text(`${field}.serial`, serial)) > SERIAL_BYTES[disk.bus]) {
    throw new DescriptionError(`${field}.serial`, `${disk.bus} carries at most ${SERIAL_BYTES[disk.bus]} bytes`);
  }
  const common = {
    id: deviceId(index),
    drive: nodeName(index),
    ...(serial === undefined ? {} : { serial }),
    ...(bootIndex === undefined ? {} : { bootindex: bootIndex }),
  };
  const writable = isReadOnly(disk)
    ? {}
    : { 'write-cache': disk.cache === 'writethrough' ? 'off' : 'on', werror: 'stop', rerror: 'stop' };
  const cdrom = disk.media === 'cdrom';
  switch (disk.bus) {
    case 'virtio':
      if (cdrom) throw new DescriptionError(`${field}.bus`, 'a CD-ROM needs the bus sata or scsi');
      return { driver: 'virtio-blk-pci', ...bus.disk(place), ...common, ...writable };
    case 'scsi':
      within(`${field}.bus`, place, SCSI_TARGETS, 'SCSI');
      return { driver: cdrom ? 'scsi-cd' : 'scsi-hd', bus: 'scsi.0', 'scsi-id': place, ...common, ...writable };
    case 'sata':
      within(`${field}.bus`, place, SATA_PORTS, 'SATA');
      return { driver: cdrom ? 'ide-cd' : 'ide-hd', bus: `${bus.sataController}.${place}`, ...common, ...writable };
    case 'usb':
      if (cdrom) throw new DescriptionError(`${field}.bus`, 'a CD-ROM needs the bus sata or scsi');
      return { driver: 'usb-storage', bus: 'usb.0', ...common, ...writable };
    default:
      throw new DescriptionError(`${field}.bus`, `"${String(disk.bus)}" is none of virtio, scsi, sata and usb`);
  }
}

function isReadOnly(disk: Disk): boolean {
  return disk.media === 'cdrom' || disk.readOnly === true;
}

function within(field: string, place: number, limit: number, name: string): void {
  if (place >= limit) throw new DescriptionError(field, `at most ${limit} disks fit on ${name}`);
}
