/** When a machine is to run. */
export type RunStrategy = 'Always' | 'RerunOnFailure' | 'Manual' | 'Halted' | 'Once';

/** What is behind a disk of the form. */
export type DiskSource =
  | { readonly kind: 'image'; readonly imageId: string; readonly storageClassName: string }
  | { readonly kind: 'blank'; readonly storageClassName: string }
  | { readonly kind: 'existing' };

/** A disk of the form. Rows are in boot order. */
export interface DiskRow {
  readonly name: string;
  readonly source: DiskSource;
  readonly type: 'disk' | 'cd-rom';
  readonly bus: string;
  /** As Kubernetes writes it: "10Gi". */
  readonly size: string;
  readonly claimName: string;
}

/** A network card of the form. */
export interface NicRow {
  readonly name: string;
  readonly model: string;
  /** `management` is the cluster's own network; else the id of a VM network, `namespace/name`. */
  readonly network: string;
  readonly binding: 'masquerade' | 'bridge';
  readonly macAddress: string;
}

/** What the form of a virtual machine asks for. */
export interface VmForm {
  readonly name: string;
  readonly namespace: string;
  readonly description: string;
  readonly cpu: number;
  /** As Kubernetes writes it: "2Gi". */
  readonly memory: string;
  /** Ids of SSH keys, `namespace/name`. */
  readonly sshKeys: readonly string[];
  readonly disks: readonly DiskRow[];
  readonly nics: readonly NicRow[];
  readonly runStrategy: RunStrategy;
  readonly os: string;
  readonly efi: boolean;
  readonly secureBoot: boolean;
}

/** The values of `harvesterhci.io/os`, as the Harvester UI offers them. */
export const OPERATING_SYSTEMS = [
  'linux',
  'debian',
  'ubuntu',
  'openSUSE',
  'SLEs',
  'fedora',
  'redhat',
  'oracle',
  'gentoo',
  'otherLinux',
  'windows',
] as const;

/** How a disk can be connected. */
export const BUSES = ['virtio', 'sata', 'scsi'] as const;

/** When a machine is to run, as offered. */
export const RUN_STRATEGIES = [
  'RerunOnFailure',
  'Always',
  'Manual',
  'Halted',
] as const satisfies readonly RunStrategy[];

/** The models of network cards, as the Harvester UI offers them. */
export const NIC_MODELS = ['virtio', 'e1000', 'e1000e', 'ne2k_pci', 'pcnet', 'rtl8139'] as const;

/** The name of the cluster's own network in the form. */
export const MANAGEMENT_NETWORK = 'management';

/** The name under which cloud-init's medium hangs in a machine. */
export const CLOUD_INIT_DISK = 'cloudinitdisk';

/** A form as it is first shown. */
export const emptyForm = (namespace: string): VmForm => ({
  name: '',
  namespace,
  description: '',
  cpu: 1,
  memory: '1Gi',
  sshKeys: [],
  disks: [],
  nics: [{ name: 'default', model: 'virtio', network: MANAGEMENT_NETWORK, binding: 'masquerade', macAddress: '' }],
  runStrategy: 'RerunOnFailure',
  os: 'linux',
  efi: false,
  secureBoot: false,
});

/** The name of a disk's claim: `<machine>-<disk>-<suffix>`. */
export const claimName = (vm: string, disk: string, suffix: string): string => `${vm}-${disk}-${suffix}`;

/** The first free name of a series: `disk-0`, `disk-1`, …. */
export function nextName(prefix: string, taken: readonly string[], from = 0): string {
  for (let n = from; ; n += 1) if (!taken.includes(`${prefix}-${n}`)) return `${prefix}-${n}`;
}

/** Claims that do not exist yet are named after the machine: a new name renames them. */
export function renamed(form: VmForm, name: string): VmForm {
  return { ...form, name, disks: form.disks.map((disk) => ({ ...disk, claimName: claimOf(disk, name, disk.name) })) };
}

/** The disk under a new name, with its claim's name following. */
export const renamedDisk = (form: VmForm, disk: DiskRow, name: string): DiskRow => ({
  ...disk,
  name,
  claimName: claimOf(disk, form.name, name),
});

const claimOf = (disk: DiskRow, vm: string, name: string): string =>
  disk.source.kind === 'existing' ? disk.claimName : claimName(vm, name, disk.claimName.slice(-SUFFIX_LENGTH));

const SUFFIX_LENGTH = 5;
