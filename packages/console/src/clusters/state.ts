import type { ManagementCluster, ProvisioningCluster } from '@drover/api';
import { condition } from '../api/condition.js';
import type { State } from '../components/state.js';
import { message } from '../i18n/message.js';

/** An imported cluster: as its owner asked for it, and as the server manages it. */
export interface FleetCluster {
  readonly key: string;
  readonly namespace: string;
  /** The name people see. */
  readonly name: string;
  /** The cluster id; absent until the server has taken the cluster up. */
  readonly id: string | undefined;
  readonly provisioning: ProvisioningCluster;
  readonly management: ManagementCluster | undefined;
  readonly state: State<ClusterStateId>;
}

/** The states of a cluster. */
export type ClusterStateId = 'pending' | 'waiting' | 'active' | 'unavailable' | 'disconnected' | 'removing';

/** The Harvester clusters of the fleet: a cluster is one by its label, else by what was detected in it. */
export function harvesterClusters(
  provisioning: readonly ProvisioningCluster[],
  management: readonly ManagementCluster[],
): FleetCluster[] {
  const byId = new Map(management.map((cluster) => [cluster.metadata.name, cluster]));
  return provisioning.flatMap((cluster) => {
    const fleet = fleetCluster(cluster, byId.get(cluster.status?.clusterName));
    const provider = cluster.metadata.labels?.['provider.cattle.io'] ?? fleet.management?.status?.provider;
    return provider === 'harvester' ? [fleet] : [];
  });
}

/** Joins the two objects of a cluster. */
export function fleetCluster(
  provisioning: ProvisioningCluster,
  management: ManagementCluster | undefined,
): FleetCluster {
  const { name = '', namespace = '' } = provisioning.metadata;
  return {
    key: `${namespace}/${name}`,
    namespace,
    name: management?.spec?.displayName ?? name,
    id: provisioning.status?.clusterName,
    provisioning,
    management,
    state: clusterState(provisioning, management),
  };
}

/** The state of a cluster from its conditions; the reason is the condition's own sentence. */
export function clusterState(
  provisioning: ProvisioningCluster,
  management: ManagementCluster | undefined,
): State<ClusterStateId> {
  if (provisioning.metadata.deletionTimestamp !== undefined || management?.metadata.deletionTimestamp !== undefined)
    return { id: 'removing', title: message('cluster.state.removing'), tone: 'warning', transitioning: true };
  if (management === undefined)
    return { id: 'pending', title: message('cluster.state.pending'), tone: 'info', transitioning: true };
  const connected = condition(management, 'Connected');
  const ready = condition(management, 'Ready');
  const reason = (...candidates: (string | undefined)[]): { reason?: string } => {
    const found = candidates.find((text) => text !== undefined && text !== '');
    return found === undefined ? {} : { reason: found };
  };
  if (connected?.status === 'True') {
    if (ready?.status === 'True')
      return { id: 'active', title: message('cluster.state.active'), tone: 'success', transitioning: false };
    if (ready?.status === 'False')
      return {
        id: 'unavailable',
        title: message('cluster.state.unavailable'),
        tone: 'danger',
        transitioning: false,
        ...reason(ready.message),
      };
    return { id: 'waiting', title: message('cluster.state.waiting'), tone: 'info', transitioning: true };
  }
  if (hasConnectedOnce(management))
    return {
      id: 'disconnected',
      title: message('cluster.state.disconnected'),
      tone: 'danger',
      transitioning: false,
      ...reason(connected?.message, ready?.message),
    };
  return {
    id: 'waiting',
    title: message('cluster.state.waiting'),
    tone: 'info',
    transitioning: true,
    ...reason(connected?.message, ready?.message, condition(management, 'Waiting')?.message),
  };
}

/** Whether an agent has ever registered: then the cluster was there, and its absence is a fault. */
export const hasConnectedOnce = (management: ManagementCluster): boolean =>
  condition(management, 'Provisioned')?.status === 'True' || management.status?.version?.gitVersion !== undefined;

/** The Harvester version, where the server knows it. */
export const harvesterVersion = ({ management }: FleetCluster): string =>
  management?.status?.info?.harvesterVersion ?? '';

/** The Kubernetes version, where the server knows it. */
export const kubernetesVersion = ({ management }: FleetCluster): string =>
  management?.status?.version?.gitVersion ?? '';
