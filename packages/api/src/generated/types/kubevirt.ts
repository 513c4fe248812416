// Generated from the facts of the API by `npm run generate`; edits are overwritten.
import type { Kind } from '../../kind.js';
import type { JsonObject, ObjectMeta } from '../../object.js';
import type { IntOrString } from '../../scalars.js';

export interface QemuGuestAgent {
  users: string[];
}

export interface PropagationMethod {
  configDrive?: JsonObject;
  noCloud?: JsonObject;
  qemuGuestAgent?: QemuGuestAgent;
}

export interface Secret {
  secretName: string;
}

export interface Source {
  secret?: Secret;
}

export interface SshPublicKey {
  propagationMethod: PropagationMethod;
  source: Source;
}

export interface UserPasswordPropagationMethod {
  qemuGuestAgent?: JsonObject;
}

export interface UserPassword {
  propagationMethod: UserPasswordPropagationMethod;
  source: Source;
}

export interface AccessCredential {
  sshPublicKey?: SshPublicKey;
  userPassword?: UserPassword;
}

export interface MatchExpression {
  key: string;
  operator: string;
  values?: string[];
}

export interface Preference {
  matchExpressions?: MatchExpression[];
  matchFields?: MatchExpression[];
}

export interface PreferredDuringSchedulingIgnoredDuringExecution {
  preference: Preference;
  weight: number;
}

export interface RequiredDuringSchedulingIgnoredDuringExecution {
  nodeSelectorTerms: Preference[];
}

export interface NodeAffinity {
  preferredDuringSchedulingIgnoredDuringExecution?: PreferredDuringSchedulingIgnoredDuringExecution[];
  requiredDuringSchedulingIgnoredDuringExecution?: RequiredDuringSchedulingIgnoredDuringExecution;
}

export interface LabelSelector {
  matchExpressions?: MatchExpression[];
  matchLabels?: Record<string, string>;
}

export interface PodAffinityTerm {
  labelSelector?: LabelSelector;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
  namespaceSelector?: LabelSelector;
  namespaces?: string[];
  topologyKey: string;
}

export interface PodAffinityPreferredDuringSchedulingIgnoredDuringExecution {
  podAffinityTerm: PodAffinityTerm;
  weight: number;
}

export interface PodAffinity {
  preferredDuringSchedulingIgnoredDuringExecution?: PodAffinityPreferredDuringSchedulingIgnoredDuringExecution[];
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
}

export interface Affinity {
  nodeAffinity?: NodeAffinity;
  podAffinity?: PodAffinity;
  podAntiAffinity?: PodAffinity;
}

export interface Option {
  name?: string;
  value?: string;
}

export interface DnsConfig {
  nameservers?: string[];
  options?: Option[];
  searches?: string[];
}

export interface Chassis {
  asset?: string;
  manufacturer?: string;
  serial?: string;
  sku?: string;
  version?: string;
}

export interface Feature {
  name: string;
  policy?: string;
}

export interface Numa {
  guestMappingPassthrough?: JsonObject;
}

export interface Realtime {
  mask?: string;
}

export interface CPU {
  cores?: number;
  dedicatedCpuPlacement?: boolean;
  features?: Feature[];
  isolateEmulatorThread?: boolean;
  maxSockets?: number;
  model?: string;
  numa?: Numa;
  realtime?: Realtime;
  sockets?: number;
  threads?: number;
}

export interface Custom {
  discardGranularity?: number;
  logical?: number;
  physical?: number;
}

export interface MatchVolume {
  enabled?: boolean;
}

export interface BlockSize {
  custom?: Custom;
  matchVolume?: MatchVolume;
}

export interface CDRomTarget {
  bus?: string;
  readonly?: boolean;
  tray?: string;
}

export interface DiskTarget {
  bus?: string;
  pciAddress?: string;
  readonly?: boolean;
}

export interface LunTarget {
  bus?: string;
  readonly?: boolean;
  reservation?: boolean;
}

export interface Disk {
  blockSize?: BlockSize;
  bootOrder?: number;
  cache?: string;
  cdrom?: CDRomTarget;
  changedBlockTracking?: boolean;
  dedicatedIOThread?: boolean;
  disk?: DiskTarget;
  errorPolicy?: string;
  io?: string;
  lun?: LunTarget;
  name: string;
  serial?: string;
  shareable?: boolean;
  tag?: string;
}

export interface Filesystem {
  name: string;
  virtiofs: JsonObject;
}

export interface Display {
  enabled?: boolean;
  ramFB?: MatchVolume;
}

export interface VirtualGPUOptions {
  display?: Display;
}

export interface Gpus {
  claimName?: string;
  deviceName?: string;
  name: string;
  requestName?: string;
  tag?: string;
  virtualGPUOptions?: VirtualGPUOptions;
}

export interface HostDevice {
  claimName?: string;
  deviceName?: string;
  name: string;
  requestName?: string;
  tag?: string;
}

export interface Input {
  bus?: string;
  name: string;
  type: string;
}

export interface Binding {
  name: string;
}

export interface PrivateOption {
  option: number;
  value: string;
}

export interface DhcpOptions {
  bootFileName?: string;
  ntpServers?: string[];
  privateOptions?: PrivateOption[];
  tftpServerName?: string;
}

export interface Port {
  name?: string;
  port: number;
  protocol?: string;
}

export interface Interface {
  acpiIndex?: number;
  binding?: Binding;
  bootOrder?: number;
  bridge?: JsonObject;
  dhcpOptions?: DhcpOptions;
  macAddress?: string;
  macvtap?: JsonObject;
  masquerade?: JsonObject;
  model?: string;
  name: string;
  passt?: JsonObject;
  passtBinding?: JsonObject;
  pciAddress?: string;
  ports?: Port[];
  slirp?: JsonObject;
  sriov?: JsonObject;
  state?: string;
  tag?: string;
}

export interface PanicDevice {
  model?: string;
}

export interface Sound {
  model?: string;
  name: string;
}

export interface Tpm {
  enabled?: boolean;
  persistent?: boolean;
}

export interface Video {
  type?: string;
}

export interface Diag288 {
  action?: string;
}

export interface Watchdog {
  diag288?: Diag288;
  i6300esb?: Diag288;
  name: string;
}

export interface Devices {
  autoattachGraphicsDevice?: boolean;
  autoattachInputDevice?: boolean;
  autoattachMemBalloon?: boolean;
  autoattachPodInterface?: boolean;
  autoattachSerialConsole?: boolean;
  autoattachVSOCK?: boolean;
  blockMultiQueue?: boolean;
  clientPassthrough?: JsonObject;
  disableHotplug?: boolean;
  disks?: Disk[];
  downwardMetrics?: JsonObject;
  filesystems?: Filesystem[];
  gpus?: Gpus[];
  hostDevices?: HostDevice[];
  inputs?: Input[];
  interfaces?: Interface[];
  logSerialConsole?: boolean;
  networkInterfaceMultiqueue?: boolean;
  panicDevices?: PanicDevice[];
  rng?: JsonObject;
  sound?: Sound;
  tpm?: Tpm;
  useVirtioTransitional?: boolean;
  video?: Video;
  watchdog?: Watchdog;
}

export interface Apic {
  enabled?: boolean;
  endOfInterrupt?: boolean;
}

export interface Spinlocks {
  enabled?: boolean;
  spinlocks?: number;
}

export interface Synictimer {
  direct?: MatchVolume;
  enabled?: boolean;
}

export interface Tlbflush {
  direct?: MatchVolume;
  enabled?: boolean;
  extended?: MatchVolume;
}

export interface Vendorid {
  enabled?: boolean;
  vendorid?: string;
}

export interface Hyperv {
  evmcs?: MatchVolume;
  frequencies?: MatchVolume;
  ipi?: MatchVolume;
  reenlightenment?: MatchVolume;
  relaxed?: MatchVolume;
  reset?: MatchVolume;
  runtime?: MatchVolume;
  spinlocks?: Spinlocks;
  synic?: MatchVolume;
  synictimer?: Synictimer;
  tlbflush?: Tlbflush;
  vapic?: MatchVolume;
  vendorid?: Vendorid;
  vpindex?: MatchVolume;
}

export interface Kvm {
  hidden?: boolean;
}

export interface Features {
  acpi?: MatchVolume;
  apic?: Apic;
  hyperv?: Hyperv;
  hypervPassthrough?: MatchVolume;
  kvm?: Kvm;
  pvspinlock?: MatchVolume;
  smm?: MatchVolume;
}

export interface Acpi {
  msdmNameRef?: string;
  slicNameRef?: string;
}

export interface Bios {
  useSerial?: boolean;
}

export interface Efi {
  persistent?: boolean;
  secureBoot?: boolean;
}

export interface Bootloader {
  bios?: Bios;
  efi?: Efi;
}

export interface Container {
  image: string;
  imagePullPolicy?: string;
  imagePullSecret?: string;
  initrdPath?: string;
  kernelPath?: string;
}

export interface KernelBoot {
  container?: Container;
  kernelArgs?: string;
}

export interface Firmware {
  acpi?: Acpi;
  bootloader?: Bootloader;
  kernelBoot?: KernelBoot;
  serial?: string;
  uuid?: string;
}

export interface IoThreads {
  supplementalPoolThreadCount?: number;
}

export interface Policy {
  encryptedState?: boolean;
}

export interface Sev {
  attestation?: JsonObject;
  dhCert?: string;
  policy?: Policy;
  session?: string;
}

export interface LaunchSecurity {
  sev?: Sev;
  snp?: JsonObject;
  tdx?: JsonObject;
}

export interface Hugepages {
  pageSize?: string;
}

export interface ReservedOverhead {
  addedOverhead?: IntOrString;
  memLock?: 'NotRequired' | 'Required';
}

export interface Memory {
  guest?: IntOrString;
  hugepages?: Hugepages;
  maxGuest?: IntOrString;
  reservedOverhead?: ReservedOverhead;
}

export interface ResourceRequirements {
  limits?: Record<string, IntOrString>;
  overcommitGuestOverhead?: boolean;
  requests?: Record<string, IntOrString>;
}

export interface DomainSpec {
  chassis?: Chassis;
  clock?: JsonObject;
  cpu?: CPU;
  devices: Devices;
  features?: Features;
  firmware?: Firmware;
  ioThreads?: IoThreads;
  ioThreadsPolicy?: string;
  launchSecurity?: LaunchSecurity;
  machine?: Video;
  memory?: Memory;
  rebootPolicy?: 'Reboot' | 'Terminate';
  resources?: ResourceRequirements;
}

export interface Exec {
  command?: string[];
}

export interface HttpHeader {
  name: string;
  value: string;
}

export interface HttpGet {
  host?: string;
  httpHeaders?: HttpHeader[];
  path?: string;
  port: IntOrString;
  scheme?: string;
}

export interface TcpSocket {
  host?: string;
  port: IntOrString;
}

export interface LivenessProbe {
  exec?: Exec;
  failureThreshold?: number;
  guestAgentPing?: JsonObject;
  httpGet?: HttpGet;
  initialDelaySeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  tcpSocket?: TcpSocket;
  timeoutSeconds?: number;
}

export interface Multus {
  default?: boolean;
  networkName: string;
}

export interface Pod {
  vmIPv6NetworkCIDR?: string;
  vmNetworkCIDR?: string;
}

export interface Network {
  multus?: Multus;
  name: string;
  pod?: Pod;
}

export interface ResourceClaim {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

export interface Toleration {
  effect?: string;
  key?: string;
  operator?: string;
  tolerationSeconds?: number;
  value?: string;
}

export interface TopologySpreadConstraint {
  labelSelector?: LabelSelector;
  matchLabelKeys?: string[];
  maxSkew: number;
  minDomains?: number;
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
  topologyKey: string;
  whenUnsatisfiable: string;
}

export interface UtilityVolume {
  claimName: string;
  name: string;
  readOnly?: boolean;
  type?: string;
}

export interface NetworkDataSecretRef {
  name?: string;
}

export interface CloudInitSource {
  networkData?: string;
  networkDataBase64?: string;
  networkDataSecretRef?: NetworkDataSecretRef;
  secretRef?: NetworkDataSecretRef;
  userData?: string;
  userDataBase64?: string;
}

export interface ConfigMap {
  name?: string;
  optional?: boolean;
  volumeLabel?: string;
}

export interface ContainerDiskSource {
  image: string;
  imagePullPolicy?: string;
  imagePullSecret?: string;
  path?: string;
}

export interface ContainerPath {
  path: string;
  readOnly?: boolean;
}

export interface DataVolumeSource {
  hotpluggable?: boolean;
  name: string;
}

export interface FieldRef {
  apiVersion?: string;
  fieldPath: string;
}

export interface ResourceFieldRef {
  containerName?: string;
  divisor?: IntOrString;
  resource: string;
}

export interface Field {
  fieldRef?: FieldRef;
  mode?: number;
  path: string;
  resourceFieldRef?: ResourceFieldRef;
}

export interface DownwardAPI {
  fields?: Field[];
  volumeLabel?: string;
}

export interface EmptyDisk {
  capacity: IntOrString;
}

export interface PersistentVolumeClaim {
  claimName: string;
  readOnly?: boolean;
}

export interface Ephemeral {
  persistentVolumeClaim?: PersistentVolumeClaim;
}

export interface HostDisk {
  capacity?: IntOrString;
  path: string;
  shared?: boolean;
  type: string;
}

export interface MemoryDump {
  claimName: string;
  hotpluggable?: boolean;
  readOnly?: boolean;
}

export interface VolumeSecret {
  optional?: boolean;
  secretName?: string;
  volumeLabel?: string;
}

export interface ServiceAccount {
  serviceAccountName?: string;
}

export interface Sysprep {
  configMap?: NetworkDataSecretRef;
  secret?: NetworkDataSecretRef;
}

export interface Volume {
  cloudInitConfigDrive?: CloudInitSource;
  cloudInitNoCloud?: CloudInitSource;
  configMap?: ConfigMap;
  containerDisk?: ContainerDiskSource;
  containerPath?: ContainerPath;
  dataVolume?: DataVolumeSource;
  downwardAPI?: DownwardAPI;
  downwardMetrics?: JsonObject;
  emptyDisk?: EmptyDisk;
  ephemeral?: Ephemeral;
  hostDisk?: HostDisk;
  memoryDump?: MemoryDump;
  name: string;
  persistentVolumeClaim?: MemoryDump;
  secret?: VolumeSecret;
  serviceAccount?: ServiceAccount;
  sysprep?: Sysprep;
}

export interface VirtualMachineInstanceSpec {
  accessCredentials?: AccessCredential[];
  affinity?: Affinity;
  architecture?: string;
  dnsConfig?: DnsConfig;
  dnsPolicy?: string;
  domain: DomainSpec;
  evictionStrategy?: string;
  hostname?: string;
  livenessProbe?: LivenessProbe;
  networks?: Network[];
  nodeSelector?: Record<string, string>;
  priorityClassName?: string;
  readinessProbe?: LivenessProbe;
  resourceClaims?: ResourceClaim[];
  schedulerName?: string;
  startStrategy?: string;
  subdomain?: string;
  terminationGracePeriodSeconds?: number;
  tolerations?: Toleration[];
  topologySpreadConstraints?: TopologySpreadConstraint[];
  utilityVolumes?: UtilityVolume[];
  volumes?: Volume[];
}

export interface BackupStatusVolume {
  dataEndpoint?: string;
  diskTarget: string;
  mapEndpoint?: string;
  volumeName: string;
}

export interface BackupStatus {
  backupMsg?: string;
  backupName?: string;
  checkpointName?: string;
  completed?: boolean;
  endTimestamp?: string;
  failed?: boolean;
  startTimestamp?: string;
  volumes?: BackupStatusVolume[];
}

export interface ChangedBlockTracking {
  backupStatus?: BackupStatus | null;
  state: string;
}

export interface VirtualMachineInstanceCondition {
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
  message?: string;
  reason?: string;
  status: string;
  type: string;
}

export interface CurrentCPUTopology {
  cores?: number;
  sockets?: number;
  threads?: number;
}

export interface GuestOSInfo {
  id?: string;
  kernelRelease?: string;
  kernelVersion?: string;
  machine?: string;
  name?: string;
  prettyName?: string;
  version?: string;
  versionId?: string;
}

export interface VirtualMachineInstanceNetworkInterface {
  infoSource?: string;
  interfaceName?: string;
  ipAddress?: string;
  ipAddresses?: string[];
  linkState?: string;
  mac?: string;
  name?: string;
  podInterfaceName?: string;
  queueCount?: number;
}

export interface InitrdInfo {
  checksum?: number;
}

export interface KernelBootStatus {
  initrdInfo?: InitrdInfo;
  kernelInfo?: InitrdInfo;
}

export interface StatusMemory {
  guestAtBoot?: IntOrString;
  guestCurrent?: IntOrString;
  guestRequested?: IntOrString;
  memoryOverhead?: IntOrString;
}

export interface DestinationPVCInfo {
  accessModes?: string[];
  capacity?: Record<string, IntOrString>;
  claimName?: string;
  filesystemOverhead?: string;
  preallocated?: boolean;
  requests?: Record<string, IntOrString>;
  volumeMode?: string;
}

export interface MigratedVolume {
  destinationPVCInfo?: DestinationPVCInfo;
  sourcePVCInfo?: DestinationPVCInfo;
  volumeName: string;
}

export interface MigrationConfiguration {
  allowAutoConverge?: boolean;
  allowPostCopy?: boolean;
  allowWorkloadDisruption?: boolean;
  bandwidthPerMigration?: IntOrString;
  completionTimeoutPerGiB?: number;
  disableTLS?: boolean;
  matchSELinuxLevelOnMigration?: boolean;
  network?: string;
  nodeDrainTaintKey?: string;
  parallelMigrationsPerCluster?: number;
  parallelOutboundMigrationsPerNode?: number;
  progressTimeout?: number;
  unsafeMigrationOverride?: boolean;
  utilityVolumesTimeout?: number;
}

export interface SourceState {
  domainName?: string;
  domainNamespace?: string;
  migrationUID?: string;
  node?: string;
  nodeSelectors?: Record<string, string>;
  persistentStatePVCName?: string;
  pod?: string;
  selinuxContext?: string;
  syncAddress?: string;
  virtualMachineInstanceUID?: string;
}

export interface TargetState {
  attachmentPodUID?: string;
  cpuSet?: number[];
  directMigrationNodePorts?: Record<string, number>;
  domainDetected?: boolean;
  domainName?: string;
  domainNamespace?: string;
  domainReadyTimestamp?: string;
  migrationUID?: string;
  node?: string;
  nodeAddress?: string;
  nodeTopology?: string;
  persistentStatePVCName?: string;
  pod?: string;
  selinuxContext?: string;
  syncAddress?: string;
  virtualMachineInstanceUID?: string;
}

export interface MigrationState {
  abortRequested?: boolean;
  abortStatus?: string;
  completed?: boolean;
  endTimestamp?: string | null;
  failed?: boolean;
  failureReason?: string;
  migrationConfiguration?: MigrationConfiguration;
  migrationNetworkType?: string;
  migrationPolicyName?: string;
  migrationUid?: string;
  mode?: string;
  sourceNode?: string;
  sourcePersistentStatePVCName?: string;
  sourcePod?: string;
  sourceState?: SourceState;
  startTimestamp?: string | null;
  targetAttachmentPodUID?: string;
  targetCPUSet?: number[];
  targetDirectMigrationNodePorts?: Record<string, number>;
  targetMemoryOverhead?: IntOrString;
  targetNode?: string;
  targetNodeAddress?: string;
  targetNodeDomainDetected?: boolean;
  targetNodeDomainReadyTimestamp?: string;
  targetNodeTopology?: string;
  targetPersistentStatePVCName?: string;
  targetPod?: string;
  targetState?: TargetState;
}

export interface PhaseTransitionTimestamp {
  phase?: string;
  phaseTransitionTimestamp?: string;
}

export interface TopologyHints {
  tscFrequency?: number;
}

export interface HotplugVolume {
  attachPodName?: string;
  attachPodUID?: string;
}

export interface MemoryDumpVolume {
  claimName?: string;
  endTimestamp?: string;
  startTimestamp?: string;
  targetFileName?: string;
}

export interface VolumeStatus {
  containerDiskVolume?: InitrdInfo;
  hotplugVolume?: HotplugVolume;
  memoryDumpVolume?: MemoryDumpVolume;
  message?: string;
  name: string;
  persistentVolumeClaimInfo?: DestinationPVCInfo;
  phase?: string;
  reason?: string;
  size?: number;
  target: string;
}

export interface VirtualMachineInstanceStatus {
  VSOCKCID?: number;
  activePods?: Record<string, string>;
  changedBlockTracking?: ChangedBlockTracking | null;
  conditions?: VirtualMachineInstanceCondition[];
  currentCPUTopology?: CurrentCPUTopology;
  evacuationNodeName?: string;
  fsFreezeStatus?: string;
  guestOSInfo?: GuestOSInfo;
  interfaces?: VirtualMachineInstanceNetworkInterface[];
  kernelBootStatus?: KernelBootStatus;
  launcherContainerImageVersion?: string;
  machine?: Video;
  memory?: StatusMemory;
  migratedVolumes?: MigratedVolume[];
  migrationMethod?: string;
  migrationState?: MigrationState;
  migrationTransport?: string;
  nodeName?: string;
  phase?: string;
  phaseTransitionTimestamps?: PhaseTransitionTimestamp[];
  qosClass?: string;
  reason?: string;
  runtimeUser?: number;
  selinuxContext?: string;
  topologyHints?: TopologyHints;
  virtualMachineRevisionName?: string;
  volumeStatus?: VolumeStatus[];
}

/** kubevirt.io/v1 VirtualMachineInstance. */
export interface VirtualMachineInstance {
  apiVersion: 'kubevirt.io/v1';
  kind: 'VirtualMachineInstance';
  metadata: ObjectMeta;
  spec: VirtualMachineInstanceSpec;
  status?: VirtualMachineInstanceStatus;
}

export const virtualMachineInstances: Kind<VirtualMachineInstance> = { group: 'kubevirt.io', version: 'v1', kind: 'VirtualMachineInstance', plural: 'virtualmachineinstances', namespaced: true };

export interface Checkpoint {
  current: string;
  previous: string;
}

export interface DataSource {
  apiGroup?: string;
  kind: string;
  name: string;
}

export interface DataSourceRef {
  apiGroup?: string;
  kind: string;
  name: string;
  namespace?: string;
}

export interface Resources {
  limits?: Record<string, IntOrString>;
  requests?: Record<string, IntOrString>;
}

export interface Pvc {
  accessModes?: string[];
  dataSource?: DataSource;
  dataSourceRef?: DataSourceRef;
  resources?: Resources;
  selector?: LabelSelector;
  storageClassName?: string;
  volumeAttributesClassName?: string;
  volumeMode?: string;
  volumeName?: string;
}

export interface Gcs {
  secretRef?: string;
  url: string;
}

export interface Http {
  certConfigMap?: string;
  extraHeaders?: string[];
  secretExtraHeaders?: string[];
  secretRef?: string;
  url: string;
}

export interface Imageio {
  certConfigMap?: string;
  diskId: string;
  insecureSkipVerify?: boolean;
  secretRef?: string;
  url: string;
}

export interface SourcePvc {
  name: string;
  namespace: string;
}

export interface Platform {
  architecture?: string;
}

export interface Registry {
  certConfigMap?: string;
  imageStream?: string;
  platform?: Platform;
  pullMethod?: string;
  secretRef?: string;
  url?: string;
}

export interface S3 {
  certConfigMap?: string;
  secretRef?: string;
  url: string;
}

export interface Vddk {
  backingFile?: string;
  extraArgs?: string;
  initImageURL?: string;
  secretRef?: string;
  thumbprint?: string;
  url?: string;
  uuid?: string;
}

export interface SpecSource {
  blank?: JsonObject;
  gcs?: Gcs;
  http?: Http;
  imageio?: Imageio;
  pvc?: SourcePvc;
  registry?: Registry;
  s3?: S3;
  snapshot?: SourcePvc;
  upload?: JsonObject;
  vddk?: Vddk;
}

export interface SourceRef {
  kind: string;
  name: string;
  namespace?: string;
}

export interface Storage {
  accessModes?: string[];
  dataSource?: DataSource;
  dataSourceRef?: DataSourceRef;
  resources?: Resources;
  selector?: LabelSelector;
  storageClassName?: string;
  volumeMode?: string;
  volumeName?: string;
}

export interface DataVolumeTemplateSpec {
  checkpoints?: Checkpoint[];
  contentType?: 'kubevirt' | 'archive';
  finalCheckpoint?: boolean;
  preallocation?: boolean;
  priorityClassName?: string;
  pvc?: Pvc;
  source?: SpecSource;
  sourceRef?: SourceRef;
  storage?: Storage;
}

export interface DataVolumeTemplate {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta | null;
  spec: DataVolumeTemplateSpec;
  status?: JsonObject | null;
}

export interface Instancetype {
  inferFromVolume?: string;
  inferFromVolumeFailurePolicy?: string;
  kind?: string;
  name?: string;
  revisionName?: string;
}

export interface VirtualMachineInstanceTemplateSpec {
  metadata?: ObjectMeta | null;
  spec?: VirtualMachineInstanceSpec;
}

export interface VirtualMachineSpec {
  dataVolumeTemplates?: (DataVolumeTemplate | null)[];
  instancetype?: Instancetype;
  preference?: Instancetype;
  runStrategy?: string;
  running?: boolean;
  template: VirtualMachineInstanceTemplateSpec;
  updateVolumesStrategy?: string;
}

export interface InstancetypeRef {
  controllerRevisionRef?: NetworkDataSecretRef;
  inferFromVolume?: string;
  inferFromVolumeFailurePolicy?: string;
  kind?: string;
  name?: string;
}

export interface MemoryDumpRequest {
  claimName: string;
  endTimestamp?: string;
  fileName?: string;
  message?: string;
  phase: string;
  remove?: boolean;
  startTimestamp?: string;
}

export interface StartFailure {
  consecutiveFailCount?: number;
  lastFailedVMIUID?: string;
  retryAfterTimestamp?: string;
}

export interface StateChangeRequest {
  action: string;
  data?: Record<string, string>;
  uid?: string;
}

export interface VolumeSource {
  dataVolume?: DataVolumeSource;
  persistentVolumeClaim?: MemoryDump;
}

export interface AddVolumeOptions {
  disk: Disk;
  dryRun?: string[];
  name: string;
  volumeSource: VolumeSource;
}

export interface RemoveVolumeOptions {
  dryRun?: string[];
  name: string;
}

export interface VolumeRequest {
  addVolumeOptions?: AddVolumeOptions;
  removeVolumeOptions?: RemoveVolumeOptions;
}

export interface VolumeSnapshotStatus {
  enabled: boolean;
  name: string;
  reason?: string;
}

export interface VolumeMigrationState {
  migratedVolumes?: MigratedVolume[];
}

export interface VolumeUpdateState {
  volumeMigrationState?: VolumeMigrationState;
}

export interface VirtualMachineStatus {
  changedBlockTracking?: ChangedBlockTracking | null;
  conditions?: VirtualMachineInstanceCondition[];
  created?: boolean;
  desiredGeneration?: number;
  instancetypeRef?: InstancetypeRef | null;
  memoryDumpRequest?: MemoryDumpRequest | null;
  observedGeneration?: number;
  preferenceRef?: InstancetypeRef | null;
  printableStatus?: string;
  ready?: boolean;
  restoreInProgress?: string;
  runStrategy?: string;
  snapshotInProgress?: string;
  startFailure?: StartFailure | null;
  stateChangeRequests?: StateChangeRequest[];
  volumeRequests?: VolumeRequest[];
  volumeSnapshotStatuses?: VolumeSnapshotStatus[];
  volumeUpdateState?: VolumeUpdateState;
}

/** kubevirt.io/v1 VirtualMachine. */
export interface VirtualMachine {
  apiVersion: 'kubevirt.io/v1';
  kind: 'VirtualMachine';
  metadata: ObjectMeta;
  spec: VirtualMachineSpec;
  status?: VirtualMachineStatus;
}

export const virtualMachines: Kind<VirtualMachine> = { group: 'kubevirt.io', version: 'v1', kind: 'VirtualMachine', plural: 'virtualmachines', namespaced: true };

export interface Receive {
  migrationID: string;
}

export interface SendTo {
  connectURL: string;
  migrationID: string;
}

export interface VirtualMachineInstanceMigrationSpec {
  addedNodeSelector?: Record<string, string>;
  priority?: string;
  receive?: Receive;
  sendTo?: SendTo;
  vmiName?: string;
}

export interface VirtualMachineInstanceMigrationStatus {
  conditions?: VirtualMachineInstanceCondition[];
  migrationState?: MigrationState;
  phase?: string;
  phaseTransitionTimestamps?: PhaseTransitionTimestamp[];
  synchronizationAddresses?: string[];
}

/** kubevirt.io/v1 VirtualMachineInstanceMigration. */
export interface VirtualMachineInstanceMigration {
  apiVersion: 'kubevirt.io/v1';
  kind: 'VirtualMachineInstanceMigration';
  metadata: ObjectMeta;
  spec: VirtualMachineInstanceMigrationSpec;
  status?: VirtualMachineInstanceMigrationStatus;
}

export const virtualMachineInstanceMigrations: Kind<VirtualMachineInstanceMigration> = { group: 'kubevirt.io', version: 'v1', kind: 'VirtualMachineInstanceMigration', plural: 'virtualmachineinstancemigrations', namespaced: true };

export interface Ca {
  duration?: string;
  renewBefore?: string;
}

export interface SelfSigned {
  ca?: Ca;
  caOverlapInterval?: string;
  caRotateInterval?: string;
  certRotateInterval?: string;
  server?: Ca;
}

export interface CertificateRotateStrategy {
  selfSigned?: SelfSigned;
}

export interface TokenBucketRateLimiter {
  burst: number;
  qps: number;
}

export interface RateLimiter {
  tokenBucketRateLimiter?: TokenBucketRateLimiter;
}

export interface RestClient {
  rateLimiter?: RateLimiter;
}

export interface ApiConfiguration {
  restClient?: RestClient;
}

export interface Amd64 {
  emulatedMachines?: string[];
  machineType?: string;
  ovmfPath?: string;
}

export interface ArchitectureConfiguration {
  amd64?: Amd64;
  arm64?: Amd64;
  defaultArchitecture?: string;
  ppc64le?: Amd64;
  s390x?: Amd64;
}

export interface ChangedBlockTrackingLabelSelectors {
  namespaceLabelSelector?: LabelSelector;
  virtualMachineLabelSelector?: LabelSelector;
}

export interface CommonInstancetypesDeployment {
  enabled?: boolean | null;
}

export interface DiskVerification {
  memoryLimit: IntOrString;
}

export interface LogVerbosity {
  nodeVerbosity?: Record<string, number>;
  virtAPI?: number;
  virtController?: number;
  virtHandler?: number;
  virtLauncher?: number;
  virtOperator?: number;
  virtSynchronizationController?: number;
}

export interface DeveloperConfiguration {
  clusterProfiler?: boolean;
  cpuAllocationRatio?: number;
  disabledFeatureGates?: string[];
  diskVerification?: DiskVerification;
  featureGates?: string[];
  logVerbosity?: LogVerbosity;
  memoryOvercommit?: number;
  minimumClusterTSCFrequency?: number;
  minimumReservePVCBytes?: number;
  nodeSelectors?: Record<string, string>;
  pvcTolerateLessSpaceUpToPercent?: number;
  useEmulation?: boolean;
}

export interface Hypervisor {
  name?: 'kvm' | 'hyperv-direct';
}

export interface ConfigurationInstancetype {
  referencePolicy?: 'reference' | 'expand' | 'expandAll' | null;
}

export interface KsmConfiguration {
  nodeLabelSelector?: LabelSelector;
}

export interface LiveUpdateConfiguration {
  maxCpuSockets?: number;
  maxGuest?: IntOrString;
  maxHotplugRatio?: number;
}

export interface NodeMediatedDeviceType {
  mediatedDeviceTypes?: string[];
  mediatedDevicesTypes?: string[];
  nodeSelector: Record<string, string>;
}

export interface MediatedDevicesConfiguration {
  enabled?: boolean;
  mediatedDeviceTypes?: string[];
  mediatedDevicesTypes?: string[];
  nodeMediatedDeviceTypes?: NodeMediatedDeviceType[];
}

export interface Migration {
  method?: string;
}

export interface NetworkBinding {
  computeResourceOverhead?: Resources;
  domainAttachmentType?: string;
  downwardAPI?: string;
  migration?: Migration;
  networkAttachmentDefinition?: string;
  sidecarImage?: string;
}

export interface ConfigurationNetwork {
  binding?: Record<string, NetworkBinding>;
  defaultNetworkInterface?: string;
  permitBridgeInterfaceOnPodNetwork?: boolean;
  permitSlirpInterface?: boolean;
}

export interface MediatedDevice {
  externalResourceProvider?: boolean;
  mdevNameSelector: string;
  resourceName: string;
}

export interface PciHostDevice {
  externalResourceProvider?: boolean;
  pciVendorSelector: string;
  resourceName: string;
}

export interface Selector {
  product: string;
  vendor: string;
}

export interface Usb {
  externalResourceProvider?: boolean;
  resourceName: string;
  selectors?: Selector[];
}

export interface PermittedHostDevices {
  mediatedDevices?: MediatedDevice[];
  pciHostDevices?: PciHostDevice[];
  usb?: Usb[];
}

export interface CustomProfile {
  localhostProfile?: string;
  runtimeDefaultProfile?: boolean;
}

export interface VirtualMachineInstanceProfile {
  customProfile?: CustomProfile;
}

export interface SeccompConfiguration {
  virtualMachineInstanceProfile?: VirtualMachineInstanceProfile;
}

export interface Smbios {
  family?: string;
  manufacturer?: string;
  product?: string;
  sku?: string;
  version?: string;
}

export interface SupportContainerResource {
  resources: Resources;
  type: string;
}

export interface TlsConfiguration {
  ciphers?: string[];
  minTLSVersion?: 'VersionTLS10' | 'VersionTLS11' | 'VersionTLS12' | 'VersionTLS13';
}

export interface VirtualMachineOptions {
  disableFreePageReporting?: JsonObject;
  disableSerialConsoleLog?: JsonObject;
}

export interface Configuration {
  additionalGuestMemoryOverheadRatio?: string;
  apiConfiguration?: ApiConfiguration;
  architectureConfiguration?: ArchitectureConfiguration;
  autoCPULimitNamespaceLabelSelector?: LabelSelector;
  changedBlockTrackingLabelSelectors?: ChangedBlockTrackingLabelSelectors | null;
  commonInstancetypesDeployment?: CommonInstancetypesDeployment | null;
  controllerConfiguration?: ApiConfiguration;
  cpuModel?: string;
  cpuRequest?: IntOrString;
  defaultRuntimeClass?: string;
  developerConfiguration?: DeveloperConfiguration;
  emulatedMachines?: string[];
  evictionStrategy?: string;
  handlerConfiguration?: ApiConfiguration;
  hypervisors?: Hypervisor[];
  imagePullPolicy?: string;
  instancetype?: ConfigurationInstancetype | null;
  ksmConfiguration?: KsmConfiguration;
  liveUpdateConfiguration?: LiveUpdateConfiguration;
  machineType?: string;
  mediatedDevicesConfiguration?: MediatedDevicesConfiguration;
  memBalloonStatsPeriod?: number;
  migrations?: MigrationConfiguration;
  minCPUModel?: string;
  network?: ConfigurationNetwork;
  obsoleteCPUModels?: Record<string, boolean>;
  ovmfPath?: string;
  permittedHostDevices?: PermittedHostDevices;
  roleAggregationStrategy?: 'AggregateToDefault' | 'Manual';
  seccompConfiguration?: SeccompConfiguration;
  selinuxLauncherType?: string;
  smbios?: Smbios;
  supportContainerResources?: SupportContainerResource[];
  supportedGuestAgentVersions?: string[];
  tlsConfiguration?: TlsConfiguration;
  virtTemplateDeployment?: CommonInstancetypesDeployment | null;
  virtualMachineInstancesPerNode?: number;
  virtualMachineOptions?: VirtualMachineOptions;
  vmRolloutStrategy?: 'Stage' | 'LiveUpdate' | null;
  vmStateStorageClass?: string;
  webhookConfiguration?: ApiConfiguration;
}

export interface Flags {
  api?: Record<string, string>;
  controller?: Record<string, string>;
  handler?: Record<string, string>;
}

export interface Patch {
  patch: string;
  resourceName: string;
  resourceType: string;
  type: string;
}

export interface CustomizeComponents {
  flags?: Flags;
  patches?: Patch[];
}

export interface NodePlacement {
  affinity?: Affinity;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
}

export interface Infra {
  nodePlacement?: NodePlacement;
  replicas?: number;
}

export interface WorkloadUpdateStrategy {
  batchEvictionInterval?: string;
  batchEvictionSize?: number;
  workloadUpdateMethods?: string[];
}

export interface KubeVirtSpec {
  certificateRotateStrategy?: CertificateRotateStrategy;
  configuration?: Configuration;
  customizeComponents?: CustomizeComponents;
  imagePullPolicy?: string;
  imagePullSecrets?: NetworkDataSecretRef[];
  imageRegistry?: string;
  imageTag?: string;
  infra?: Infra;
  monitorAccount?: string;
  monitorNamespace?: string;
  productComponent?: string;
  productName?: string;
  productVersion?: string;
  serviceMonitorNamespace?: string;
  synchronizationPort?: string;
  uninstallStrategy?: string;
  workloadUpdateStrategy?: WorkloadUpdateStrategy;
  workloads?: Infra;
}

export interface Generation {
  group: string;
  hash?: string;
  lastGeneration: number;
  name: string;
  namespace?: string;
  resource: string;
}

export interface KubeVirtStatus {
  conditions?: VirtualMachineInstanceCondition[];
  defaultArchitecture?: string;
  generations?: Generation[];
  observedDeploymentConfig?: string;
  observedDeploymentID?: string;
  observedGeneration?: number;
  observedKubeVirtRegistry?: string;
  observedKubeVirtVersion?: string;
  operatorVersion?: string;
  outdatedVirtualMachineInstanceWorkloads?: number;
  phase?: string;
  synchronizationAddresses?: string[];
  targetDeploymentConfig?: string;
  targetDeploymentID?: string;
  targetKubeVirtRegistry?: string;
  targetKubeVirtVersion?: string;
}

/** kubevirt.io/v1 KubeVirt. */
export interface KubeVirt {
  apiVersion: 'kubevirt.io/v1';
  kind: 'KubeVirt';
  metadata: ObjectMeta;
  spec: KubeVirtSpec;
  status?: KubeVirtStatus;
}

export const kubeVirts: Kind<KubeVirt> = { group: 'kubevirt.io', version: 'v1', kind: 'KubeVirt', plural: 'kubevirts', namespaced: true };

