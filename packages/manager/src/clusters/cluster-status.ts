import type { ManagementCluster, Stored } from '@drover/api';
import type { Observation } from '@drover/controller';
import { capacityOf } from './capacity.js';
import { provisioningRef } from './cluster-directory.js';
import type { ClusterFacts } from './cluster-monitor.js';
import { observeAll } from './conditions.js';
import { detectProvider } from './provider.js';

/** The label by which everybody tells Harvester clusters from others. */
export const PROVIDER_LABEL = 'provider.cattle.io';

/** The status of `cluster` with what has been observed and what the cluster itself has told; facts not known stay as they were. */
export function statusOf(
  cluster: Stored<ManagementCluster>,
  observed: {
    readonly conditions: readonly Observation[];
    readonly facts: ClusterFacts | undefined;
    readonly agentImage: string;
    readonly connected: boolean;
  },
  now: number,
): NonNullable<ManagementCluster['status']> {
  const { facts, agentImage, connected } = observed;
  const status = { ...cluster.status };
  status.conditions = observeAll(status.conditions, observed.conditions, now);
  status.agentImage = agentImage;
  status.connected = connected;
  const provider = providerOf(cluster, facts);
  if (provider !== undefined) status.provider = provider;
  if (facts?.version !== undefined) status.version = versionOf(facts.version);
  if (facts?.nodes !== undefined) {
    const { nodeCount, linuxWorkerCount, capacity, allocatable } = capacityOf(facts.nodes);
    Object.assign(status, { nodeCount, linuxWorkerCount, capacity, allocatable });
  }
  status.info = infoOf(cluster, facts, status);
  return status;
}

/** What the cluster is: by what it tells, else by what its maker said. */
function providerOf(cluster: Stored<ManagementCluster>, facts: ClusterFacts | undefined): string | undefined {
  const told =
    facts && detectProvider({ ...facts, nodes: facts.nodes ?? [], gitVersion: facts.version?.['gitVersion'] });
  return told ?? cluster.status?.provider ?? cluster.metadata.labels?.[PROVIDER_LABEL];
}

function versionOf(version: Readonly<Record<string, string>>): Record<string, string> {
  const known = [
    'major',
    'minor',
    'gitVersion',
    'gitCommit',
    'gitTreeState',
    'buildDate',
    'goVersion',
    'compiler',
    'platform',
  ];
  return Object.fromEntries(known.flatMap((key) => (version[key] === undefined ? [] : [[key, version[key]]])));
}

function infoOf(
  cluster: Stored<ManagementCluster>,
  facts: ClusterFacts | undefined,
  status: NonNullable<ManagementCluster['status']>,
): NonNullable<NonNullable<ManagementCluster['status']>['info']> {
  const info = { ...status.info };
  const { namespace, name } = provisioningRef(cluster);
  info.provisioningClusterRef = { namespace, name };
  const gitVersion = status.version?.gitVersion;
  if (gitVersion !== undefined) info.kubernetesVersion = gitVersion;
  if (status.nodeCount !== undefined) info.nodeCount = status.nodeCount;
  if (status.provider !== undefined) info.machineProvider = status.provider;
  if (facts?.harvesterVersion !== undefined) info.harvesterVersion = facts.harvesterVersion;
  const architecture = facts?.nodes?.[0]?.status?.nodeInfo?.architecture;
  if (architecture !== undefined) info.arch = architecture;
  return info;
}
