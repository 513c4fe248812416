import { clusterRegistrationTokens, deployments, managementClusters, provisioningClusters } from '@drover/api';
import type { Client } from '@drover/client';
import { type BareCluster, startBareCluster } from './bare-cluster.js';
import { eventually } from './eventually.js';
import { type ImportableCluster, importedCredentials } from './imported-agent.js';
import { kubectl } from './kubectl.js';
import { registerLab } from './lab.js';
import type { Management } from './management.js';

/** A cluster that a server has imported: connected and ready. */
export interface ImportedCluster extends AsyncDisposable {
  readonly id: string;
  /** As its administrator. */
  readonly cluster: BareCluster;
}

/** Starts a bare cluster and imports it under `name`, as a person with kubectl does. */
export async function importBareCluster(drover: Management, name: string): Promise<ImportedCluster> {
  const cluster = await startBareCluster();
  const { id, agent } = await importCluster(drover, cluster, name);
  return {
    id,
    cluster,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Imports a cluster that runs, as a person with kubectl does. Resolves when it is connected and ready, through its agent. */
export async function importCluster(
  drover: Management,
  cluster: ImportableCluster,
  name: string,
): Promise<{ readonly id: string; readonly agent: AsyncDisposable }> {
  const { id, manifestUrl } = await expectCluster(drover, name);
  const { text } = await drover.ask('GET', new URL(manifestUrl).pathname);
  const applied = await kubectl(cluster.kubeconfig, ['apply', '-f', '-'], { input: text });
  if (applied.code !== 0) throw new Error(applied.stderr);
  const place = { namespace: 'cattle-system', name: 'cattle-cluster-agent' };
  const deployment = await cluster.client.get(deployments, place);
  const agent = await cluster.runAgent(deployment, await importedCredentials(cluster.client));
  await untilReady(drover, id);
  return { id, agent };
}

/** Imports a lab that runs under `name`, as a person with two consoles does. Resolves with its id when it is connected and ready. */
export async function importLab(drover: Management, lab: Client, name: string): Promise<string> {
  const { id, manifestUrl } = await expectCluster(drover, name);
  await registerLab(lab, manifestUrl);
  await untilReady(drover, id);
  return id;
}

/** Makes the object of a cluster that is to be imported. */
async function expectCluster(drover: Management, name: string): Promise<{ id: string; manifestUrl: string }> {
  const ref = { namespace: 'fleet-default', name };
  await drover.client.create(provisioningClusters, {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: { ...ref, labels: { 'provider.cattle.io': 'harvester' } },
    spec: { agentEnvVars: [] },
  });
  const { status } = await eventually(drover.client, provisioningClusters, ref, (object) =>
    Boolean(object.status?.clusterName),
  );
  const id = status?.clusterName ?? '';
  const token = await eventually(
    drover.client,
    clusterRegistrationTokens,
    { namespace: id, name: 'default-token' },
    (object) => Boolean(object.status?.manifestUrl),
  );
  return { id, manifestUrl: token.status?.manifestUrl ?? '' };
}

async function untilReady(drover: Management, id: string): Promise<void> {
  await eventually(
    drover.client,
    managementClusters,
    { name: id },
    ({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
  );
}
