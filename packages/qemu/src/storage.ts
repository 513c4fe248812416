import { DescriptionError, type Disk, type EmptyDrive, type Layer } from './description.js';
import { layerOptions } from './layer.js';
import { text } from './option.js';
import type { PciBus } from './pci.js';

type Properties = Readonly<Record<string, unknown>>;

/** A disk on the command line: its block node, unless it is an empty drive, and its device. */
export interface DiskArguments {
  readonly blockdev?: Properties;
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
export function diskArguments(disks: readonly (Disk | EmptyDrive)[], bus: PciBus): readonly DiskArguments[] {
  const used = { virtio: 0, scsi: 0, sata: 0, usb: 0 };
  return disks.map((disk, index) => {
    const place = used[disk.bus];
    used[disk.bus] += 1;
    const attached = device(disk, index, place, bus);
    return disk.media === 'empty' ? { device: attached } : { blockdev: blockNode(disk, index), device: attached };
  });
}

/** A disk that is plugged into a running machine. @throws DescriptionError for another bus than SCSI */
export function hotDisk(disk: Disk, index: number): Required<DiskArguments> {
  const field = `disks[${index}]`;
  if (disk.bus !== 'scsi')
    throw new DescriptionError(`${field}.bus`, 'a disk is plugged into a running machine by SCSI');
  const { 'scsi-id': _, ...attached } = scsiDevice(disk, index, 0);
  return { blockdev: blockNode(disk, index), device: attached };
}

/** The block node of a medium that is put into the drive number `index`. */
export function mediumNode(medium: Layer, index: number): Properties {
  return { 'node-name': nodeName(index), 'read-only': true, ...layerOptions(medium, `disks[${index}]`) };
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

function device(disk: Disk | EmptyDrive, index: number, place: number, bus: PciBus): Properties {
  const field = `disks[${index}]`;
  const cdrom = disk.media !== 'disk';
  switch (disk.bus) {
    case 'virtio':
      if (cdrom) throw new DescriptionError(`${field}.bus`, 'a CD-ROM needs the bus sata or scsi');
      return { driver: 'virtio-blk-pci', ...bus.disk(place), ...common(disk, index) };
    case 'scsi':
      within(`${field}.bus`, place, SCSI_TARGETS, 'SCSI');
      return scsiDevice(disk, index, place);
    case 'sata':
      within(`${field}.bus`, place, SATA_PORTS, 'SATA');
      return { driver: cdrom ? 'ide-cd' : 'ide-hd', bus: `${bus.sataController}.${place}`, ...common(disk, index) };
    case 'usb':
      if (cdrom) throw new DescriptionError(`${field}.bus`, 'a CD-ROM needs the bus sata or scsi');
      return { driver: 'usb-storage', bus: 'usb.0', ...common(disk, index) };
    default:
      throw new DescriptionError(`${field}.bus`, `"${String(disk.bus)}" is none of virtio, scsi, sata and usb`);
  }
}

function scsiDevice(disk: Disk | EmptyDrive, index: number, place: number): Properties {
  const driver = disk.media === 'disk' ? 'scsi-hd' : 'scsi-cd';
  return { driver, bus: 'scsi.0', 'scsi-id': place, ...common(disk, index) };
}

/** What a disk's device has on every bus. */
function common(disk: Disk | EmptyDrive, index: number): Properties {
  const { serial, bootIndex, bus } = disk;
  const field = `disks[${index}].serial`;
  if (serial !== undefined && Buffer.byteLength(text(field, serial)) > SERIAL_BYTES[bus]) {
    throw new DescriptionError(field, `${bus} carries at most ${SERIAL_BYTES[bus]} bytes`);
  }
  const isWritable = disk.media !== 'empty' && !isReadOnly(disk);
  return {
    id: deviceId(index),
    ...(disk.media === 'empty' ? {} : { drive: nodeName(index) }),
    ...(serial === undefined ? {} : { serial }),
    ...(bootIndex === undefined ? {} : { bootindex: bootIndex }),
    ...(isWritable
      ? { 'write-cache': disk.cache === 'writethrough' ? 'off' : 'on', werror: 'stop', rerror: 'stop' }
      : {}),
  };
}

function isReadOnly(disk: Disk): boolean {
  return disk.media === 'cdrom' || disk.readOnly === true;
}

function within(field: string, place: number, limit: number, name: string): void {
  if (place >= limit) throw new DescriptionError(field, `at most ${limit} disks fit on ${name}`);
}
