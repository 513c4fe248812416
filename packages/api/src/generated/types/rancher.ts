// Generated from the facts of the API by `npm run generate`; edits are overwritten.
import type { Kind } from '../../kind.js';
import type { JsonObject, ObjectMeta } from '../../object.js';
import type { IntOrString } from '../../scalars.js';

export interface AgentEnvVar {
  name?: string;
  value?: string | null;
}

export interface ClusterAPIConfig {
  clusterName?: string | null;
}

export interface AppendToleration {
  effect?: string;
  key?: string;
  operator?: string;
  tolerationSeconds?: number;
  value?: string;
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

export interface OverrideAffinity {
  nodeAffinity?: NodeAffinity;
  podAffinity?: PodAffinity;
  podAntiAffinity?: PodAffinity;
}

export interface Claim {
  name: string;
  request?: string;
}

export interface OverrideResourceRequirements {
  claims?: Claim[];
  limits?: Record<string, IntOrString>;
  requests?: Record<string, IntOrString>;
}

export interface PodDisruptionBudget {
  maxUnavailable?: string | null;
  minAvailable?: string | null;
}

export interface PriorityClass {
  preemptionPolicy?: string | null;
  value?: number;
}

export interface SchedulingCustomization {
  podDisruptionBudget?: PodDisruptionBudget | null;
  priorityClass?: PriorityClass | null;
}

export interface ClusterAgentDeploymentCustomization {
  appendTolerations?: AppendToleration[] | null;
  overrideAffinity?: OverrideAffinity | null;
  overrideResourceRequirements?: OverrideResourceRequirements | null;
  schedulingCustomization?: SchedulingCustomization | null;
}

export interface LocalClusterAuthEndpoint {
  caCerts?: string | null;
  enabled?: boolean;
  fqdn?: string | null;
}

export interface DataDirectories {
  k8sDistro?: string | null;
  provisioning?: string | null;
  systemAgent?: string | null;
}

export interface S3 {
  bucket?: string | null;
  cloudCredentialName?: string | null;
  endpoint?: string | null;
  endpointCA?: string | null;
  folder?: string | null;
  region?: string | null;
  retention?: number | null;
  skipSSLVerify?: boolean;
}

export interface Etcd {
  disableSnapshots?: boolean;
  s3?: S3 | null;
  snapshotRetention?: number;
  snapshotScheduleCron?: string | null;
}

export interface EtcdSnapshotCreate {
  generation?: number;
}

export interface EtcdSnapshotRestore {
  generation?: number;
  name?: string | null;
  restoreRKEConfig?: string | null;
}

export interface InfrastructureRef {
  apiVersion?: string;
  fieldPath?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  resourceVersion?: string;
  uid?: string;
}

export interface MachinePoolDefaults {
  hostnameLengthLimit?: number;
}

export interface RollingUpdate {
  maxSurge?: IntOrString | null;
  maxUnavailable?: IntOrString | null;
}

export interface Taint {
  effect: string;
  key: string;
  timeAdded?: string;
  value?: string;
}

export interface Userdata {
  inlineUserdata?: string;
}

export interface MachinePool {
  autoscalingMaxSize?: number | null;
  autoscalingMinSize?: number | null;
  cloudCredentialSecretName?: string | null;
  controlPlaneRole?: boolean;
  displayName?: string | null;
  drainBeforeDelete?: boolean;
  drainBeforeDeleteTimeout?: string | null;
  dynamicSchemaSpec?: string | null;
  etcdRole?: boolean;
  hostnameLengthLimit?: number;
  labels?: Record<string, string> | null;
  machineConfigRef: InfrastructureRef | null;
  machineDeploymentAnnotations?: Record<string, string> | null;
  machineDeploymentLabels?: Record<string, string> | null;
  machineOS?: string | null;
  maxUnhealthy?: string | null;
  name: string;
  nodeStartupTimeout?: string | null;
  paused?: boolean;
  quantity?: number | null;
  rollingUpdate?: RollingUpdate | null;
  taints?: Taint[] | null;
  unhealthyNodeTimeout?: string | null;
  unhealthyRange?: string | null;
  userdata?: Userdata | null;
  workerRole?: boolean;
}

export interface MachineSelectorConfig {
  config?: JsonObject | null;
  machineLabelSelector?: LabelSelector | null;
}

export interface ConfigMapItem {
  dynamic?: boolean;
  hash?: string | null;
  key: string | null;
  path: string | null;
  permissions?: string | null;
}

export interface ConfigMap {
  defaultPermissions?: string | null;
  items?: ConfigMapItem[] | null;
  name: string | null;
}

export interface FileSource {
  configMap?: ConfigMap;
  secret?: ConfigMap;
}

export interface MachineSelectorFile {
  fileSources?: FileSource[] | null;
  machineLabelSelector?: LabelSelector | null;
}

export interface Networking {
  stackPreference?: string | null;
}

export interface Config {
  authConfigSecretName?: string | null;
  caBundle?: string | null;
  insecureSkipVerify?: boolean;
  tlsSecretName?: string | null;
}

export interface Mirror {
  endpoint?: string[] | null;
  rewrite?: Record<string, string> | null;
}

export interface Registries {
  configs?: Record<string, Config> | null;
  mirrors?: Record<string, Mirror> | null;
}

export interface RotateCertificates {
  generation?: number;
  services?: string[] | null;
}

export interface PostDrainHook {
  annotation?: string | null;
}

export interface ControlPlaneDrainOptions {
  deleteEmptyDirData?: boolean;
  disableEviction?: boolean;
  enabled?: boolean;
  force?: boolean;
  gracePeriod?: number;
  ignoreDaemonSets?: boolean | null;
  ignoreErrors?: boolean;
  postDrainHooks?: PostDrainHook[] | null;
  preDrainHooks?: PostDrainHook[] | null;
  skipWaitForDeleteTimeoutSeconds?: number;
  timeout?: number;
}

export interface UpgradeStrategy {
  controlPlaneConcurrency?: string | null;
  controlPlaneDrainOptions?: ControlPlaneDrainOptions;
  workerConcurrency?: string | null;
  workerDrainOptions?: ControlPlaneDrainOptions;
}

export interface RkeConfig {
  additionalManifest?: string | null;
  chartValues?: JsonObject | null;
  dataDirectories?: DataDirectories;
  etcd?: Etcd | null;
  etcdSnapshotCreate?: EtcdSnapshotCreate | null;
  etcdSnapshotRestore?: EtcdSnapshotRestore | null;
  infrastructureRef?: InfrastructureRef | null;
  machineGlobalConfig?: JsonObject | null;
  machinePoolDefaults?: MachinePoolDefaults;
  machinePools?: MachinePool[] | null;
  machineSelectorConfig?: MachineSelectorConfig[] | null;
  machineSelectorFiles?: MachineSelectorFile[] | null;
  networking?: Networking | null;
  provisionGeneration?: number;
  registries?: Registries | null;
  rotateCertificates?: RotateCertificates | null;
  rotateEncryptionKeys?: EtcdSnapshotCreate | null;
  upgradeStrategy?: UpgradeStrategy;
}

export interface WebhookDeploymentCustomization {
  appendTolerations?: AppendToleration[] | null;
  overrideAffinity?: OverrideAffinity | null;
  overrideResourceRequirements?: OverrideResourceRequirements | null;
  podDisruptionBudget?: PodDisruptionBudget | null;
  replicaCount?: number;
}

export interface ProvisioningClusterSpec {
  agentEnvVars?: AgentEnvVar[] | null;
  cloudCredentialSecretName?: string | null;
  clusterAPIConfig?: ClusterAPIConfig | null;
  clusterAgentDeploymentCustomization?: ClusterAgentDeploymentCustomization | null;
  defaultClusterRoleForProjectMembers?: string | null;
  defaultPodSecurityAdmissionConfigurationTemplateName?: string | null;
  enableNetworkPolicy?: boolean | null;
  fleetAgentDeploymentCustomization?: ClusterAgentDeploymentCustomization | null;
  kubernetesVersion?: string | null;
  localClusterAuthEndpoint?: LocalClusterAuthEndpoint;
  redeploySystemAgentGeneration?: number;
  rkeConfig?: RkeConfig | null;
  webhookDeploymentCustomization?: WebhookDeploymentCustomization | null;
}

export interface Condition {
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  message?: string;
  reason?: string;
  status: string;
  type: string;
}

export interface ProvisioningClusterStatus {
  agentDeployed?: boolean;
  clientSecretName?: string;
  clusterName?: string;
  conditions?: Condition[];
  fleetWorkspaceName?: string;
  observedGeneration?: number;
  ready?: boolean;
}

/** provisioning.cattle.io/v1 Cluster. */
export interface ProvisioningCluster {
  apiVersion: 'provisioning.cattle.io/v1';
  kind: 'Cluster';
  metadata: ObjectMeta;
  spec?: ProvisioningClusterSpec;
  status?: ProvisioningClusterStatus;
}

export const provisioningClusters: Kind<ProvisioningCluster> = { group: 'provisioning.cattle.io', version: 'v1', kind: 'Cluster', plural: 'clusters', namespaced: true };

export interface UserStatus {
  conditions?: Condition[];
}

/** management.cattle.io/v3 User. */
export interface User {
  apiVersion: 'management.cattle.io/v3';
  kind: 'User';
  metadata: ObjectMeta;
  description?: string;
  displayName?: string;
  enabled?: boolean;
  me?: boolean;
  mustChangePassword?: boolean;
  password?: string;
  principalIds?: string[];
  status?: UserStatus;
  username?: string;
}

export const users: Kind<User> = { group: 'management.cattle.io', version: 'v3', kind: 'User', plural: 'users', namespaced: false };

export interface ContainerDefaultResourceLimit {
  limitsCpu?: string;
  limitsMemory?: string;
  requestsCpu?: string;
  requestsMemory?: string;
}

export interface Limit {
  configMaps?: string;
  extended?: Record<string, string>;
  limitsCpu?: string;
  limitsMemory?: string;
  persistentVolumeClaims?: string;
  pods?: string;
  replicationControllers?: string;
  requestsCpu?: string;
  requestsMemory?: string;
  requestsStorage?: string;
  secrets?: string;
  services?: string;
  servicesLoadBalancers?: string;
  servicesNodePorts?: string;
}

export interface NamespaceDefaultResourceQuota {
  limit?: Limit;
}

export interface ResourceQuota {
  limit?: Limit;
  usedLimit?: Limit;
}

export interface ProjectSpec {
  clusterName: string;
  containerDefaultResourceLimit?: ContainerDefaultResourceLimit;
  description?: string;
  displayName: string;
  namespaceDefaultResourceQuota?: NamespaceDefaultResourceQuota;
  resourceQuota?: ResourceQuota;
}

export interface ProjectStatus {
  backingNamespace?: string;
  conditions?: Condition[];
}

/** management.cattle.io/v3 Project. */
export interface Project {
  apiVersion: 'management.cattle.io/v3';
  kind: 'Project';
  metadata: ObjectMeta;
  spec?: ProjectSpec;
  status?: ProjectStatus;
}

export const projects: Kind<Project> = { group: 'management.cattle.io', version: 'v3', kind: 'Project', plural: 'projects', namespaced: true };

export interface ResourceRule {
  apiGroups?: string[];
  nonResourceURLs?: string[];
  resourceNames?: string[];
  resources?: string[];
  verbs: string[];
}

export interface InheritedFleetWorkspacePermissions {
  resourceRules?: ResourceRule[];
  workspaceVerbs?: string[];
}

export interface StatusCondition {
  lastTransitionTime: string;
  message: string;
  observedGeneration?: number;
  reason: string;
  status: 'True' | 'False' | 'Unknown';
  type: string;
}

export interface GlobalRoleStatus {
  conditions?: StatusCondition[];
  lastUpdateTime?: string;
  observedGeneration?: number;
  summary?: string;
}

/** management.cattle.io/v3 GlobalRole. */
export interface GlobalRole {
  apiVersion: 'management.cattle.io/v3';
  kind: 'GlobalRole';
  metadata: ObjectMeta;
  builtin?: boolean;
  description?: string;
  displayName?: string;
  inheritedClusterRoles?: string[];
  inheritedFleetWorkspacePermissions?: InheritedFleetWorkspacePermissions;
  inheritedNamespacedRules?: Record<string, ResourceRule[]>;
  namespacedRules?: Record<string, ResourceRule[]>;
  newUserDefault?: boolean;
  rules?: ResourceRule[];
  status?: GlobalRoleStatus;
}

export const globalRoles: Kind<GlobalRole> = { group: 'management.cattle.io', version: 'v3', kind: 'GlobalRole', plural: 'globalroles', namespaced: false };

export interface GlobalRoleBindingStatus {
  lastUpdateTime?: string;
  localConditions?: StatusCondition[];
  observedGenerationLocal?: number;
  observedGenerationRemote?: number;
  remoteConditions?: StatusCondition[];
  summary?: string;
  summaryLocal?: string;
  summaryRemote?: string;
}

/** management.cattle.io/v3 GlobalRoleBinding. */
export interface GlobalRoleBinding {
  apiVersion: 'management.cattle.io/v3';
  kind: 'GlobalRoleBinding';
  metadata: ObjectMeta;
  globalRoleName: string;
  groupPrincipalName?: string;
  status?: GlobalRoleBindingStatus;
  userName?: string;
  userPrincipalName?: string;
}

export const globalRoleBindings: Kind<GlobalRoleBinding> = { group: 'management.cattle.io', version: 'v3', kind: 'GlobalRoleBinding', plural: 'globalrolebindings', namespaced: false };

/** management.cattle.io/v3 RoleTemplate. */
export interface RoleTemplate {
  apiVersion: 'management.cattle.io/v3';
  kind: 'RoleTemplate';
  metadata: ObjectMeta;
  administrative?: boolean;
  builtin?: boolean;
  clusterCreatorDefault?: boolean;
  context?: 'project' | 'cluster' | '';
  description?: string;
  displayName?: string;
  external?: boolean;
  externalRules?: ResourceRule[];
  hidden?: boolean;
  locked?: boolean;
  projectCreatorDefault?: boolean;
  roleTemplateNames?: string[];
  rules?: ResourceRule[];
}

export const roleTemplates: Kind<RoleTemplate> = { group: 'management.cattle.io', version: 'v3', kind: 'RoleTemplate', plural: 'roletemplates', namespaced: false };

/** management.cattle.io/v3 ClusterRoleTemplateBinding. */
export interface ClusterRoleTemplateBinding {
  apiVersion: 'management.cattle.io/v3';
  kind: 'ClusterRoleTemplateBinding';
  metadata: ObjectMeta;
  clusterName: string;
  groupName?: string;
  groupPrincipalName?: string;
  roleTemplateName: string;
  status?: GlobalRoleBindingStatus;
  userName?: string;
  userPrincipalName?: string;
}

export const clusterRoleTemplateBindings: Kind<ClusterRoleTemplateBinding> = { group: 'management.cattle.io', version: 'v3', kind: 'ClusterRoleTemplateBinding', plural: 'clusterroletemplatebindings', namespaced: true };

/** management.cattle.io/v3 ProjectRoleTemplateBinding. */
export interface ProjectRoleTemplateBinding {
  apiVersion: 'management.cattle.io/v3';
  kind: 'ProjectRoleTemplateBinding';
  metadata: ObjectMeta;
  groupName?: string;
  groupPrincipalName?: string;
  projectName: string;
  roleTemplateName: string;
  serviceAccount?: string;
  userName?: string;
  userPrincipalName?: string;
}

export const projectRoleTemplateBindings: Kind<ProjectRoleTemplateBinding> = { group: 'management.cattle.io', version: 'v3', kind: 'ProjectRoleTemplateBinding', plural: 'projectroletemplatebindings', namespaced: true };

/** management.cattle.io/v3 ClusterProxyConfig. */
export interface ClusterProxyConfig {
  apiVersion: 'management.cattle.io/v3';
  kind: 'ClusterProxyConfig';
  metadata: ObjectMeta;
  enabled: boolean;
}

export const clusterProxyConfigs: Kind<ClusterProxyConfig> = { group: 'management.cattle.io', version: 'v3', kind: 'ClusterProxyConfig', plural: 'clusterproxyconfigs', namespaced: true };

export interface OCIOptions {
  downloadAllTags?: boolean;
  tagFilter?: string;
}

export interface ClientSecret {
  name?: string;
  namespace?: string;
}

export interface ExponentialBackOffValues {
  maxRetries?: number;
  maxWait?: number;
  minWait?: number;
}

export interface ClusterRepoSpec {
  OCIOptions?: OCIOptions;
  basicAuthSecretName?: string;
  caBundle?: string;
  clientSecret?: ClientSecret;
  defaultImagePullSecrets?: ClientSecret[];
  disableSameOriginCheck?: boolean;
  enabled?: boolean;
  exponentialBackOffValues?: ExponentialBackOffValues;
  forceUpdate?: string;
  gitBranch?: string;
  gitRepo?: string;
  insecurePlainHttp?: boolean;
  insecureSkipTLSVerify?: boolean;
  refreshInterval?: number;
  serviceAccount?: string;
  serviceAccountNamespace?: string;
  url?: string;
}

export interface ClusterRepoStatus {
  branch?: string;
  commit?: string;
  conditions?: Condition[];
  downloadTime?: string;
  indexConfigMapName?: string;
  indexConfigMapNamespace?: string;
  indexConfigMapResourceVersion?: string;
  nextRetryAt?: string;
  numberOfRetries?: number;
  observedGeneration: number;
  shouldNotSkip?: boolean;
  url?: string;
}

/** catalog.cattle.io/v1 ClusterRepo. */
export interface ClusterRepo {
  apiVersion: 'catalog.cattle.io/v1';
  kind: 'ClusterRepo';
  metadata: ObjectMeta;
  spec: ClusterRepoSpec;
  status?: ClusterRepoStatus;
}

export const clusterRepos: Kind<ClusterRepo> = { group: 'catalog.cattle.io', version: 'v1', kind: 'ClusterRepo', plural: 'clusterrepos', namespaced: false };

export interface Plugin {
  compressedEndpoint?: string;
  endpoint?: string;
  metadata?: Record<string, string>;
  name?: string;
  noAuth?: boolean;
  noCache?: boolean;
  version?: string;
}

export interface UIPluginSpec {
  plugin?: Plugin;
}

export interface UIPluginStatus {
  cacheState?: string | null;
  error?: string;
  observedGeneration: number;
  ready?: boolean;
  retryAt?: string;
  retryNumber?: number;
}

/** catalog.cattle.io/v1 UIPlugin. */
export interface UIPlugin {
  apiVersion: 'catalog.cattle.io/v1';
  kind: 'UIPlugin';
  metadata: ObjectMeta;
  spec: UIPluginSpec;
  status?: UIPluginStatus;
}

export const uiPlugins: Kind<UIPlugin> = { group: 'catalog.cattle.io', version: 'v1', kind: 'UIPlugin', plural: 'uiplugins', namespaced: true };

export interface AdditionalRedaction {
  headers?: string[];
  paths?: string[];
}

export interface Filter {
  action?: string;
  requestURI?: string;
}

export interface VerbosityRequest {
  body?: boolean;
  headers?: boolean;
}

export interface Verbosity {
  level: number;
  request?: VerbosityRequest;
  response?: VerbosityRequest;
}

export interface AuditPolicySpec {
  additionalRedactions?: AdditionalRedaction[];
  enabled: boolean;
  filters?: Filter[];
  verbosity?: Verbosity;
}

export interface AuditPolicyStatus {
  conditions?: StatusCondition[];
}

/** auditlog.cattle.io/v1 AuditPolicy. */
export interface AuditPolicy {
  apiVersion: 'auditlog.cattle.io/v1';
  kind: 'AuditPolicy';
  metadata: ObjectMeta;
  spec: AuditPolicySpec;
  status?: AuditPolicyStatus;
}

export const auditPolicies: Kind<AuditPolicy> = { group: 'auditlog.cattle.io', version: 'v1', kind: 'AuditPolicy', plural: 'auditpolicies', namespaced: false };

/** management.cattle.io/v3 Setting. */
export interface ManagementSetting {
  apiVersion: 'management.cattle.io/v3';
  kind: 'Setting';
  metadata: ObjectMeta;
  customized?: boolean;
  default?: string | null;
  source?: string | null;
  value?: string | null;
}

export const managementSettings: Kind<ManagementSetting> = { group: 'management.cattle.io', version: 'v3', kind: 'Setting', plural: 'settings', namespaced: false };

export interface Maintainer {
  email?: string | null;
  name?: string | null;
  url?: string | null;
}

export interface ChartMetadata {
  annotations?: Record<string, string> | null;
  apiVersion?: string | null;
  appVersion?: string | null;
  condition?: string | null;
  deprecated?: boolean;
  description?: string | null;
  home?: string | null;
  icon?: string | null;
  keywords?: (string | null)[] | null;
  kubeVersion?: string | null;
  maintainers?: Maintainer[] | null;
  name?: string | null;
  sources?: (string | null)[] | null;
  tags?: string | null;
  type?: string | null;
  version?: string | null;
}

export interface Chart {
  metadata?: ChartMetadata | null;
  values?: JsonObject | null;
}

export interface Info {
  deleted?: string | null;
  description?: string | null;
  firstDeployed?: string | null;
  lastDeployed?: string | null;
  notes?: string | null;
  readme?: string | null;
  status?: string | null;
}

export interface Resource {
  apiVersion?: string | null;
  kind?: string | null;
  name?: string | null;
  namespace?: string | null;
}

export interface CatalogAppSpec {
  chart?: Chart | null;
  helmVersion?: number;
  info?: Info | null;
  name?: string | null;
  namespace?: string | null;
  resources?: Resource[] | null;
  values?: JsonObject | null;
  version?: number;
}

export interface Summary {
  error?: boolean;
  state?: string | null;
  transitioning?: boolean;
}

export interface CatalogAppStatus {
  observedGeneration?: number;
  summary?: Summary;
}

/** catalog.cattle.io/v1 App. */
export interface CatalogApp {
  apiVersion: 'catalog.cattle.io/v1';
  kind: 'App';
  metadata: ObjectMeta;
  spec?: CatalogAppSpec;
  status?: CatalogAppStatus;
}

export const catalogApps: Kind<CatalogApp> = { group: 'catalog.cattle.io', version: 'v1', kind: 'App', plural: 'apps', namespaced: true };

