import { isAbsolute } from 'node:path';
import { DescriptionError, type Firmware, type MachineDescription, type Nic } from './description.js';
import { FILES } from './files.js';
import { HOT_MEMORY, MEMORY_BLOCK, MEMORY_DEVICE } from './hotplug.js';
import { macAddress, netdev } from './network.js';
import { options, text, whole, word } from './option.js';
import { type PciBus, pciBus } from './pci.js';
import { diskArguments } from './storage.js';

const MiB = 1024 * 1024;

/** What the pc and q35 machines address without an interrupt remapper. */
const MAX_CPUS = 255;

/** What translated code may take, in MiB; QEMU's default is up to 1024, a Linux guest's boot needs about 50. */
const TRANSLATED_MIB = 128;

/** The name of the agent's port, which the guest agent looks for. */
const AGENT_PORT = 'org.qemu.guest_agent.0';

/** The id of the agent's port in `VSERPORT_CHANGE` and of its character device. */
export const AGENT_ID = 'agent';

/** The id of the network of the card at `index` in a description. */
export const netId = (index: number): string => `net${index}`;

/**
 * QEMU's command line for a machine, to run in the machine's own directory. What a user may have chosen stands inside
 * JSON or, where QEMU takes none, with its commas doubled: no text can become another option.
 *
 * The machine starts stopped, so that whoever starts it can attach the serial console before the first byte; it stays,
 * stopped, when the guest powers off or panics, so that someone who was not there can still learn of it.
 *
 * @throws DescriptionError
 */
export function qemuArguments(machine: MachineDescription): readonly string[] {
  const bus = pciBus(machine.machineType);
  refuseDuplicates(machine);
  return [
    ...isolation(),
    ...identity(machine),
    ...processor(machine),
    ...firmware(machine.firmware, machine.machineType),
    ...trustedPlatform(machine),
    ...channels(machine, bus),
    ...controllers(machine, bus),
    ...graphics(machine, bus),
    ...machine.nics.flatMap((nic, index) => card(nic, index, bus)),
    ...diskArguments(machine.disks, bus).flatMap(({ blockdev, device: attached }) => [
      ...(blockdev ? ['-blockdev', JSON.stringify(blockdev)] : []),
      ...device(attached),
    ]),
  ];
}

function isolation(): readonly string[] {
  const sandbox = { obsolete: 'deny', elevateprivileges: 'deny', spawn: 'deny', resourcecontrol: 'deny' };
  return [
    '-nodefaults',
    '-no-user-config',
    '-sandbox',
    `on,${options(sandbox)}`,
    '-S',
    '-action',
    options({ shutdown: 'pause', panic: 'pause' }),
    '-pidfile',
    FILES.pid,
    '-display',
    'none',
  ];
}

function identity({ name, uuid, smbios }: MachineDescription): readonly string[] {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) {
    throw new DescriptionError('uuid', `"${uuid}" is not a UUID`);
  }
  if (name === '') throw new DescriptionError('name', 'must not be empty');
  const { manufacturer, product, version, serial, sku, family } = smbios ?? {};
  const table = options({ type: '1', manufacturer, product, version, serial, sku, family });
  return ['-name', options({ guest: name }), '-uuid', uuid.toLowerCase(), ...(smbios ? ['-smbios', table] : [])];
}

/** Memory the guest may get while it runs, beside what it starts with: whole blocks of what hands it out. */
function hotMemoryMib({ memoryBytes, maxMemoryBytes = memoryBytes }: MachineDescription): number {
  const max = whole('maxMemoryBytes', maxMemoryBytes, memoryBytes, Number.MAX_SAFE_INTEGER);
  return (Math.ceil((max - memoryBytes) / MEMORY_BLOCK) * MEMORY_BLOCK) / MiB;
}

function processor(machine: MachineDescription): readonly string[] {
  const { accelerator, cpu, machineType, memoryBytes, firmware } = machine;
  const { sockets, cores, threads } = cpu;
  for (const [field, value] of Object.entries({ sockets, cores, threads })) whole(`cpu.${field}`, value, 1, MAX_CPUS);
  const maxSockets = whole('cpu.maxSockets', cpu.maxSockets ?? sockets, sockets, MAX_CPUS);
  const cpus = whole('cpu', sockets * cores * threads, 1, MAX_CPUS);
  const maxcpus = whole('cpu', maxSockets * cores * threads, 1, MAX_CPUS);
  const model = word('cpu.model', cpu.model ?? (accelerator === 'kvm' ? 'host' : 'max'));
  const features = (cpu.features ?? []).map(
    ({ name, enabled }) => `,${word('cpu.features', name)}=${enabled ? 'on' : 'off'}`,
  );
  const secure = firmware.kind === 'uefi' && firmware.secureBoot;
  const size = Math.ceil(whole('memoryBytes', memoryBytes, MiB, Number.MAX_SAFE_INTEGER) / MiB);
  const more = hotMemoryMib(machine);
  return [
    '-machine',
    options({ type: machineType, 'dump-guest-core': 'off', ...(secure ? { smm: 'on' } : {}) }),
    '-accel',
    accelerator === 'tcg' ? `tcg,${options({ 'tb-size': `${TRANSLATED_MIB}` })}` : 'kvm',
    '-cpu',
    `${model}${features.join('')}`,
    '-smp',
    options({
      cpus: `${cpus}`,
      ...(maxcpus === cpus ? {} : { maxcpus: `${maxcpus}` }),
      sockets: `${maxSockets}`,
      cores: `${cores}`,
      threads: `${threads}`,
    }),
    '-m',
    options({ size: `${size}M`, ...(more > 0 ? { maxmem: `${size + more}M` } : {}) }),
    '-rtc',
    options({ base: 'utc' }),
    '-boot',
    options({ strict: 'on' }),
  ];
}

function firmware(kind: Firmware, machineType: string): readonly string[] {
  if (kind.kind === 'bios') return [];
  for (const field of ['code', 'vars'] as const) {
    if (!isAbsolute(kind[field])) throw new DescriptionError(`firmware.${field}`, 'must be an absolute path');
  }
  if (kind.secureBoot && !machineType.includes('q35')) {
    throw new DescriptionError('firmware.secureBoot', 'needs a machine type of the q35 family');
  }
  const flash = (node: string, path: string, readOnly: boolean): string =>
    JSON.stringify({
      'node-name': node,
      driver: 'raw',
      'read-only': readOnly,
      file: { driver: 'file', filename: text('firmware', path) },
    });
  return [
    '-blockdev',
    flash('firmware-code', kind.code, true),
    '-blockdev',
    flash('firmware-vars', kind.vars, false),
    '-machine',
    options({ pflash0: 'firmware-code', pflash1: 'firmware-vars' }),
    ...(kind.secureBoot ? ['-global', options({ driver: 'cfi.pflash01', property: 'secure', value: 'on' })] : []),
  ];
}

/** The emulator listens before QEMU starts; its state is its own affair. */
function trustedPlatform({ tpm }: MachineDescription): readonly string[] {
  if (!tpm) return [];
  return [
    '-chardev',
    `socket,${options({ id: 'tpm', path: FILES.tpm })}`,
    '-tpmdev',
    `emulator,${options({ id: 'tpm0', chardev: 'tpm' })}`,
    ...device({ driver: 'tpm-crb', tpmdev: 'tpm0' }),
  ];
}

function channels({ guestAgent }: MachineDescription, bus: PciBus): readonly string[] {
  const socket = (id: string, path: string): readonly string[] => [
    '-chardev',
    `socket,${options({ id, path, server: 'on', wait: 'off' })}`,
  ];
  const agent = [
    ...socket(AGENT_ID, FILES.agent),
    ...device({ driver: 'virtio-serial-pci', id: 'serial', ...bus.fixed('serial') }),
    ...device({ driver: 'virtserialport', id: AGENT_ID, bus: 'serial.0', chardev: AGENT_ID, name: AGENT_PORT }),
  ];
  return [
    ...socket('qmp', FILES.qmp),
    '-mon',
    options({ chardev: 'qmp', mode: 'control' }),
    ...socket('console', FILES.serial),
    ...device({ driver: 'isa-serial', id: 'serial0', chardev: 'console' }),
    ...(guestAgent ? agent : []),
  ];
}

/** `share=ignore`: QEMU serves every viewer that comes; who may come, and who must go, is decided above it. */
function graphics({ graphics: kind, tablet }: MachineDescription, bus: PciBus): readonly string[] {
  const pointer = {
    usb: { driver: 'usb-tablet', id: 'tablet', bus: 'usb.0' },
    virtio: { driver: 'virtio-tablet-pci', id: 'tablet', ...bus.fixed('tablet') },
  };
  const screen = device({
    driver: kind === 'virtio' ? 'virtio-vga' : 'VGA',
    id: 'video',
    ...bus.fixed('graphics'),
  });
  return [
    ...(kind === 'none' ? [] : ['-vnc', `unix:${FILES.vnc},share=ignore`, ...screen]),
    ...(tablet ? device(pointer[tablet]) : []),
  ];
}

function controllers(machine: MachineDescription, bus: PciBus): readonly string[] {
  const has = (name: string): boolean => machine.disks.some((disk) => disk.bus === name);
  const hotMemory = hotMemoryMib(machine) * MiB;
  const when = (wanted: boolean, ...argv: readonly (readonly string[])[]): readonly string[] =>
    wanted ? argv.flat() : [];
  return [
    ...when(
      machine.rng,
      ['-object', JSON.stringify({ 'qom-type': 'rng-builtin', id: 'entropy' })],
      device({ driver: 'virtio-rng-pci', id: 'rng', rng: 'entropy', ...bus.fixed('rng') }),
    ),
    ...when(
      machine.balloon,
      device({ driver: 'virtio-balloon-pci', id: 'balloon', 'free-page-reporting': true, ...bus.fixed('balloon') }),
    ),
    ...when(
      hotMemory > 0,
      ['-object', JSON.stringify({ 'qom-type': 'memory-backend-ram', id: HOT_MEMORY, size: hotMemory })],
      device({ driver: 'virtio-mem-pci', id: MEMORY_DEVICE, memdev: HOT_MEMORY, ...bus.fixed('memory') }),
    ),
    ...when(machine.panicDevice, device({ driver: 'pvpanic-pci', id: 'panic', ...bus.fixed('panic') })),
    ...when(
      has('scsi') || machine.hotplug === true,
      device({ driver: 'virtio-scsi-pci', id: 'scsi', ...bus.fixed('scsi') }),
    ),
    ...when(has('sata') && !bus.ownsSata, device({ driver: 'ich9-ahci', id: 'sata', ...bus.fixed('sata') })),
    ...when(has('usb') || machine.tablet === 'usb', device({ driver: 'qemu-xhci', id: 'usb', ...bus.fixed('usb') })),
  ];
}

const NIC_DRIVERS = {
  virtio: 'virtio-net-pci',
  e1000: 'e1000',
  e1000e: 'e1000e',
  rtl8139: 'rtl8139',
  ne2k_pci: 'ne2k_pci',
  pcnet: 'pcnet',
} as const;

/** Without a boot index the card's boot ROM is left out: it would only cost start-up time. */
function card(nic: Nic, index: number, bus: PciBus): readonly string[] {
  const driver = NIC_DRIVERS[nic.model];
  if (!driver) throw new DescriptionError(`nics[${index}].model`, `"${String(nic.model)}" is not a known network card`);
  return [
    '-netdev',
    JSON.stringify(netdev(nic, netId(index))),
    ...device({
      driver,
      id: `nic${index}`,
      netdev: netId(index),
      mac: macAddress(nic.mac),
      ...bus.nic(index),
      ...(nic.bootIndex === undefined ? { romfile: '' } : { bootindex: nic.bootIndex }),
    }),
  ];
}

function device(properties: Readonly<Record<string, unknown>>): readonly string[] {
  return ['-device', JSON.stringify(properties)];
}

function refuseDuplicates({ disks, nics }: MachineDescription): void {
  const boot = [...disks, ...nics].flatMap(({ bootIndex }) => (bootIndex === undefined ? [] : [bootIndex]));
  for (const index of boot) whole('bootIndex', index, 0, 2 ** 31 - 1);
  unique('bootIndex', boot);
  unique(
    'disks',
    disks.map((disk) => disk.name),
  );
  unique(
    'nics',
    nics.map((nic) => nic.name),
  );
  unique(
    'mac',
    nics.map((nic) => nic.mac.toLowerCase()),
  );
}

function unique(field: string, values: readonly (string | number)[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new DescriptionError(field, `"${twice}" is there twice`);
}
