import type { Stored, VirtualMachineInstance } from '@drover/api';
import { parseUnits } from '@drover/kit';
import type { Layer } from '@drover/qemu';
import type { RunningMachine } from '../machine/machines.js';
import { guestBytes, vcpus } from '../vm/sizing.js';
import { drive } from './describe.js';

/** What a running machine has now, as far as it may change while it runs. */
export interface Observed {
  /** Disks that are plugged in, and drives with what is in them. */
  readonly disks: readonly string[];
  /** Memory the guest has taken beside what it booted with, in bytes. */
  readonly hotMemory: bigint;
  readonly processors: number | undefined;
}

/**
 * Makes a running machine what its instance says, as far as that may change while it runs: see `liveSpec`. Does nothing where
 * nothing differs, so that it can be done again at any time.
 *
 * @param layer the file of a volume of the instance, by name.
 * @returns what the machine has then.
 * @throws ClaimNotReady, CannotRun from `layer`; what QEMU says when it refuses.
 */
export async function followSpec(
  instance: Stored<VirtualMachineInstance>,
  machine: RunningMachine,
  layer: (volume: string) => Promise<Layer>,
): Promise<Observed> {
  await followDisks(instance, machine, layer);
  await followProcessors(instance, machine);
  const { domain } = instance.spec;
  const atBoot = instance.status?.memory?.guestAtBoot;
  const hot = domain.memory?.maxGuest === undefined ? undefined : await machine.hotMemory();
  const wanted = guestBytes(domain) ?? 0n;
  if (hot !== undefined && atBoot !== undefined)
    await machine.requestMemory(Number(wanted - parseUnits(String(atBoot))));
  return {
    disks: await present(machine),
    hotMemory: BigInt((hot === undefined ? undefined : await machine.hotMemory()) ?? 0),
    processors: mayGrow(instance) ? (await machine.processors()).present : undefined,
  };
}

const mayGrow = ({ spec }: VirtualMachineInstance): boolean => {
  const { sockets = 1, maxSockets = sockets } = spec.domain.cpu ?? {};
  return maxSockets > sockets || sockets > 1;
};

async function followProcessors(instance: VirtualMachineInstance, machine: RunningMachine): Promise<void> {
  if (!mayGrow(instance)) return;
  const wanted = vcpus(instance.spec.domain);
  const { present: has, possible } = await machine.processors();
  if (has < wanted && wanted <= possible) await machine.plugProcessors(wanted);
}

async function followDisks(
  instance: Stored<VirtualMachineInstance>,
  machine: RunningMachine,
  layer: (volume: string) => Promise<Layer>,
): Promise<void> {
  const { domain, volumes = [] } = instance.spec;
  const disks = domain.devices.disks ?? [];
  const has = await machine.blocks();
  for (const { disk: name } of has) {
    if (!disks.some((disk) => disk.name === name)) await machine.detachDisk(name);
  }
  for (const disk of disks) {
    const volume = volumes.find(({ name }) => name === disk.name);
    const block = has.find((one) => one.disk === disk.name);
    if (disk.cdrom === undefined) {
      if (block !== undefined || volume?.persistentVolumeClaim === undefined) continue;
      const made = drive(disk, new Map([[disk.name, await layer(disk.name)]]));
      if (made !== undefined && made.media !== 'empty') await machine.attachDisk(made);
    } else if (block !== undefined) {
      const wanted = volume?.persistentVolumeClaim?.claimName;
      const inside = block.format === undefined ? undefined : insertedClaim(instance, disk.name);
      // What is in the drive and was made of documents stays.
      if (wanted === inside || (volume !== undefined && wanted === undefined)) continue;
      if (block.format !== undefined) await machine.ejectMedium(disk.name);
      if (wanted !== undefined) await machine.insertMedium(disk.name, await layer(disk.name));
    }
  }
}

/** The claim that a drive was last seen with. A drive that was never seen has what the machine was started with. */
function insertedClaim({ spec, status }: VirtualMachineInstance, drive: string): string | undefined {
  const seen = status?.volumeStatus?.find(({ name }) => name === drive);
  if (seen !== undefined) return seen.persistentVolumeClaimInfo?.claimName;
  return spec.volumes?.find(({ name }) => name === drive)?.persistentVolumeClaim?.claimName;
}

/** Disks that are there, and drives that have something in them. */
async function present(machine: RunningMachine): Promise<string[]> {
  return (await machine.blocks()).flatMap(({ disk, format }) => (format === undefined ? [] : [disk]));
}
