import type { ManagementCluster, ProvisioningCluster, Stored } from '@drover/api';
import type { Informer } from '@drover/client';

/** Annotations by which Rancher's objects say which object they were made for (wrangler's apply). */
export const OWNER_NAMESPACE = 'objectset.rio.cattle.io/owner-namespace';
export const OWNER_NAME = 'objectset.rio.cattle.io/owner-name';

/** The clusters there are, from memory. */
export class ClusterDirectory {
  constructor(
    private readonly management: Informer<ManagementCluster>,
    private readonly provisioning: Informer<ProvisioningCluster>,
  ) {}

  get(id: string): Stored<ManagementCluster> | undefined {
    return this.management.get(undefined, id);
  }

  list(): readonly Stored<ManagementCluster>[] {
    return this.management.list();
  }

  /** The provisioning object of a management cluster. */
  provisioningOf(cluster: Stored<ManagementCluster>): Stored<ProvisioningCluster> | undefined {
    const { namespace, name } = provisioningRef(cluster);
    const found = this.provisioning.get(namespace, name);
    const pointsHere = found?.status?.clusterName ?? cluster.metadata.name;
    return pointsHere === cluster.metadata.name ? found : undefined;
  }
}

/** Where the provisioning object of a management cluster is, or is to be. */
export function provisioningRef(cluster: Stored<ManagementCluster>): {
  readonly namespace: string;
  readonly name: string;
} {
  const { annotations = {}, name } = cluster.metadata;
  return {
    namespace: annotations[OWNER_NAMESPACE] ?? cluster.spec?.fleetWorkspaceName ?? 'fleet-default',
    name: annotations[OWNER_NAME] ?? name,
  };
}
