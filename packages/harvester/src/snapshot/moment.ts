import type { Stored, VolumeSnapshot } from '@drover/api';

/** The kind of the object that takes the snapshots of all disks of a machine at one moment. */
const BACKUP = 'VirtualMachineBackup';

/** What the snapshots that a machine's backup takes are called inside the volumes. */
export const backupMoment = (uid: string): string => `backup-${uid}`;

/** The backup of a machine that a snapshot belongs to, by uid. */
export const backupOf = ({ metadata }: Stored<VolumeSnapshot>): string | undefined =>
  metadata.ownerReferences?.find(({ kind, controller }) => kind === BACKUP && controller === true)?.uid;

/** What a snapshot is called inside its volume. */
export function momentOf(snapshot: Stored<VolumeSnapshot>): string {
  const backup = backupOf(snapshot);
  return backup === undefined ? `snapshot-${snapshot.metadata.uid}` : backupMoment(backup);
}
