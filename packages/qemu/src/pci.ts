import { DescriptionError } from './description.js';
import { word } from './option.js';

/** Where a device sits. */
export interface PciAddress {
  readonly bus: string;
  readonly addr: string;
}

/** The PCI bus of a machine type, and the slots on it. */
export interface PciBus {
  fixed(role: keyof typeof SLOTS): PciAddress;
  nic(index: number): PciAddress;
  disk(index: number): PciAddress;
  /** The AHCI controller's id; q35 has one of its own. */
  readonly sataController: string;
  readonly ownsSata: boolean;
}

/**
 * Each role has its slot whether or not the others are there, so that adding a disk does not rename the guest's network
 * cards. Slots 0, 1 and 31 belong to the chipsets.
 */
const SLOTS = {
  graphics: 2,
  serial: 3,
  rng: 4,
  balloon: 5,
  usb: 6,
  scsi: 7,
  sata: 8,
  panic: 9,
  tablet: 10,
  memory: 18,
} as const;
const FIRST_NIC = 11;
const LAST_NIC = 17;
const FIRST_DISK = 19;
const LAST_DISK = 30;

/** The bus of a machine type of the q35 or pc family. @throws DescriptionError for any other. */
export function pciBus(machineType: string): PciBus {
  const family = /^(?:pc-)?(q35|i440fx)(?:-|$)|^(pc)$/.exec(word('machineType', machineType));
  if (!family) throw new DescriptionError('machineType', `"${machineType}" is of neither the q35 nor the pc family`);
  const q35 = family[1] === 'q35';
  const at = (slot: number): PciAddress => ({ bus: q35 ? 'pcie.0' : 'pci.0', addr: `0x${slot.toString(16)}` });
  const place = (what: string, first: number, last: number, index: number): PciAddress => {
    if (first + index > last) throw new DescriptionError(what, `at most ${last - first + 1} fit on the PCI bus`);
    return at(first + index);
  };
  return {
    fixed: (role) => at(SLOTS[role]),
    nic: (index) => place('nics', FIRST_NIC, LAST_NIC, index),
    disk: (index) => place('virtio disks', FIRST_DISK, LAST_DISK, index),
    sataController: q35 ? 'ide' : 'sata',
    ownsSata: q35,
  };
}
