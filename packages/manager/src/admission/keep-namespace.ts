import { type AdmissionReview, forbidden, managementClusters } from '@drover/api';
import type { Client } from '@drover/client';
import { getIfPresent } from '@drover/controller';
import { SYSTEM_NAMESPACES } from '../bootstrap/namespaces.js';
import { LOCAL, parseClusterId } from '../clusters/cluster-id.js';

/** Those of the server, and of its own cluster; `cattle-global-data` is where Rancher keeps what Drover may be given. */
const KEPT = new Set<string>([...SYSTEM_NAMESPACES, 'cattle-global-data', LOCAL]);

/**
 * Refuses the deletion of the namespaces that this server lives in, which would take every cluster along, and of a cluster's own
 * as long as nobody deletes the cluster.
 *
 * @throws ApiError Forbidden.
 */
export async function keepNamespace(
  { operation, name, group, resource, identity }: AdmissionReview,
  local: () => Pick<Client, 'get'>,
): Promise<undefined> {
  if (operation !== 'DELETE' || identity.name === 'system:apiserver') return;
  const kind = { group, plural: resource };
  if (KEPT.has(name)) throw forbidden(kind, name, 'the server keeps its own objects in this namespace');
  if (parseClusterId(name) === undefined) return;
  if (await isInUse(local(), name)) {
    throw forbidden(kind, name, `it belongs to the cluster "${name}": delete the cluster instead`);
  }
}

async function isInUse(client: Pick<Client, 'get'>, name: string): Promise<boolean> {
  const cluster = await getIfPresent(client, managementClusters, { name });
  return cluster !== undefined && cluster.metadata.deletionTimestamp === undefined;
}
