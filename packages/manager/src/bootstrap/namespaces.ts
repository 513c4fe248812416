import { fleetWorkspaces, managementClusters, namespaces, provisioningClusters } from '@drover/api';
import type { Client } from '@drover/client';
import { createIfAbsent } from '@drover/controller';
import { LOCAL } from '../clusters/cluster-id.js';
import { CREDENTIAL_NAMESPACE } from '../clusters/connect.js';
import { KUBECONFIG_NAMESPACE } from '../ext/ext-kubeconfig.js';
import { PASSWORD_NAMESPACE } from '../identity/passwords.js';

/** Namespaces that clusters are grouped in. */
const WORKSPACES = ['fleet-default', 'fleet-local'] as const;
const SYSTEM = [
  'cattle-system',
  CREDENTIAL_NAMESPACE,
  'cattle-tokens',
  PASSWORD_NAMESPACE,
  KUBECONFIG_NAMESPACE,
  'cattle-impersonation-system',
  'cattle-ui-plugin-system',
] as const;

/** The namespaces in which this server keeps its own objects. */
export const SYSTEM_NAMESPACES: readonly string[] = [...SYSTEM, ...WORKSPACES];

/** Makes the namespaces, workspaces and the cluster `local` that clients of Rancher expect to find. */
export async function installNamespaces(client: Client): Promise<void> {
  await Promise.all([
    ...SYSTEM_NAMESPACES.map((name) =>
      createIfAbsent(client, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    ),
    ...WORKSPACES.map((name) =>
      createIfAbsent(client, fleetWorkspaces, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'FleetWorkspace',
        metadata: { name },
      }),
    ),
  ]);
}

/** Makes the object of the cluster this server itself runs on. */
export async function installLocalCluster(client: Client): Promise<void> {
  await createIfAbsent(client, managementClusters, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Cluster',
    metadata: { name: LOCAL },
    spec: { displayName: LOCAL, internal: true, importedConfig: {}, fleetWorkspaceName: 'fleet-local' },
  });
  await createIfAbsent(client, provisioningClusters, {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: {
      name: LOCAL,
      namespace: 'fleet-local',
      annotations: { 'provisioning.cattle.io/management-cluster-name': LOCAL },
    },
    spec: {},
  });
}
