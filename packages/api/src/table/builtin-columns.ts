import {
  apiServices,
  certificateSigningRequests,
  clusterRoleBindings,
  componentStatuses,
  configMaps,
  controllerRevisions,
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  endpoints,
  events,
  flowSchemas,
  ingressClasses,
  ingresses,
  jobs,
  leases,
  mutatingWebhookConfigurations,
  namespaces,
  networkPolicies,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  priorityClasses,
  priorityLevelConfigurations,
  replicaSets,
  resourceQuotas,
  roleBindings,
  runtimeClasses,
  secrets,
  serviceAccounts,
  services,
  statefulSets,
  storageClasses,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
  volumeAttachments,
} from '../generated/kinds.js';
import type { Kind } from '../kind.js';
import type { KubeObject } from '../object.js';
import {
  admissionPolicyBindingColumns,
  admissionPolicyColumns,
  apiServiceColumns,
  disruptionBudgetColumns,
  leaseColumns,
  priorityClassColumns,
  roleBindingColumns,
  runtimeClassColumns,
  signingRequestColumns,
  webhookColumns,
} from './builtin/cluster.js';
import {
  componentStatusColumns,
  configMapColumns,
  endpointsColumns,
  eventColumns,
  namespaceColumns,
  resourceQuotaColumns,
  secretColumns,
  serviceAccountColumns,
  serviceColumns,
} from './builtin/core.js';
import { flowSchemaColumns, priorityLevelColumns } from './builtin/flow-control.js';
import { endpointSliceColumns, ingressClassColumns, ingressColumns, networkPolicyColumns } from './builtin/network.js';
import { nodeColumns } from './builtin/node.js';
import { podColumns } from './builtin/pod.js';
import { claimColumns, storageClassColumns, volumeAttachmentColumns, volumeColumns } from './builtin/storage.js';
import {
  controllerRevisionColumns,
  cronJobColumns,
  daemonSetColumns,
  deploymentColumns,
  jobColumns,
  replicaSetColumns,
  statefulSetColumns,
} from './builtin/workloads.js';
import { type Column, CREATED, NAME } from './column.js';

/** Objects of a kind reach its own columns only, so their type may be forgotten here. */
function table<T extends KubeObject>(
  { group, plural }: Kind<T>,
  columns: readonly Column<T>[],
): [string, readonly Column[]] {
  return [`${group}/${plural}`, columns as readonly Column[]];
}

const TABLES: ReadonlyMap<string, readonly Column[]> = new Map([
  table(componentStatuses, componentStatusColumns),
  table(namespaces, namespaceColumns),
  table(pods, podColumns),
  table(nodes, nodeColumns),
  table(secrets, secretColumns),
  table(configMaps, configMapColumns),
  table(serviceAccounts, serviceAccountColumns),
  table(services, serviceColumns),
  table(endpoints, endpointsColumns),
  table(resourceQuotas, resourceQuotaColumns),
  table(events, eventColumns),
  table(persistentVolumeClaims, claimColumns),
  table(persistentVolumes, volumeColumns),
  table(storageClasses, storageClassColumns),
  table(volumeAttachments, volumeAttachmentColumns),
  table(deployments, deploymentColumns),
  table(replicaSets, replicaSetColumns),
  table(daemonSets, daemonSetColumns),
  table(statefulSets, statefulSetColumns),
  table(controllerRevisions, controllerRevisionColumns),
  table(jobs, jobColumns),
  table(cronJobs, cronJobColumns),
  table(leases, leaseColumns),
  table(flowSchemas, flowSchemaColumns),
  table(priorityLevelConfigurations, priorityLevelColumns),
  table(roleBindings, roleBindingColumns),
  table(clusterRoleBindings, roleBindingColumns),
  table(podDisruptionBudgets, disruptionBudgetColumns),
  table(priorityClasses, priorityClassColumns),
  table(runtimeClasses, runtimeClassColumns),
  table(apiServices, apiServiceColumns),
  table(certificateSigningRequests, signingRequestColumns),
  table(mutatingWebhookConfigurations, webhookColumns),
  table(validatingWebhookConfigurations, webhookColumns),
  table(validatingAdmissionPolicies, admissionPolicyColumns),
  table(validatingAdmissionPolicyBindings, admissionPolicyBindingColumns),
  table(ingresses, ingressColumns),
  table(ingressClasses, ingressClassColumns),
  table(networkPolicies, networkPolicyColumns),
  table(endpointSlices, endpointSliceColumns),
]);

/** The columns `kubectl get` shows of a built-in kind; its name and time of creation where it has none of its own. */
export function builtinColumns(group: string, plural: string): readonly Column[] {
  return TABLES.get(`${group}/${plural}`) ?? [NAME, CREATED];
}
