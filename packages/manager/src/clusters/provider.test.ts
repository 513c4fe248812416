import type { Node, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { detectProvider } from './provider.js';

const node = (labels: Record<string, string>): Stored<Node> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', uid: '1', resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z', labels },
});

describe('a cluster is', () => {
  it.each([
    [
      'harvester',
      {
        nodes: [node({}), node({ 'harvesterhci.io/managed': 'true' })],
        gitVersion: 'v1.32.0+rke2r1',
        servesHarvester: false,
      },
    ],
    ['harvester', { nodes: [], gitVersion: 'v1.32.0', servesHarvester: true }],
    ['rke2', { nodes: [node({})], gitVersion: 'v1.32.0+rke2r1', servesHarvester: false }],
    ['k3s', { nodes: [], gitVersion: 'v1.30.1+k3s1', servesHarvester: false }],
    [undefined, { nodes: [], gitVersion: 'v1.30.1', servesHarvester: false }],
    [undefined, { nodes: [], gitVersion: undefined, servesHarvester: false }],
  ])('%s by %j', (provider, facts) => expect(detectProvider(facts)).toBe(provider));
});
