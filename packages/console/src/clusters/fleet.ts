import { managementClusters, provisioningClusters } from '@drover/api';
import { useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import type { Freshness } from '../live/collection.js';
import { type FleetCluster, harvesterClusters } from './state.js';

/** The Harvester clusters of the fleet, live. */
export function useFleet(): { clusters: readonly FleetCluster[]; freshness: Freshness } {
  const provisioning = useCollection(provisioningClusters, LOCAL);
  const management = useCollection(managementClusters, LOCAL);
  const clusters = useMemo(
    () => harvesterClusters(provisioning.items, management.items),
    [provisioning.items, management.items],
  );
  const freshness = provisioning.freshness.state === 'live' ? management.freshness : provisioning.freshness;
  return { clusters, freshness };
}

/** One cluster of the fleet by its id, live. */
export function useFleetCluster(id: string): FleetCluster | undefined {
  return useFleet().clusters.find((cluster) => cluster.id === id);
}
