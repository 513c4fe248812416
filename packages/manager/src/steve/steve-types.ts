import {
  type Kind,
  type KubeObject,
  type ManagementCluster,
  managementClusters,
  managementSettings,
  type ProvisioningCluster,
  projects,
  provisioningClusters,
  type Stored,
  users,
} from '@drover/api';
import { clusterState } from '../clusters/cluster-state.js';
import type { State } from '../norman/resource.js';

/** One type of `/v1`: a kind of the management cluster in Steve's form. */
export interface SteveType {
  /** `provisioning.cattle.io.cluster`; URLs take the plural as well. */
  readonly id: string;
  readonly kind: Kind<KubeObject>;
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[];
  readonly state: (object: Stored<KubeObject>) => State;
}

const ACTIVE: State = { name: 'active', transitioning: 'no', message: 'Resource is current' };

/** The types that are served; the rest of `/v1` is refused by name. Clusters and users are changed through `/v3`. */
export const STEVE_TYPES: readonly SteveType[] = [
  entry(provisioningClusters, 'provisioning.cattle.io.cluster', ['GET', 'POST', 'PUT', 'DELETE'], provisioningState),
  entry(managementClusters, 'management.cattle.io.cluster', ['GET'], (cluster: Stored<ManagementCluster>) =>
    clusterState(cluster),
  ),
  entry(managementSettings, 'management.cattle.io.setting', ['GET', 'PUT'], () => ACTIVE),
  entry(projects, 'management.cattle.io.project', ['GET'], () => ACTIVE),
  entry(users, 'management.cattle.io.user', ['GET'], () => ACTIVE),
];

/** The type of a URL: `<group>.<plural>` or `<group>.<singular>`. */
export function steveType(name: string): SteveType | undefined {
  const lower = name.toLowerCase();
  return STEVE_TYPES.find(({ id, kind }) => id === lower || `${kind.group}.${kind.plural}` === lower);
}

function provisioningState({ status, metadata }: Stored<ProvisioningCluster>): State {
  return clusterState({ metadata, status: { conditions: status?.conditions ?? [] } });
}

function entry<T extends KubeObject>(
  kind: Kind<T>,
  id: string,
  methods: SteveType['methods'],
  state: (object: Stored<T>) => State,
): SteveType {
  // The table holds one of each type, and its users treat them alike.
  return { id, methods, kind: kind as unknown as Kind<KubeObject>, state: state as unknown as SteveType['state'] };
}
