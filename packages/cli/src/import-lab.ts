import {
  clusterRegistrationTokens,
  harvesterSettings,
  hasReason,
  type Kind,
  type KubeObject,
  type ObjectRef,
  provisioningClusters,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import type { RunningLab } from './lab.js';
import type { RunningServer } from './server.js';
import type { Surroundings } from './surroundings.js';

/** The imported lab's name in the server. */
const LAB: { readonly namespace: string; readonly name: string } = { namespace: 'fleet-default', name: 'lab' };

/**
 * Imports the lab as a person would: a Cluster in the server, and its manifest URL in the lab's setting
 * `cluster-registration-url`. Does nothing when the lab has been given a URL before, by this or by hand.
 */
export async function importLab(server: RunningServer, lab: RunningLab, { tell, signal }: Surroundings): Promise<void> {
  const setting = await lab.client.get(harvesterSettings, { name: 'cluster-registration-url' });
  if (!setting.value) {
    const url = await manifestUrl(server.client, signal);
    await lab.client.patch(
      harvesterSettings,
      { name: 'additional-ca' },
      { type: 'merge', patch: { value: server.caPem } },
    );
    await lab.client.patch(
      harvesterSettings,
      { name: 'cluster-registration-url' },
      { type: 'merge', patch: { value: JSON.stringify({ url, insecureSkipTLSVerify: false }) } },
    );
  }
  const imported = await until(
    server.client,
    provisioningClusters,
    LAB,
    signal,
    ({ status }) => status?.ready === true,
  );
  if (imported) tell(`The lab is imported as ${LAB.name}.`);
}

async function manifestUrl(client: Client, signal: AbortSignal): Promise<string> {
  await client
    .create(provisioningClusters, {
      apiVersion: 'provisioning.cattle.io/v1',
      kind: 'Cluster',
      metadata: { ...LAB, labels: { 'provider.cattle.io': 'harvester' } },
      spec: { agentEnvVars: [] },
    })
    .catch((error: unknown) => {
      if (!hasReason(error, 'AlreadyExists')) throw error;
    });
  const cluster = await until(
    client,
    provisioningClusters,
    LAB,
    signal,
    ({ status }) => status?.clusterName !== undefined,
  );
  const token = { namespace: cluster.status?.clusterName, name: 'default-token' };
  const { status } = await until(
    client,
    clusterRegistrationTokens,
    token,
    signal,
    (found) => !!found.status?.manifestUrl,
  );
  return status?.manifestUrl as string;
}

/** Watches one object until it is as wanted. */
async function until<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  { namespace, name }: ObjectRef,
  signal: AbortSignal,
  wanted: (object: Stored<T>) => boolean,
): Promise<Stored<T>> {
  const options = { namespace, fieldSelector: `metadata.name=${name}`, signal };
  for (;;) {
    const { items, metadata } = await client.list(kind, options);
    const now = items.find(wanted);
    if (now) return now;
    for await (const event of client.watch(kind, { ...options, resourceVersion: metadata.resourceVersion })) {
      if ((event.type === 'ADDED' || event.type === 'MODIFIED') && wanted(event.object)) return event.object;
    }
  }
}
