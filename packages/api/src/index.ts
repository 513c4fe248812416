export type { AdmissionPlugin, AdmissionReview } from './admission.js';
export { managedFieldsFault } from './apply/managers.js';
export { type ReplicasPath, scaledManagers, scaleManagers } from './apply/scale.js';
export { applyObject } from './apply/server-side-apply.js';
export { updateManagedFields } from './apply/update.js';
export type { KindVersion } from './apply/versions.js';
export type { Write } from './apply/write.js';
export { zeroObject } from './apply/zero-object.js';
export { duplicateFields } from './body/duplicate-fields.js';
export { goText } from './body/go-value.js';
export { decodeJson } from './body/json.js';
export { jsonSyntaxFault } from './body/json-syntax.js';
export { type BodyLimits, DEFAULT_LIMITS, MAX_REQUEST_BYTES } from './body/limits.js';
export { decodeYaml, decodeYamlDocuments, encodeYaml, readYaml } from './body/yaml.js';
export type { ReadYaml } from './body/yaml-document.js';
export {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  expired,
  forbidden,
  fromStatus,
  hasReason,
  invalid,
  methodNotAllowed,
  notFound,
  notServed,
  type Reason,
  type Subject,
  toStatus,
  unauthorized,
  unavailable,
} from './errors.js';
export type { AggregatedApi, ApiRequest, ApiResponse, Attributes, Authorize, PathHandler } from './exchange.js';
export {
  type Addon,
  type APIService,
  type AuditPolicy,
  addons,
  apiServices,
  auditPolicies,
  type Binding,
  bindings,
  type CatalogApp,
  type CertificateSigningRequest,
  type ClusterNetwork,
  type ClusterProxyConfig,
  type ClusterRepo,
  type ClusterRole,
  type ClusterRoleBinding,
  type ClusterRoleTemplateBinding,
  type ComponentStatus,
  type ConfigMap,
  type ControllerRevision,
  type CronJob,
  type CSIDriver,
  type CSINode,
  type CSIStorageCapacity,
  type CustomResourceDefinition,
  catalogApps,
  certificateSigningRequests,
  clusterNetworks,
  clusterProxyConfigs,
  clusterRepos,
  clusterRoleBindings,
  clusterRoles,
  clusterRoleTemplateBindings,
  componentStatuses,
  configMaps,
  controllerRevisions,
  cronJobs,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  customResourceDefinitions,
  type DaemonSet,
  type Deployment,
  daemonSets,
  deployments,
  type EndpointSlice,
  type Endpoints,
  type Event,
  type EventsV1Event,
  endpointSlices,
  endpoints,
  events,
  eventsV1Events,
  type FlowSchema,
  flowSchemas,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoleBindings,
  globalRoles,
  type HarvesterPreference,
  type HarvesterResourceQuota,
  type HarvesterSetting,
  type HarvesterUpgrade,
  type HarvesterVersion,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerV1,
  type HostNetworkConfig,
  harvesterPreferences,
  harvesterResourceQuotas,
  harvesterSettings,
  harvesterUpgrades,
  harvesterVersions,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  hostNetworkConfigs,
  type Ingress,
  type IngressClass,
  ingressClasses,
  ingresses,
  type Job,
  jobs,
  type KeyPair,
  type KubeVirt,
  keyPairs,
  kubeVirts,
  type Lease,
  type LimitRange,
  type LinkMonitor,
  type LocalSubjectAccessReview,
  leases,
  limitRanges,
  linkMonitors,
  localSubjectAccessReviews,
  type ManagementSetting,
  type MutatingWebhookConfiguration,
  managementSettings,
  mutatingWebhookConfigurations,
  type Namespace,
  type NetworkAttachmentDefinition,
  type NetworkPolicy,
  type Node,
  namespaces,
  networkAttachmentDefinitions,
  networkPolicies,
  nodes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodDisruptionBudget,
  type PodTemplate,
  type PriorityClass,
  type PriorityLevelConfiguration,
  type Project,
  type ProjectRoleTemplateBinding,
  type ProvisioningCluster,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  podTemplates,
  priorityClasses,
  priorityLevelConfigurations,
  projectRoleTemplateBindings,
  projects,
  provisioningClusters,
  type ReplicaSet,
  type ReplicationController,
  type ResourceQuota,
  type Role,
  type RoleBinding,
  type RoleTemplate,
  type RuntimeClass,
  replicaSets,
  replicationControllers,
  resourceQuotas,
  roleBindings,
  roles,
  roleTemplates,
  runtimeClasses,
  type ScheduleVMBackup,
  type Secret,
  type SelfSubjectAccessReview,
  type SelfSubjectReview,
  type SelfSubjectRulesReview,
  type Service,
  type ServiceAccount,
  type StatefulSet,
  type StorageClass,
  type SubjectAccessReview,
  type SupportBundle,
  scheduleVMBackups,
  secrets,
  selfSubjectAccessReviews,
  selfSubjectReviews,
  selfSubjectRulesReviews,
  serviceAccounts,
  services,
  statefulSets,
  storageClasses,
  subjectAccessReviews,
  supportBundles,
  type TokenReview,
  tokenReviews,
  type UIPlugin,
  type UpgradeLog,
  type User,
  uiPlugins,
  upgradeLogs,
  users,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  type ValidatingWebhookConfiguration,
  type VirtualMachine,
  type VirtualMachineBackup,
  type VirtualMachineImage,
  type VirtualMachineImageDownloader,
  type VirtualMachineInstance,
  type VirtualMachineInstanceMigration,
  type VirtualMachineRestore,
  type VirtualMachineTemplate,
  type VirtualMachineTemplateVersion,
  type VlanConfig,
  type VlanStatus,
  type VolumeAttachment,
  type VolumeRemoteBackup,
  type VolumeRemoteRestore,
  type VolumeSnapshot,
  type VolumeSnapshotClass,
  type VolumeSnapshotContent,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
  virtualMachineBackups,
  virtualMachineImageDownloaders,
  virtualMachineImages,
  virtualMachineInstanceMigrations,
  virtualMachineInstances,
  virtualMachineRestores,
  virtualMachines,
  virtualMachineTemplates,
  virtualMachineTemplateVersions,
  vlanConfigs,
  vlanStatuses,
  volumeAttachments,
  volumeRemoteBackups,
  volumeRemoteRestores,
  volumeSnapshotClasses,
  volumeSnapshotContents,
  volumeSnapshots,
} from './generated/kinds.js';
export type { PolicyRule } from './generated/types/rbac-v1.js';
export { type Identity, SYSTEM_MASTERS } from './identity.js';
export { isJsonObject } from './json-object.js';
export { apiVersion, defineKind, type Kind, type ObjectRef, resourcePath } from './kind.js';
export { dns1035Label, dnsLabel, dnsSubdomain, labelValue, pathSegment, qualifiedName } from './names.js';
export type {
  Json,
  JsonObject,
  KubeObject,
  ManagedFieldsEntry,
  ObjectList,
  ObjectMeta,
  OwnerReference,
  Status,
  StatusCause,
  StatusDetails,
  Stored,
  WatchEvent,
} from './object.js';
export { applyJsonPatch } from './patch/json-patch.js';
export { applyMergePatch } from './patch/merge-patch.js';
export { applyStrategicPatch } from './patch/strategic-patch.js';
export { ProtobufDecoder } from './protobuf/decode.js';
export { type ListFrame, type ProtobufDocument, ProtobufEncoder } from './protobuf/encode.js';
export type { ProtobufTables } from './protobuf/tables.js';
export { WireWriter } from './protobuf/writer.js';
export type { QuotaMeasure } from './quota-measure.js';
export { type AuthConfig, authConfigs } from './rancher/auth-config.js';
export { type ManagementCluster, managementClusters } from './rancher/cluster.js';
export { type ClusterRegistrationToken, clusterRegistrationTokens } from './rancher/cluster-registration-token.js';
export { type Feature, features } from './rancher/feature.js';
export { type FleetWorkspace, fleetWorkspaces } from './rancher/fleet-workspace.js';
export { type ManagementNode, managementNodes } from './rancher/node.js';
export { type ManagementPreference, managementPreferences } from './rancher/preference.js';
export { type ManagementToken, managementTokens } from './rancher/token.js';
export { type UserAttribute, userAttributes } from './rancher/user-attribute.js';
export { combinations, uncovered } from './rbac/cover.js';
export { ruleAllows, rulesAllow } from './rbac/rule.js';
export { ruleInWords } from './rbac/rule-in-words.js';
export type { IntOrString, Quantity } from './scalars.js';
export type { Descriptions } from './schema/descriptions.js';
export { fieldAt } from './schema/field-at.js';
export {
  duplicate,
  forbiddenField,
  invalidTyped,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from './schema/field-cause.js';
export { FieldPath } from './schema/field-path.js';
export { type GoTypeFault, goTypeFault, mistyped } from './schema/go-type.js';
export { type OpenSchema, openSchema, type Pruned } from './schema/open-schema.js';
export { ruleFaults } from './schema/rule-faults.js';
export { ruleCausesInTurns } from './schema/rules.js';
export { sameJson } from './schema/same-json.js';
export type { Schema } from './schema/schema.js';
export { structuralCauses } from './schema/structural.js';
export { REDACTED, SECRET_FIELDS, type SecretFields, withoutSecrets } from './secret-fields.js';
export {
  type FieldRequirement,
  formatFieldSelector,
  matchesFields,
  parseFieldSelector,
} from './selectors/field-selector.js';
export {
  formatLabelSelector,
  isLabelKey,
  isLabelValue,
  type LabelRequirement,
  labelRequirements,
  matchesLabels,
  parseLabelSelector,
} from './selectors/label-selector.js';
export { formatAge, formatDuration } from './table/age.js';
export { builtinColumns } from './table/builtin-columns.js';
export type { Column, ColumnDefinition } from './table/column.js';
export { crdColumns } from './table/crd-columns.js';
export { compileJsonPath, type JsonPath, JsonPathError } from './table/json-path.js';
export {
  type AccessRequest,
  isWhy,
  MAX_WHY_REQUESTS,
  type OutsideBinding,
  type OutsideBindings,
  type Why,
  type WhyAnswer,
  type WhyBinding,
  type WhyGrant,
  type WhyGrantor,
  type WhyOrigin,
  type WhyPlace,
  type WhyQuestion,
  type WhyRefusal,
  type WhyRemedy,
  type WhyRole,
  type WhySubject,
} from './why.js';
