import { clusterRegistrationTokens, harvesterSettings, hasReason, provisioningClusters } from '@drover/api';
import { type Client, waitFor } from '@drover/client';
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
    await trustAuthority(lab.client, server.caPem);
    await lab.client.patch(
      harvesterSettings,
      { name: 'cluster-registration-url' },
      { type: 'merge', patch: { value: JSON.stringify({ url, insecureSkipTLSVerify: false }) } },
    );
  }
  await waitFor(server.client, provisioningClusters, LAB, ({ status }) => status?.ready === true, signal);
  tell(`The lab is imported as ${LAB.name}.`);
}

/** Adds an authority to those that the lab trusts; what somebody put into the setting stays. */
async function trustAuthority(client: Client, caPem: string): Promise<void> {
  const { value = '' } = await client.get(harvesterSettings, { name: 'additional-ca' });
  if (value.includes(caPem.trim())) return;
  const patch = { value: value === '' ? caPem : `${value.trimEnd()}\n${caPem}` };
  await client.patch(harvesterSettings, { name: 'additional-ca' }, { type: 'merge', patch });
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
  const cluster = await waitFor(
    client,
    provisioningClusters,
    LAB,
    ({ status }) => status?.clusterName !== undefined,
    signal,
  );
  const token = { namespace: cluster.status?.clusterName, name: 'default-token' };
  const { status } = await waitFor(
    client,
    clusterRegistrationTokens,
    token,
    (found) => !!found.status?.manifestUrl,
    signal,
  );
  return status?.manifestUrl as string;
}
