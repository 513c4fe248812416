import type { VirtualMachine } from '@drover/api';
import { millisOf } from '../../format/size.js';
import { templateOf } from '../machine.js';
import { type ClaimTemplate, imageOf, parseTemplates, TEMPLATES_ANNOTATION } from './claim-templates.js';
import type { RunStrategy } from './model.js';
import {
  CLOUD_INIT_DISK,
  type DiskRow,
  type DiskSource,
  MANAGEMENT_NETWORK,
  type NicRow,
  RUN_STRATEGIES,
  type VmForm,
} from './model.js';

/** The form that shows a VirtualMachine. What the form has no field for is left out; `writeVm` keeps it. */
export function readVm(vm: VirtualMachine): VmForm {
  const { metadata, spec } = vm;
  const { domain } = templateOf(vm);
  const efi = domain.firmware?.bootloader?.efi;
  return {
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    description: metadata.annotations?.['field.cattle.io/description'] ?? '',
    cpu: domain.cpu?.cores ?? Math.ceil((millisOf(domain.resources?.limits?.['cpu']) ?? 1000) / 1000),
    memory: String(domain.resources?.limits?.['memory'] ?? domain.memory?.guest ?? ''),
    sshKeys: stringList(spec.template.metadata?.annotations?.['harvesterhci.io/sshNames']),
    disks: readDisks(vm),
    nics: readNics(vm),
    runStrategy: runStrategy(vm),
    os: metadata.labels?.['harvesterhci.io/os'] ?? '',
    efi: efi !== undefined,
    secureBoot: efi?.secureBoot === true,
  };
}

function runStrategy({ spec }: VirtualMachine): RunStrategy {
  const known = RUN_STRATEGIES.find((each) => each === spec.runStrategy);
  if (known !== undefined) return known;
  if (spec.runStrategy === 'Once') return 'Once';
  return spec.running === false ? 'Halted' : 'Always';
}

function readDisks(vm: VirtualMachine): DiskRow[] {
  const { domain, volumes = [] } = templateOf(vm);
  const templates = parseTemplates(vm.metadata.annotations?.[TEMPLATES_ANNOTATION]);
  return (domain.devices.disks ?? [])
    .filter(({ name }) => name !== CLOUD_INIT_DISK)
    .map((disk, index) => ({ disk, order: disk.bootOrder ?? 1000 + index }))
    .sort((a, b) => a.order - b.order)
    .map(({ disk }): DiskRow => {
      const claim = volumes.find(({ name }) => name === disk.name)?.persistentVolumeClaim?.claimName ?? '';
      const template = templates.find(({ metadata }) => metadata.name === claim);
      return {
        name: disk.name,
        source: sourceOf(template),
        type: disk.cdrom === undefined ? 'disk' : 'cd-rom',
        bus: disk.cdrom?.bus ?? disk.disk?.bus ?? 'virtio',
        size: template?.spec.resources?.requests?.storage ?? '',
        claimName: claim,
      };
    });
}

function sourceOf(template: ClaimTemplate | undefined): DiskSource {
  if (template === undefined) return { kind: 'existing' };
  const { storageClassName = '' } = template.spec;
  const imageId = imageOf(template);
  return imageId === undefined ? { kind: 'blank', storageClassName } : { kind: 'image', imageId, storageClassName };
}

function readNics(vm: VirtualMachine): NicRow[] {
  const { domain, networks = [] } = templateOf(vm);
  return (domain.devices.interfaces ?? []).map((card) => ({
    name: card.name,
    model: card.model ?? 'virtio',
    network: networks.find(({ name }) => name === card.name)?.multus?.networkName ?? MANAGEMENT_NETWORK,
    binding: card.bridge === undefined ? 'masquerade' : 'bridge',
    macAddress: card.macAddress ?? '',
  }));
}

function stringList(text: string | undefined): string[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
