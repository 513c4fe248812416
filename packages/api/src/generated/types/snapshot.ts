// Generated from the facts of the API by `npm run generate`; edits are overwritten.
import type { Kind } from '../../kind.js';
import type { ObjectMeta } from '../../object.js';
import type { IntOrString } from '../../scalars.js';

export interface Source {
  persistentVolumeClaimName?: string;
  volumeSnapshotContentName?: string;
}

export interface VolumeSnapshotSpec {
  source: Source;
  volumeSnapshotClassName?: string;
}

export interface StatusError {
  message?: string;
  time?: string;
}

export interface VolumeSnapshotStatus {
  boundVolumeSnapshotContentName?: string;
  creationTime?: string;
  error?: StatusError;
  readyToUse?: boolean;
  restoreSize?: IntOrString;
  volumeGroupSnapshotName?: string;
}

/** snapshot.storage.k8s.io/v1 VolumeSnapshot. */
export interface VolumeSnapshot {
  apiVersion: 'snapshot.storage.k8s.io/v1';
  kind: 'VolumeSnapshot';
  metadata: ObjectMeta;
  spec: VolumeSnapshotSpec;
  status?: VolumeSnapshotStatus;
}

export const volumeSnapshots: Kind<VolumeSnapshot> = { group: 'snapshot.storage.k8s.io', version: 'v1', kind: 'VolumeSnapshot', plural: 'volumesnapshots', namespaced: true };

/** snapshot.storage.k8s.io/v1 VolumeSnapshotClass. */
export interface VolumeSnapshotClass {
  apiVersion: 'snapshot.storage.k8s.io/v1';
  kind: 'VolumeSnapshotClass';
  metadata: ObjectMeta;
  deletionPolicy: 'Delete' | 'Retain';
  driver: string;
  parameters?: Record<string, string>;
}

export const volumeSnapshotClasses: Kind<VolumeSnapshotClass> = { group: 'snapshot.storage.k8s.io', version: 'v1', kind: 'VolumeSnapshotClass', plural: 'volumesnapshotclasses', namespaced: false };

export interface SpecSource {
  snapshotHandle?: string;
  volumeHandle?: string;
}

export interface VolumeSnapshotRef {
  apiVersion?: string;
  fieldPath?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  resourceVersion?: string;
  uid?: string;
}

export interface VolumeSnapshotContentSpec {
  deletionPolicy: 'Delete' | 'Retain';
  driver: string;
  source: SpecSource;
  sourceVolumeMode?: string;
  volumeSnapshotClassName?: string;
  volumeSnapshotRef: VolumeSnapshotRef;
}

export interface VolumeSnapshotContentStatus {
  creationTime?: number;
  error?: StatusError;
  readyToUse?: boolean;
  restoreSize?: number;
  snapshotHandle?: string;
  volumeGroupSnapshotHandle?: string;
}

/** snapshot.storage.k8s.io/v1 VolumeSnapshotContent. */
export interface VolumeSnapshotContent {
  apiVersion: 'snapshot.storage.k8s.io/v1';
  kind: 'VolumeSnapshotContent';
  metadata: ObjectMeta;
  spec: VolumeSnapshotContentSpec;
  status?: VolumeSnapshotContentStatus;
}

export const volumeSnapshotContents: Kind<VolumeSnapshotContent> = { group: 'snapshot.storage.k8s.io', version: 'v1', kind: 'VolumeSnapshotContent', plural: 'volumesnapshotcontents', namespaced: false };

