import type { StatusCause, VirtualMachine } from '@drover/api';
import type { DomainSpec, VirtualMachineInstanceSpec, Volume } from '@drover/api/types/kubevirt';
import { parseUnits, QuantityError } from '@drover/kit';
import { RUN_STRATEGIES } from './run-strategy.js';
import { MAX_VCPUS, vcpus } from './sizing.js';

/**
 * What is wrong with a machine as it stands, each cause with its field: KubeVirt's own rules where it has them, and a refusal by
 * name for what this host cannot do and would otherwise drop in silence.
 */
export function machineCauses(vm: VirtualMachine): StatusCause[] {
  const { spec } = vm;
  const causes: StatusCause[] = [];
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(vm.metadata.name ?? '')) {
    causes.push(wrong('metadata.name', 'must be a DNS label of at most 63 characters'));
  }
  if (spec.running !== undefined && spec.runStrategy !== undefined) {
    causes.push(
      wrong(
        'spec.running',
        'Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead',
      ),
    );
  }
  if (spec.running === undefined && !RUN_STRATEGIES.some((known) => known === spec.runStrategy)) {
    causes.push(
      wrong(
        'spec.runStrategy',
        `Invalid RunStrategy (${spec.runStrategy ?? ''}), expected one of ${RUN_STRATEGIES.join(', ')}`,
      ),
    );
  }
  if (spec.instancetype !== undefined) causes.push(unsupported('spec.instancetype'));
  if (spec.preference !== undefined) causes.push(unsupported('spec.preference'));
  if ((spec.dataVolumeTemplates ?? []).length > 0)
    causes.push(unsupported('spec.dataVolumeTemplates', 'use the annotation harvesterhci.io/volumeClaimTemplates'));
  const instance = spec.template.spec;
  if (instance === undefined) return [...causes, wrong('spec.template.spec', 'missing virtual machine template')];
  return [...causes, ...instanceCauses(instance, 'spec.template.spec')];
}

/** The same for the part that a machine and its instance share. */
export function instanceCauses(spec: VirtualMachineInstanceSpec, at: string): StatusCause[] {
  return [
    ...domainCauses(spec.domain, `${at}.domain`),
    ...diskCauses(spec, at),
    ...networkCauses(spec, at),
    ...UNSUPPORTED.flatMap((field) => (isSet(spec[field]) ? [unsupported(`${at}.${field}`)] : [])),
    ...(isSet(spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution)
      ? [unsupported(`${at}.affinity.podAffinity`, 'this cluster has one host')]
      : []),
    ...(spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0
      ? [wrong(`${at}.terminationGracePeriodSeconds`, 'must be greater than or equal to 0')]
      : []),
    ...(spec.architecture !== undefined && !['', 'amd64'].includes(spec.architecture)
      ? [unsupported(`${at}.architecture`, `"${spec.architecture}" machines do not run on this host`)]
      : []),
  ];
}

/**
 * What a user relies on and this host does not do. Hints that only change speed (Hyper-V enlightenments, I/O threads, queues) are
 * taken and not acted on.
 */
const UNSUPPORTED = [
  'accessCredentials',
  'livenessProbe',
  'readinessProbe',
  'dnsConfig',
  'resourceClaims',
  'startStrategy',
  'utilityVolumes',
] as const;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

function domainCauses(domain: DomainSpec, at: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const { limits, requests } = domain.resources ?? {};
  if ((domain.memory?.guest ?? limits?.['memory'] ?? requests?.['memory']) === undefined) {
    causes.push(
      wrong(`${at}.resources.limits.memory`, 'a machine needs memory: set resources.limits.memory or memory.guest'),
    );
  }
  if (vcpus(domain) > MAX_VCPUS)
    causes.push(wrong(`${at}.cpu`, `${vcpus(domain)} virtual processors; this host gives at most ${MAX_VCPUS}`));
  const { sockets = 1, maxSockets } = domain.cpu ?? {};
  if (maxSockets !== undefined && maxSockets !== 0 && sockets > maxSockets) {
    causes.push(
      wrong(`${at}.cpu.sockets`, 'Number of sockets in CPU topology is greater than the maximum sockets allowed'),
    );
  }
  causes.push(...growthCauses(domain, at));
  const { devices } = domain;
  const absent: [unknown, string][] = [
    [devices.hostDevices, 'devices.hostDevices'],
    [devices.gpus, 'devices.gpus'],
    [devices.filesystems, 'devices.filesystems'],
    [domain.memory?.hugepages, 'memory.hugepages'],
    [domain.launchSecurity, 'launchSecurity'],
    [domain.firmware?.kernelBoot, 'firmware.kernelBoot'],
    [domain.firmware?.acpi, 'firmware.acpi'],
    [devices.sound, 'devices.sound'],
    [devices.watchdog, 'devices.watchdog'],
    [devices.downwardMetrics, 'devices.downwardMetrics'],
    [domain.cpu?.numa, 'cpu.numa'],
    [domain.cpu?.realtime, 'cpu.realtime'],
    [domain.rebootPolicy === 'Terminate' ? domain.rebootPolicy : undefined, 'rebootPolicy'],
  ];
  for (const [value, field] of absent) {
    if (isSet(value)) causes.push(unsupported(`${at}.${field}`));
  }
  return causes;
}

function growthCauses({ memory }: DomainSpec, at: string): StatusCause[] {
  const { guest, maxGuest } = memory ?? {};
  if (maxGuest === undefined) return [];
  try {
    if (guest === undefined || parseUnits(String(maxGuest)) >= parseUnits(String(guest))) return [];
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return [wrong(`${at}.memory.maxGuest`, error.message)];
  }
  return [wrong(`${at}.memory.guest`, 'Guest memory is greater than the configured maxGuest memory')];
}

const VOLUME_SOURCES = ['persistentVolumeClaim', 'cloudInitNoCloud', 'secret', 'configMap', 'sysprep'] as const;

/** The one source of a volume that is set, or `undefined`. */
export function volumeSource(volume: Volume): (typeof VOLUME_SOURCES)[number] | undefined {
  return VOLUME_SOURCES.find((source) => volume[source] !== undefined);
}

function diskCauses({ domain, volumes = [] }: VirtualMachineInstanceSpec, at: string): StatusCause[] {
  const disks = domain.devices.disks ?? [];
  const causes: StatusCause[] = [
    ...twice(
      disks.map(({ name }) => name),
      `${at}.domain.devices.disks`,
    ),
    ...twice(
      volumes.map(({ name }) => name),
      `${at}.volumes`,
    ),
  ];
  disks.forEach((disk, index) => {
    const field = `${at}.domain.devices.disks[${index}]`;
    const bus = (disk.disk ?? disk.cdrom ?? disk.lun)?.bus;
    if (disk.lun !== undefined) causes.push(unsupported(`${field}.lun`));
    if (disk.blockSize !== undefined) causes.push(unsupported(`${field}.blockSize`));
    if (bus !== undefined && !['virtio', 'sata', 'scsi', 'usb'].includes(bus)) {
      causes.push(wrong(`${field}.bus`, `"${bus}" is none of virtio, sata, scsi, usb`));
    }
    if (disk.cdrom !== undefined && bus === 'virtio')
      causes.push(wrong(`${field}.cdrom.bus`, 'Bus type virtio is invalid for CD-ROM device'));
    if (disk.cdrom !== undefined && bus === 'usb') causes.push(unsupported(`${field}.cdrom.bus`, 'use sata or scsi'));
    if (disk.bootOrder !== undefined && disk.bootOrder < 1)
      causes.push(wrong(`${field}.bootOrder`, 'must have a boot order > 0, if supplied'));
    // A CD-ROM without a volume is an empty drive.
    if (disk.cdrom === undefined && !volumes.some(({ name }) => name === disk.name)) {
      causes.push(wrong(`${field}.Name`, `'${disk.name}' not found.`));
    }
  });
  volumes.forEach((volume, index) => {
    const field = `${at}.volumes[${index}]`;
    if (volumeSource(volume) === undefined) {
      const other = Object.keys(volume).find((key) => key !== 'name');
      causes.push(
        other === undefined ? wrong(field, 'must have exactly one source type set') : unsupported(`${field}.${other}`),
      );
    }
    if (!disks.some(({ name }) => name === volume.name))
      causes.push(wrong(`${field}.name`, `'${volume.name}' not found in domain.devices.disks.`));
  });
  return causes;
}

function networkCauses({ domain, networks = [] }: VirtualMachineInstanceSpec, at: string): StatusCause[] {
  const interfaces = domain.devices.interfaces ?? [];
  const causes: StatusCause[] = [
    ...twice(
      interfaces.map(({ name }) => name),
      `${at}.domain.devices.interfaces`,
    ),
    ...twice(
      networks.map(({ name }) => name),
      `${at}.networks`,
    ),
    ...twice(
      interfaces.flatMap(({ macAddress }) => (macAddress ? [macAddress.toLowerCase()] : [])),
      `${at}.domain.devices.interfaces`,
    ),
  ];
  interfaces.forEach((nic, index) => {
    const field = `${at}.domain.devices.interfaces[${index}]`;
    const network = networks.find(({ name }) => name === nic.name);
    if (network === undefined) causes.push(wrong(`${field}.name`, `'${nic.name}' not found in networks.`));
    if (nic.masquerade !== undefined && network !== undefined && network.pod === undefined) {
      causes.push(wrong(`${field}.masquerade`, 'Masquerade interface only implemented with pod network'));
    }
    for (const binding of ['slirp', 'sriov', 'macvtap', 'passt', 'passtBinding', 'binding', 'dhcpOptions'] as const) {
      if (nic[binding] !== undefined) causes.push(unsupported(`${field}.${binding}`));
    }
    if (
      nic.macAddress !== undefined &&
      nic.macAddress !== '' &&
      !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(nic.macAddress)
    ) {
      causes.push(wrong(`${field}.macAddress`, `"${nic.macAddress}" is not an address such as 02:00:5e:10:00:01`));
    }
    if (nic.model !== undefined && nic.model !== '' && !NIC_MODELS.includes(nic.model)) {
      causes.push(wrong(`${field}.model`, `"${nic.model}" is none of ${NIC_MODELS.join(', ')}`));
    }
  });
  networks.forEach((network, index) => {
    if (!interfaces.some(({ name }) => name === network.name)) {
      causes.push(wrong(`${at}.networks[${index}].name`, `'${network.name}' not found in domain.devices.interfaces.`));
    }
  });
  return causes;
}

/** Network cards this host's QEMU is asked for. */
export const NIC_MODELS: readonly string[] = ['virtio', 'e1000', 'e1000e', 'rtl8139', 'ne2k_pci', 'pcnet'];

function twice(names: readonly string[], field: string): StatusCause[] {
  const again = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return again.map((name) => ({ reason: 'FieldValueDuplicate', field, message: `"${name}" occurs twice` }));
}

/** A cause in the API's form. */
export const wrong = (field: string, message: string): StatusCause => ({ reason: 'FieldValueInvalid', field, message });

const unsupported = (field: string, instead?: string): StatusCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `is not supported by this cluster${instead === undefined ? '' : `: ${instead}`}`,
});
