import type { VolumeSnapshotClass } from '@drover/api';
import { PROVISIONER } from '../bootstrap/storage.js';

/** The class of snapshots that stay inside their volume: Harvester's name for it. */
export const DEFAULT_SNAPSHOT_CLASS = 'longhorn-snapshot';

/** The classes that Harvester has: snapshots inside the volume, and backups on a remote target, which are refused by name. */
export function snapshotClasses(): VolumeSnapshotClass[] {
  const types = [
    [DEFAULT_SNAPSHOT_CLASS, 'snap'],
    ['longhorn', 'bak'],
  ] as const;
  return types.map(([name, type]) => ({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name },
    driver: PROVISIONER,
    deletionPolicy: 'Delete',
    parameters: { type },
  }));
}
