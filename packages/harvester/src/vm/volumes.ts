import { conflict, type PersistentVolumeClaim, type Stored, type VirtualMachine, virtualMachines } from '@drover/api';
import type { Client } from '@drover/client';
import { updateWithRetry } from '@drover/controller';
import { CLAIM_TEMPLATES } from './names.js';

/** A claim that becomes a disk of a machine while that may run. */
export interface AddedVolume {
  /** Of the disk and of the volume. */
  readonly name: string;
  readonly claimName: string;
  readonly serial?: string;
  readonly shareable?: boolean;
}

const SUBJECT = { group: 'kubevirt.io', plural: 'virtualmachine' };
const refusal = (name: string, why: string): Error => conflict(SUBJECT, name, why);

/** An entry of the annotation that names a machine's claims, as it stands there. */
interface Entry {
  readonly metadata: { readonly name: string };
}

/** The machine's claim templates with others in their place; what is not understood stays as it is. */
function withTemplates(vm: VirtualMachine, change: (entries: readonly Entry[]) => readonly object[]): VirtualMachine {
  // The annotation was admitted: it is a list of objects with names.
  const entries: Entry[] = JSON.parse(vm.metadata.annotations?.[CLAIM_TEMPLATES] ?? '[]');
  const annotations = { ...vm.metadata.annotations, [CLAIM_TEMPLATES]: JSON.stringify(change(entries)) };
  return { ...vm, metadata: { ...vm.metadata, annotations } };
}

/** The claim template that stands for a claim which exists. */
export const templateOf = ({ metadata, spec }: PersistentVolumeClaim): object => ({
  metadata: {
    name: metadata.name,
    ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
  },
  spec: {
    accessModes: spec?.accessModes,
    resources: { requests: spec?.resources?.requests },
    volumeMode: spec?.volumeMode,
    storageClassName: spec?.storageClassName,
  },
});

/** The machine with one more disk, on SCSI. @throws ApiError 409 when it has one of that name, in KubeVirt's words */
export function withVolume(vm: VirtualMachine, { name, claimName, serial, shareable }: AddedVolume): VirtualMachine {
  const changed = structuredClone(vm);
  const spec = changed.spec.template.spec;
  if (spec === undefined) return vm;
  const { devices } = spec.domain;
  if (spec.volumes?.some((volume) => volume.name === name) || devices.disks?.some((disk) => disk.name === name)) {
    throw refusal(
      vm.metadata.name ?? '',
      `Unable to add volume [${name}] because volume with that name already exists`,
    );
  }
  devices.disks = [
    ...(devices.disks ?? []),
    {
      name,
      disk: { bus: 'scsi' },
      ...(serial === undefined ? {} : { serial }),
      ...(shareable === true ? { shareable } : {}),
    },
  ];
  spec.volumes = [...(spec.volumes ?? []), { name, persistentVolumeClaim: { claimName, hotpluggable: true } }];
  return changed;
}

/** The machine without one of its hot-plugged disks. @throws ApiError 409 when it is none, in KubeVirt's words */
export function withoutVolume(vm: VirtualMachine, name: string): VirtualMachine {
  const changed = structuredClone(vm);
  const spec = changed.spec.template.spec;
  const volume = spec?.volumes?.find((one) => one.name === name);
  if (spec === undefined || volume === undefined) {
    throw refusal(vm.metadata.name ?? '', `Unable to remove volume [${name}] because it does not exist`);
  }
  if (volume.persistentVolumeClaim?.hotpluggable !== true) {
    throw refusal(vm.metadata.name ?? '', `Unable to remove volume [${name}] because it is not hotpluggable`);
  }
  spec.volumes = (spec.volumes ?? []).filter((one) => one !== volume);
  spec.domain.devices.disks = (spec.domain.devices.disks ?? []).filter((disk) => disk.name !== name);
  return withTemplates(changed, (entries) =>
    entries.filter(({ metadata }) => metadata.name !== volume.persistentVolumeClaim?.claimName),
  );
}

/** The machine with a claim in one of its empty CD-ROM drives, made by the machine from `template`. */
export function withMedium(vm: VirtualMachine, drive: string, claimName: string, template: object): VirtualMachine {
  const changed = structuredClone(vm);
  const spec = changed.spec.template.spec;
  if (
    spec === undefined ||
    !spec.domain.devices.disks?.some(({ name, cdrom }) => name === drive && cdrom !== undefined)
  ) {
    throw refusal(vm.metadata.name ?? '', `"${drive}" is not a CD-ROM drive of this machine`);
  }
  if (spec.volumes?.some(({ name }) => name === drive)) {
    throw refusal(vm.metadata.name ?? '', `the CD-ROM drive "${drive}" is not empty; eject what is in it first`);
  }
  spec.volumes = [...(spec.volumes ?? []), { name: drive, persistentVolumeClaim: { claimName, hotpluggable: true } }];
  return withTemplates(changed, (entries) => [...entries, template]);
}

/** The machine with a CD-ROM drive empty, and the claim that was in it. */
export function withoutMedium(
  vm: VirtualMachine,
  drive: string,
): { readonly vm: VirtualMachine; readonly claimName: string } {
  const changed = structuredClone(vm);
  const spec = changed.spec.template.spec;
  const isDrive = spec?.domain.devices.disks?.some(({ name, cdrom }) => name === drive && cdrom !== undefined) === true;
  const claimName = spec?.volumes?.find(({ name }) => name === drive)?.persistentVolumeClaim?.claimName;
  if (spec === undefined || !isDrive || claimName === undefined) {
    throw refusal(vm.metadata.name ?? '', `"${drive}" is not a CD-ROM drive with a volume in it`);
  }
  spec.volumes = (spec.volumes ?? []).filter(({ name }) => name !== drive);
  const without = withTemplates(changed, (entries) => entries.filter(({ metadata }) => metadata.name !== claimName));
  return { vm: without, claimName };
}

/** The machine with a claim template more. */
export const withTemplate = (vm: VirtualMachine, template: object): VirtualMachine =>
  withTemplates(vm, (entries) => [...entries, template]);

/** Changes a machine as it is now. @returns it as it was written. */
export function changeMachine(
  client: Client,
  { metadata }: Stored<VirtualMachine>,
  change: (vm: VirtualMachine) => VirtualMachine,
): Promise<Stored<VirtualMachine>> {
  const { namespace, name } = metadata;
  return updateWithRetry(client, virtualMachines, { namespace, name }, change);
}
