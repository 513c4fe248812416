import type { VirtualMachineInstance } from '@drover/api';
import type { Disk, DomainSpec, VirtualMachineInstanceSpec, Volume } from '@drover/api/types/kubevirt';
import { parseUnits } from '@drover/kit';

/** A volume that may come and go while its machine runs: a claim, said to be so. */
export const isHotpluggable = ({ persistentVolumeClaim }: Volume): boolean =>
  persistentVolumeClaim?.hotpluggable === true;

/** A disk that can be plugged in and out: SCSI alone needs no free slot. */
const isHotDisk = ({ disk }: Disk): boolean => disk?.bus === 'scsi';

/**
 * The spec of a running instance after what its machine's template changed and a running machine can follow:
 *
 *   change in the template                                | while it runs
 *   ------------------------------------------------------|-----------------------------------
 *   a hotpluggable SCSI disk comes, or goes               | plugged in, out
 *   the claim of a CD-ROM drive comes, goes or is another | inserted, ejected, exchanged
 *   more sockets, up to `maxSockets`                      | plugged in
 *   guest memory from what it booted with to `maxGuest`   | offered to the guest
 *   anything else                                         | at the next start (RestartRequired)
 */
export function liveSpec(
  template: VirtualMachineInstanceSpec,
  { spec, status }: Pick<VirtualMachineInstance, 'spec' | 'status'>,
): VirtualMachineInstanceSpec {
  const { disks, volumes } = liveVolumes(template, spec);
  const { cpu, memory } = spec.domain;
  const sockets = liveSockets(template.domain, spec.domain);
  const guest = liveMemory(template.domain, spec.domain, status?.memory?.guestAtBoot);
  return {
    ...spec,
    domain: {
      ...spec.domain,
      ...(sockets === undefined ? {} : { cpu: { ...cpu, sockets } }),
      ...(guest === undefined ? {} : { memory: { ...memory, guest } }),
      devices: { ...spec.domain.devices, ...(disks.length === 0 ? {} : { disks }) },
    },
    ...(volumes.length === 0 && spec.volumes === undefined ? {} : { volumes }),
  };
}

/** In the template's order, so that an instance that followed wholly equals it. */
function liveVolumes(
  template: VirtualMachineInstanceSpec,
  spec: VirtualMachineInstanceSpec,
): { readonly disks: Disk[]; readonly volumes: Volume[] } {
  const wantedDisks = template.domain.devices.disks ?? [];
  const wantedVolumes = template.volumes ?? [];
  const hasDisks = spec.domain.devices.disks ?? [];
  const hasVolumes = spec.volumes ?? [];
  const isDrive = (name: string): boolean => hasDisks.some((disk) => disk.name === name && disk.cdrom !== undefined);
  const wants = (name: string): boolean => wantedDisks.some((disk) => disk.name === name);
  const goes = ({ name }: { name: string }): boolean =>
    !wants(name) && hasVolumes.some((volume) => volume.name === name && isHotpluggable(volume));
  const comes = (disk: Disk): boolean =>
    isHotDisk(disk) && wantedVolumes.some((volume) => volume.name === disk.name && isHotpluggable(volume));
  const disks = [
    ...wantedDisks.flatMap((disk) => hasDisks.find(({ name }) => name === disk.name) ?? (comes(disk) ? disk : [])),
    ...hasDisks.filter((disk) => !wants(disk.name) && !goes(disk)),
  ];
  const isThere = (name: string): boolean => disks.some((disk) => disk.name === name);
  const volumes = [
    ...wantedVolumes.flatMap((volume) => {
      const has = hasVolumes.find(({ name }) => name === volume.name);
      if (isDrive(volume.name) && isMedium(volume) && (has === undefined || isMedium(has))) return volume;
      return has ?? (isThere(volume.name) && isHotpluggable(volume) ? volume : []);
    }),
    ...hasVolumes.filter((volume) => {
      if (wantedVolumes.some(({ name }) => name === volume.name)) return false;
      // An ejected medium leaves its drive; a disk that goes takes its volume along.
      return isThere(volume.name) && !(isDrive(volume.name) && isMedium(volume));
    }),
  ];
  return { disks, volumes };
}

const isMedium = ({ persistentVolumeClaim }: Volume): boolean => persistentVolumeClaim !== undefined;

function liveSockets(template: DomainSpec, { cpu }: DomainSpec): number | undefined {
  const { sockets = 1, maxSockets = sockets } = cpu ?? {};
  const wanted = template.cpu?.sockets ?? 1;
  return wanted > sockets && wanted <= maxSockets ? wanted : undefined;
}

function liveMemory(
  template: DomainSpec,
  { memory }: DomainSpec,
  atBoot: string | number | undefined,
): NonNullable<DomainSpec['memory']>['guest'] | undefined {
  const wanted = template.memory?.guest;
  const { guest, maxGuest } = memory ?? {};
  if (wanted === undefined || wanted === guest || maxGuest === undefined || atBoot === undefined) return undefined;
  const bytes = parseUnits(String(wanted));
  const fits = bytes >= parseUnits(String(atBoot)) && bytes <= parseUnits(String(maxGuest));
  return fits ? wanted : undefined;
}
