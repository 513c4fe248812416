import type { ManagementCluster, ProvisioningCluster } from '@drover/api';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../api/condition.js';
import { clusterState, harvesterClusters } from './state.js';

const asked = (labels: Record<string, string> = {}, clusterName?: string): ProvisioningCluster => ({
  apiVersion: 'provisioning.cattle.io/v1',
  kind: 'Cluster',
  metadata: { name: 'hv', namespace: 'fleet-default', labels },
  status: clusterName === undefined ? {} : { clusterName },
});
const managed = (conditions: Condition[], provider?: string): ManagementCluster => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'Cluster',
  metadata: { name: 'c-m-abcdefgh' },
  status: { conditions, ...(provider === undefined ? {} : { provider }) },
});
const is = (type: string, status: Condition['status'], message = ''): Condition => ({ type, status, message });

describe('clusterState', () => {
  it.each([
    ['pending', undefined],
    ['waiting', managed([])],
    ['waiting', managed([is('Connected', 'False')])],
    ['active', managed([is('Connected', 'True'), is('Ready', 'True')])],
    ['unavailable', managed([is('Connected', 'True'), is('Ready', 'False')])],
    ['disconnected', managed([is('Provisioned', 'True'), is('Connected', 'False')])],
  ] as const)('%s', (id, management) => {
    expect(clusterState(asked(), management).id).toBe(id);
  });

  it('gives the reason of a stall', () => {
    const state = clusterState(asked(), managed([is('Connected', 'Unknown', 'the agent has not dialled in yet')]));
    expect(state.reason).toBe('the agent has not dialled in yet');
  });
});

describe('harvesterClusters', () => {
  it('contains what is labelled or detected as Harvester, and nothing else', () => {
    const clusters = [asked({ 'provider.cattle.io': 'harvester' }), asked({}, 'c-m-abcdefgh'), asked({}, 'c-m-other')];
    expect(harvesterClusters(clusters, [managed([], 'harvester')]).map(({ id }) => id)).toEqual([
      undefined,
      'c-m-abcdefgh',
    ]);
  });
});
