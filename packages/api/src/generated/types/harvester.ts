// Generated from the facts of the API by `npm run generate`; edits are overwritten.
import type { Kind } from '../../kind.js';
import type { ObjectMeta } from '../../object.js';
import type { DataSource, Pvc, VirtualMachineSpec } from './kubevirt.js';

export interface AddonSpec {
  chart: string;
  enabled: boolean;
  repo: string;
  valuesContent: string;
  version: string;
}

export interface Condition {
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  message?: string;
  reason?: string;
  status: string;
  type: string;
}

export interface AddonStatus {
  conditions?: Condition[];
  status?: string;
}

/** harvesterhci.io/v1beta1 Addon. */
export interface Addon {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'Addon';
  metadata: ObjectMeta;
  spec: AddonSpec;
  status?: AddonStatus;
}

export const addons: Kind<Addon> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'Addon', plural: 'addons', namespaced: true };

export interface KeyPairSpec {
  publicKey: string;
}

export interface KeyPairStatus {
  conditions?: Condition[];
  fingerPrint?: string;
}

/** harvesterhci.io/v1beta1 KeyPair. */
export interface KeyPair {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'KeyPair';
  metadata: ObjectMeta;
  spec: KeyPairSpec;
  status?: KeyPairStatus;
}

export const keyPairs: Kind<KeyPair> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'KeyPair', plural: 'keypairs', namespaced: true };

/** harvesterhci.io/v1beta1 Preference. */
export interface HarvesterPreference {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'Preference';
  metadata: ObjectMeta;
  value: string;
}

export const harvesterPreferences: Kind<HarvesterPreference> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'Preference', plural: 'preferences', namespaced: true };

export interface SnapshotLimit {
  namespaceTotalSnapshotSizeQuota?: number;
  vmTotalSnapshotSizeQuota?: Record<string, number>;
}

export interface HarvesterResourceQuotaSpec {
  snapshotLimit?: SnapshotLimit;
}

export interface SnapshotLimitStatus {
  namespaceTotalSnapshotSizeUsage?: number;
  vmTotalSnapshotSizeUsage?: Record<string, number>;
}

export interface HarvesterResourceQuotaStatus {
  snapshotLimitStatus?: SnapshotLimitStatus;
}

/** harvesterhci.io/v1beta1 ResourceQuota. */
export interface HarvesterResourceQuota {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'ResourceQuota';
  metadata: ObjectMeta;
  spec?: HarvesterResourceQuotaSpec;
  status?: HarvesterResourceQuotaStatus;
}

export const harvesterResourceQuotas: Kind<HarvesterResourceQuota> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true };

export interface Vmbackup {
  fsFreezeDeadline?: string;
  source: DataSource;
  type?: 'backup' | 'snapshot';
}

export interface ScheduleVMBackupSpec {
  cron: string;
  maxFailure: number;
  retain: number;
  suspend?: boolean;
  vmbackup: Vmbackup;
}

export interface VmbackupInfoError {
  message?: string;
  time?: string;
}

export interface VolumeBackupInfo {
  error?: VmbackupInfoError;
  name?: string;
  readyToUse?: boolean;
}

export interface VmbackupInfo {
  error?: VmbackupInfoError;
  name?: string;
  readyToUse?: boolean;
  volumeBackupInfo?: VolumeBackupInfo[];
}

export interface ScheduleVMBackupStatus {
  conditions?: Condition[];
  failure?: number;
  suspended?: boolean;
  vmbackupInfo?: VmbackupInfo[];
}

/** harvesterhci.io/v1beta1 ScheduleVMBackup. */
export interface ScheduleVMBackup {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'ScheduleVMBackup';
  metadata: ObjectMeta;
  spec: ScheduleVMBackupSpec;
  status?: ScheduleVMBackupStatus;
}

export const scheduleVMBackups: Kind<ScheduleVMBackup> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'ScheduleVMBackup', plural: 'schedulevmbackups', namespaced: true };

export interface HarvesterSettingStatus {
  conditions?: Condition[];
}

/** harvesterhci.io/v1beta1 Setting. */
export interface HarvesterSetting {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'Setting';
  metadata: ObjectMeta;
  customized?: boolean;
  default?: string;
  source?: string;
  status?: HarvesterSettingStatus;
  value?: string;
}

export const harvesterSettings: Kind<HarvesterSetting> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'Setting', plural: 'settings', namespaced: false };

export interface SupportBundleSpec {
  description: string;
  expiration?: number;
  extraCollectionNamespaces?: string[];
  issueURL?: string;
  nodeTimeout?: number;
  timeout?: number;
}

export interface SupportBundleStatus {
  conditions?: Condition[];
  filename?: string;
  filesize?: number;
  progress?: number;
  state?: string;
}

/** harvesterhci.io/v1beta1 SupportBundle. */
export interface SupportBundle {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'SupportBundle';
  metadata: ObjectMeta;
  spec: SupportBundleSpec;
  status?: SupportBundleStatus;
}

export const supportBundles: Kind<SupportBundle> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'SupportBundle', plural: 'supportbundles', namespaced: true };

export interface UpgradeLogSpec {
  upgradeName: string;
}

export interface Archive {
  generatedTime?: string;
  ready?: boolean;
  reason?: string;
  size?: number;
}

export interface UpgradeLogStatus {
  archives?: Record<string, Archive>;
  conditions?: Condition[];
}

/** harvesterhci.io/v1beta1 UpgradeLog. */
export interface UpgradeLog {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'UpgradeLog';
  metadata: ObjectMeta;
  spec: UpgradeLogSpec;
  status?: UpgradeLogStatus;
}

export const upgradeLogs: Kind<UpgradeLog> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'UpgradeLog', plural: 'upgradelogs', namespaced: true };

export interface HarvesterUpgradeSpec {
  image?: string;
  logEnabled?: boolean;
  upgradeImage?: string;
  version?: string;
}

export interface NodeStatus {
  message?: string;
  reason?: string;
  state?: string;
}

export interface HarvesterUpgradeStatus {
  conditions?: Condition[];
  imageID?: string;
  nodeStatuses?: Record<string, NodeStatus>;
  previousVersion?: string;
  repoInfo?: string;
  singleNode?: string;
  upgradeLog?: string;
}

/** harvesterhci.io/v1beta1 Upgrade. */
export interface HarvesterUpgrade {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'Upgrade';
  metadata: ObjectMeta;
  spec: HarvesterUpgradeSpec;
  status?: HarvesterUpgradeStatus;
}

export const harvesterUpgrades: Kind<HarvesterUpgrade> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'Upgrade', plural: 'upgrades', namespaced: true };

export interface HarvesterVersionSpec {
  isoChecksum?: string;
  isoURL: string;
  minUpgradableVersion?: string;
  releaseDate?: string;
  tags?: string[];
}

/** harvesterhci.io/v1beta1 Version. */
export interface HarvesterVersion {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'Version';
  metadata: ObjectMeta;
  spec: HarvesterVersionSpec;
}

export const harvesterVersions: Kind<HarvesterVersion> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'Version', plural: 'versions', namespaced: true };

export interface BackupTarget {
  bucketName?: string;
  bucketRegion?: string;
  endpoint?: string;
}

export interface SecretBackup {
  data?: Record<string, string>;
  name: string;
}

export interface StatusSource {
  metadata?: ObjectMeta;
  spec?: VirtualMachineSpec;
}

export interface VolumeBackupPersistentVolumeClaim {
  metadata?: ObjectMeta;
  spec?: Pvc;
}

export interface VolumeBackup {
  creationTime?: string;
  csiDriverName: string;
  error?: VmbackupInfoError;
  longhornBackupName?: string;
  name?: string;
  persistentVolumeClaim: VolumeBackupPersistentVolumeClaim;
  progress?: number;
  readyToUse?: boolean;
  volumeName: string;
  volumeSize?: number;
}

export interface VirtualMachineBackupStatus {
  backupTarget?: BackupTarget;
  conditions?: Condition[];
  creationTime?: string;
  csiDriverVolumeSnapshotClassNames?: Record<string, string>;
  error?: VmbackupInfoError;
  progress?: number;
  readyToUse?: boolean;
  secretBackups?: SecretBackup[];
  source?: StatusSource;
  sourceUID?: string;
  volumeBackups?: VolumeBackup[];
}

/** harvesterhci.io/v1beta1 VirtualMachineBackup. */
export interface VirtualMachineBackup {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VirtualMachineBackup';
  metadata: ObjectMeta;
  spec: Vmbackup;
  status?: VirtualMachineBackupStatus;
}

export const virtualMachineBackups: Kind<VirtualMachineBackup> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VirtualMachineBackup', plural: 'virtualmachinebackups', namespaced: true };

export interface VirtualMachineImageDownloaderSpec {
  compressType?: 'qcow2';
  imageName: string;
}

export interface StatusCondition {
  lastTransitionTime: string;
  message?: string;
  reason?: string;
  status: string;
  type: string;
}

export interface VirtualMachineImageDownloaderStatus {
  conditions?: StatusCondition[];
  downloadUrl?: string;
  status?: 'Progressing' | 'Ready';
}

/** harvesterhci.io/v1beta1 VirtualMachineImageDownloader. */
export interface VirtualMachineImageDownloader {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VirtualMachineImageDownloader';
  metadata: ObjectMeta;
  spec: VirtualMachineImageDownloaderSpec;
  status?: VirtualMachineImageDownloaderStatus;
}

export const virtualMachineImageDownloaders: Kind<VirtualMachineImageDownloader> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VirtualMachineImageDownloader', plural: 'virtualmachineimagedownloaders', namespaced: true };

export interface SecurityParameters {
  cryptoOperation: 'encrypt' | 'decrypt';
  sourceImageName: string;
  sourceImageNamespace: string;
}

export interface VirtualMachineImageSpec {
  backend?: 'backingimage' | 'cdi';
  checksum?: string;
  description?: string;
  displayName: string;
  pvcName?: string;
  pvcNamespace?: string;
  retry?: number;
  securityParameters?: SecurityParameters;
  sourceType: 'download' | 'upload' | 'export-from-volume' | 'restore' | 'clone';
  storageClassParameters?: Record<string, string>;
  targetStorageClassName?: string;
  url?: string;
}

export interface VirtualMachineImageStatus {
  appliedUrl?: string;
  backupTarget?: BackupTarget;
  conditions?: Condition[];
  failed?: number;
  lastFailedTime?: string;
  progress?: number;
  size?: number;
  storageClassName?: string;
  targetStorageClassName?: string;
  virtualSize?: number;
}

/** harvesterhci.io/v1beta1 VirtualMachineImage. */
export interface VirtualMachineImage {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VirtualMachineImage';
  metadata: ObjectMeta;
  spec: VirtualMachineImageSpec;
  status?: VirtualMachineImageStatus;
}

export const virtualMachineImages: Kind<VirtualMachineImage> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VirtualMachineImage', plural: 'virtualmachineimages', namespaced: true };

export interface VirtualMachineRestoreSpec {
  deletionPolicy?: string;
  haltAfterRestore?: boolean;
  keepMacAddress?: boolean;
  newVM?: boolean;
  target: DataSource;
  virtualMachineBackupName: string;
  virtualMachineBackupNamespace: string;
}

export interface Restore {
  longhornEngineName?: string;
  persistentVolumeClaimSpec?: VolumeBackupPersistentVolumeClaim;
  progress?: number;
  volumeBackupName?: string;
  volumeName?: string;
  volumeSize?: number;
}

export interface VirtualMachineRestoreStatus {
  complete?: boolean;
  conditions?: Condition[];
  deletedVolumes?: string[];
  progress?: number;
  restoreTime?: string;
  restores?: Restore[];
  targetUID?: string;
}

/** harvesterhci.io/v1beta1 VirtualMachineRestore. */
export interface VirtualMachineRestore {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VirtualMachineRestore';
  metadata: ObjectMeta;
  spec: VirtualMachineRestoreSpec;
  status?: VirtualMachineRestoreStatus;
}

export const virtualMachineRestores: Kind<VirtualMachineRestore> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VirtualMachineRestore', plural: 'virtualmachinerestores', namespaced: true };

export interface VirtualMachineTemplateSpec {
  defaultVersionId?: string;
  description?: string;
}

export interface VirtualMachineTemplateStatus {
  defaultVersion?: number;
  latestVersion?: number;
}

/** harvesterhci.io/v1beta1 VirtualMachineTemplate. */
export interface VirtualMachineTemplate {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VirtualMachineTemplate';
  metadata: ObjectMeta;
  spec?: VirtualMachineTemplateSpec;
  status?: VirtualMachineTemplateStatus;
}

export const virtualMachineTemplates: Kind<VirtualMachineTemplate> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VirtualMachineTemplate', plural: 'virtualmachinetemplates', namespaced: true };

export interface VirtualMachineTemplateVersionSpec {
  description?: string;
  imageId?: string;
  keyPairIds?: string[];
  templateId: string;
  vm?: StatusSource;
}

export interface VirtualMachineTemplateVersionStatus {
  conditions?: Condition[];
  version?: number;
}

/** harvesterhci.io/v1beta1 VirtualMachineTemplateVersion. */
export interface VirtualMachineTemplateVersion {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VirtualMachineTemplateVersion';
  metadata: ObjectMeta;
  spec: VirtualMachineTemplateVersionSpec;
  status?: VirtualMachineTemplateVersionStatus;
}

export const virtualMachineTemplateVersions: Kind<VirtualMachineTemplateVersion> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VirtualMachineTemplateVersion', plural: 'virtualmachinetemplateversions', namespaced: true };

export interface VolumeRemoteBackupSpec {
  source: string;
  type: 'lh';
}

export interface VolumeRemoteBackupStatus {
  conditions?: Condition[];
  csiProvider?: string;
  handle?: string;
  sourceSpec?: Pvc;
  success?: boolean;
}

/** harvesterhci.io/v1beta1 VolumeRemoteBackup. */
export interface VolumeRemoteBackup {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VolumeRemoteBackup';
  metadata: ObjectMeta;
  spec: VolumeRemoteBackupSpec;
  status?: VolumeRemoteBackupStatus;
}

export const volumeRemoteBackups: Kind<VolumeRemoteBackup> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VolumeRemoteBackup', plural: 'volumeremotebackups', namespaced: true };

export interface VolumeRemoteRestoreSpec {
  from: string;
  type: 'lh';
}

export interface VolumeRemoteRestoreStatus {
  conditions?: Condition[];
  success?: boolean;
}

/** harvesterhci.io/v1beta1 VolumeRemoteRestore. */
export interface VolumeRemoteRestore {
  apiVersion: 'harvesterhci.io/v1beta1';
  kind: 'VolumeRemoteRestore';
  metadata: ObjectMeta;
  spec: VolumeRemoteRestoreSpec;
  status?: VolumeRemoteRestoreStatus;
}

export const volumeRemoteRestores: Kind<VolumeRemoteRestore> = { group: 'harvesterhci.io', version: 'v1beta1', kind: 'VolumeRemoteRestore', plural: 'volumeremoterestores', namespaced: true };

