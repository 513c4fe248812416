/** How a machine's instructions are carried out: by the processor (KVM) or by translation (TCG). */
export type Accelerator = 'kvm' | 'tcg';

/** The formats a disk may have. Everything else is refused before QEMU sees it. */
export type DiskFormat = 'qcow2' | 'raw';

/** A file that holds the blocks another image does not. */
export interface Layer {
  /** Absolute path. */
  readonly path: string;
  readonly format: DiskFormat;
  readonly backing?: Layer;
}

/** What a disk and an empty drive have in common. */
interface Drive {
  /** Any text; comes back in events and block queries. Unique in the machine. */
  readonly name: string;
  readonly bus: 'virtio' | 'scsi' | 'sata' | 'usb';
  /** What the guest reads as the serial number: at most 20 bytes on virtio, SATA and USB, 36 on SCSI. */
  readonly serial?: string;
  /** Lower boots first; without one the firmware does not try the disk. */
  readonly bootIndex?: number;
}

/** A disk or CD-ROM. The chain of layers is told, because the header of a file is never believed. */
export interface Disk extends Drive, Layer {
  readonly media: 'disk' | 'cdrom';
  /** CD-ROMs always are. */
  readonly readOnly?: boolean;
  /** Default `writeback`, which keeps guest flushes and uses the host's page cache. */
  readonly cache?: 'none' | 'writeback' | 'writethrough';
}

/** A CD-ROM drive with nothing in it. */
export interface EmptyDrive extends Drive {
  readonly media: 'empty';
}

/** A port of the host that leads to a port of the guest. */
export interface PortForward {
  readonly protocol: 'tcp' | 'udp';
  /** IPv4 address of the host to listen on. */
  readonly hostAddress: string;
  /** 0 lets the host choose. */
  readonly hostPort: number;
  readonly guestPort: number;
}

/**
 * QEMU's own network for one guest, without privileges: DHCP, DNS and connections outwards. The gateway is the first
 * address of `cidr`, the guest gets the second, DNS is the third (KubeVirt's masquerade binding gives the same first two).
 * Through its gateway the guest reaches what listens on the host's loopback.
 */
export interface UserNetwork {
  readonly kind: 'user';
  /** IPv4, prefix length 8 to 29. Default 10.0.2.0/24. */
  readonly cidr?: string;
  /** What DHCP tells the guest its name is. */
  readonly hostname?: string;
  readonly forwards?: readonly PortForward[];
}

/** A tap device that exists and that this user may open. */
export interface TapNetwork {
  readonly kind: 'tap';
  readonly ifname: string;
}

/** A network card. */
export interface Nic {
  /** Any text, unique in the machine. */
  readonly name: string;
  readonly model: 'virtio' | 'e1000' | 'e1000e' | 'rtl8139' | 'ne2k_pci' | 'pcnet';
  /** Six octets in hex with colons; unicast. */
  readonly mac: string;
  readonly bootIndex?: number;
  readonly network: UserNetwork | TapNetwork;
}

/** What starts the guest. The UEFI variables are the machine's own copy of a template: the guest writes to it. */
export type Firmware =
  | { readonly kind: 'bios' }
  | { readonly kind: 'uefi'; readonly code: string; readonly vars: string; readonly secureBoot: boolean };

/** A TPM 2.0. */
export interface Tpm {
  /** Absolute path of a directory that is this machine's alone: what the TPM remembers between starts. */
  readonly stateDirectory: string;
}

/** Virtual processors: `sockets * cores * threads` of them. */
export interface Cpu {
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
  /** How many sockets the machine may have while it runs; default `sockets`. */
  readonly maxSockets?: number;
  /** A QEMU CPU model; default `host` under KVM and `max` under TCG. */
  readonly model?: string;
  readonly features?: readonly { readonly name: string; readonly enabled: boolean }[];
}

/** What the guest reads in its SMBIOS system table. */
export interface Smbios {
  readonly manufacturer?: string;
  readonly product?: string;
  readonly version?: string;
  readonly serial?: string;
  readonly sku?: string;
  readonly family?: string;
}

/** A machine as data: all that decides QEMU's command line, and nothing of where it runs. */
export interface MachineDescription {
  readonly name: string;
  readonly uuid: string;
  /** A QEMU machine type of the q35 or pc family: `q35`, `pc-q35-7.2`. */
  readonly machineType: string;
  readonly accelerator: Accelerator;
  readonly cpu: Cpu;
  /** Rounded up to whole MiB. */
  readonly memoryBytes: number;
  /** How much memory the guest may be given while it runs; default `memoryBytes`. */
  readonly maxMemoryBytes?: number;
  readonly firmware: Firmware;
  readonly disks: readonly (Disk | EmptyDrive)[];
  /** Whether there is a SCSI controller also without a SCSI disk: disks can then be plugged in while it runs. */
  readonly hotplug?: boolean;
  readonly nics: readonly Nic[];
  readonly graphics: 'vga' | 'virtio' | 'none';
  /** A pointer with absolute coordinates, so that a VNC viewer's cursor and the guest's agree. */
  readonly tablet?: 'usb' | 'virtio';
  readonly rng: boolean;
  readonly balloon: boolean;
  /** A channel for the QEMU guest agent. */
  readonly guestAgent: boolean;
  /** Lets a Linux or Windows guest tell that its kernel panicked. */
  readonly panicDevice: boolean;
  readonly tpm?: Tpm;
  readonly smbios?: Smbios;
}

/** Thrown for a description that QEMU would refuse or, worse, understand differently. `field` says where. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError';

  constructor(
    readonly field: string,
    problem: string,
  ) {
    super(`${field}: ${problem}`);
  }
}
