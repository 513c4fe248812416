import type { PersistentVolumeClaim, StorageClass, Stored, VirtualMachineInstance } from '@drover/api';
import type { Informer } from '@drover/client';
import type { ConvertOptions, Layer } from '@drover/qemu';
import type { ImageFiles } from '../image/files.js';
import { imageUidOf } from '../image/storage-class.js';
import type { Machines, RunningMachine } from '../machine/machines.js';
import type { VolumeFiles } from './files.js';

/** What QEMU's tools do for volumes. Paths are ours. */
export interface VolumeTools {
  createBlank(path: string, sizeBytes: number): Promise<void>;
  /** Refused when the base is larger than `sizeBytes`. */
  createOverlay(path: string, base: Layer, sizeBytes: number): Promise<void>;
  resize(disk: Layer, sizeBytes: number): Promise<void>;
  truncate(disk: Layer, sizeBytes: number): Promise<void>;
  virtualSize(disk: Layer): Promise<number>;
  snapshots(disk: Layer): Promise<readonly string[]>;
  createSnapshot(disk: Layer, name: string): Promise<void>;
  deleteSnapshot(disk: Layer, name: string): Promise<void>;
  convert(source: Layer, destination: string, options?: ConvertOptions): Promise<void>;
}

/** What a claim's bytes lie in is gone from this host; the message says which file. */
export class VolumeLost extends Error {
  override readonly name = 'VolumeLost';
}

/** What volumes are found by. */
export interface VolumesOptions {
  readonly instances: Informer<VirtualMachineInstance>;
  readonly storageClasses: Informer<StorageClass>;
  readonly machines: Pick<Machines, 'get'>;
  readonly imageFiles: ImageFiles;
  readonly volumeFiles: VolumeFiles;
  readonly tools: VolumeTools;
}

/** The machine that has a volume open, and what it calls it. */
interface Holder {
  readonly machine: RunningMachine;
  readonly disk: string;
  readonly readOnly: boolean;
}

/** The volume of a claim: by the claim's own uid, never by `spec.volumeName`, which its user may write. */
export const volumeNameOf = ({ metadata }: Stored<PersistentVolumeClaim>): string => `pvc-${metadata.uid}`;

/** Names of the claims of an instance's volumes. */
export const claimsOf = ({ spec }: VirtualMachineInstance): string[] =>
  (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName],
  );

/** The file of a claim, with the image it lies on. @throws VolumeLost */
export async function volumeLayer(
  claim: Stored<PersistentVolumeClaim>,
  { storageClasses, imageFiles, volumeFiles }: Pick<VolumesOptions, 'storageClasses' | 'imageFiles' | 'volumeFiles'>,
): Promise<Layer> {
  const { namespace, name } = claim.metadata;
  const volumeName = volumeNameOf(claim);
  if (!(await volumeFiles.exists(volumeName)))
    throw new VolumeLost(`the file of volume ${namespace}/${name} is gone from this host`);
  const layer = { path: volumeFiles.path(volumeName), format: 'qcow2' as const };
  const imageUid = imageUidOf(storageClasses.get(undefined, claim.spec?.storageClassName ?? '') ?? {});
  if (imageUid === undefined) return layer;
  const image = await imageFiles.find(imageUid);
  if (image === undefined)
    throw new VolumeLost(`the image that volume ${namespace}/${name} was made from is gone from this host`);
  return { ...layer, backing: image };
}

/**
 * What is done to the volumes of claims, whether a machine has them open or not: QEMU does it to a disk of its own, QEMU's
 * tools to one that nobody uses. Everything throws VolumeLost, and what QEMU says when it refuses.
 */
export class Volumes {
  constructor(readonly options: VolumesOptions) {}

  /** The file of a claim. */
  layer(claim: Stored<PersistentVolumeClaim>): Promise<Layer> {
    return volumeLayer(claim, this.options);
  }

  /** How large a claim's volume is to its guest, in bytes. */
  async virtualSize(claim: Stored<PersistentVolumeClaim>): Promise<number> {
    return this.options.tools.virtualSize(await this.layer(claim));
  }

  /** Makes a volume larger; a guest that has it is told. */
  async grow(claim: Stored<PersistentVolumeClaim>, bytes: number): Promise<void> {
    const holder = await this.#holder(claim);
    if (holder === undefined) await this.options.tools.resize(await this.layer(claim), bytes);
    else await holder.machine.resizeDisk(holder.disk, bytes);
  }

  /** The snapshots inside a volume. */
  async snapshots(claim: Stored<PersistentVolumeClaim>): Promise<readonly string[]> {
    return this.options.tools.snapshots(await this.layer(claim));
  }

  /** Takes a snapshot inside a volume. */
  snapshot(claim: Stored<PersistentVolumeClaim>, name: string): Promise<void> {
    return this.snapshotAll([claim], name);
  }

  /** Takes a snapshot inside each of the volumes: at one moment, as far as one machine has them open. */
  async snapshotAll(claims: readonly Stored<PersistentVolumeClaim>[], name: string): Promise<void> {
    const held = await Promise.all(claims.map(async (claim) => ({ claim, holder: await this.#holder(claim) })));
    const machines = new Set(held.flatMap(({ holder }) => holder?.machine ?? []));
    for (const machine of machines) {
      const disks = held.flatMap(({ holder }) => (holder?.machine === machine ? [holder.disk] : []));
      await machine.snapshotDisks(disks, name);
    }
    for (const { claim, holder } of held) {
      if (holder === undefined) await this.options.tools.createSnapshot(await this.layer(claim), name);
    }
  }

  /** Removes a snapshot from inside a volume; one that is not there is as good as removed. */
  async deleteSnapshot(claim: Stored<PersistentVolumeClaim>, name: string): Promise<void> {
    if (!(await this.snapshots(claim)).includes(name)) return;
    const holder = await this.#holder(claim);
    if (holder === undefined) await this.options.tools.deleteSnapshot(await this.layer(claim), name);
    else await holder.machine.deleteSnapshot(holder.disk, name);
  }

  /**
   * Copies what a volume is now into a new file. The copy is made from a snapshot of its own, so that the machine may go on,
   * start and stop meanwhile.
   *
   * @param copy tells this copy from others of the same volume.
   */
  async copy(
    claim: Stored<PersistentVolumeClaim>,
    copy: string,
    destination: string,
    options: Omit<ConvertOptions, 'snapshot'> = {},
  ): Promise<void> {
    const name = `copy-${copy}`;
    // Nobody writes to a medium in a drive, nor can a snapshot be taken inside it.
    if ((await this.#holder(claim))?.readOnly === true) {
      return this.options.tools.convert(await this.layer(claim), destination, { ...options, shared: true });
    }
    // An attempt that was cut off left one of an earlier moment.
    await this.deleteSnapshot(claim, name);
    await this.snapshot(claim, name);
    try {
      await this.copySnapshot(claim, name, destination, options);
    } finally {
      await this.deleteSnapshot(claim, name);
    }
  }

  /** Copies what a volume was when a snapshot inside it was taken into a new file. */
  async copySnapshot(
    claim: Stored<PersistentVolumeClaim>,
    snapshot: string,
    destination: string,
    options: Omit<ConvertOptions, 'snapshot'> = {},
  ): Promise<void> {
    await this.options.tools.convert(await this.layer(claim), destination, { ...options, snapshot });
  }

  async #holder(claim: Stored<PersistentVolumeClaim>): Promise<Holder | undefined> {
    const { namespace, name } = claim.metadata;
    for (const { metadata, spec } of this.options.instances.list(namespace)) {
      const volume = spec.volumes?.find((one) => one.persistentVolumeClaim?.claimName === name);
      const machine = volume === undefined ? undefined : this.options.machines.get(metadata.uid);
      if (volume === undefined || machine === undefined) continue;
      const blocks = await machine.blocks();
      // A disk that is still to be plugged in, or a drive whose medium is, is nobody's yet.
      if (!blocks.some(({ disk, format }) => disk === volume.name && format !== undefined)) continue;
      const readOnly = spec.domain.devices.disks?.some((disk) => disk.name === volume.name && disk.cdrom) === true;
      return { machine, disk: volume.name, readOnly };
    }
    return undefined;
  }
}
