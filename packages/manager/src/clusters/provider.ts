import type { Node, Stored } from '@drover/api';

/** The label every Harvester host carries. */
const HARVESTER_HOST = 'harvesterhci.io/managed';

/** How distributions mark the version of their API server. */
const BY_VERSION: readonly (readonly [RegExp, string])[] = [
  [/\+k3s/, 'k3s'],
  [/\+rke2/, 'rke2'],
  [/-eks-/, 'eks'],
  [/-gke\./, 'gke'],
  [/\+vmware|-tanzu/, 'tanzu'],
  [/\+k0s/, 'k0s'],
];

/**
 * Which product a cluster is: Harvester by its hosts' label or its API group, another distribution by its version;
 * `undefined` when nothing tells.
 */
export function detectProvider(facts: {
  readonly nodes: readonly Stored<Node>[];
  readonly gitVersion: string | undefined;
  readonly servesHarvester: boolean;
}): string | undefined {
  const { nodes, gitVersion = '', servesHarvester } = facts;
  if (servesHarvester || nodes.some(({ metadata }) => HARVESTER_HOST in (metadata.labels ?? {}))) return 'harvester';
  return BY_VERSION.find(([form]) => form.test(gitVersion))?.[1];
}
