import type { ClusterRegistrationToken, ManagementCluster } from '@drover/api';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../api/condition.js';
import { importSteps } from './guide.js';
import { fleetCluster } from './state.js';

const cluster = (conditions?: Condition[]) => {
  const management: ManagementCluster | undefined = conditions && {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Cluster',
    metadata: { name: 'c-m-abcdefgh' },
    status: { conditions },
  };
  return fleetCluster(
    { apiVersion: 'provisioning.cattle.io/v1', kind: 'Cluster', metadata: { name: 'hv', namespace: 'fleet-default' } },
    management,
  );
};
const token: ClusterRegistrationToken = {
  apiVersion: 'management.cattle.io/v3',
  kind: 'ClusterRegistrationToken',
  metadata: { name: 'default-token', namespace: 'c-m-abcdefgh' },
  status: { manifestUrl: 'https://manager/v3/import/x_c-m-abcdefgh.yaml' },
};
const states = (...args: Parameters<typeof importSteps>): string =>
  importSteps(...args)
    .map(({ id, state }) => `${id}:${state}`)
    .join(' ');

describe('importSteps', () => {
  it('begins with the cluster itself', () => {
    expect(states(cluster(), undefined)).toBe(
      'created:current token:waiting fetched:waiting agent:waiting connected:waiting ready:waiting',
    );
  });

  it('waits for the agent once there is a registration URL', () => {
    expect(states(cluster([]), token)).toBe(
      'created:done token:done fetched:current agent:waiting connected:waiting ready:waiting',
    );
  });

  it('says which step stalls, why, and what to do', () => {
    const why = 'cattle-cluster-agent: ErrImagePull: no such host';
    const stalled = { type: 'Connected', status: 'False', reason: 'AgentNotConnecting', message: why };
    const steps = importSteps(cluster([stalled]), token);
    expect(steps[3]).toMatchObject({
      id: 'agent',
      state: 'stalled',
      reason: why,
      advice: { key: 'guide.advice.image' },
    });
  });

  it('does not call it a stall when it is the turn of the person', () => {
    const words = 'Waiting for the registration URL to be put into the setting';
    const waiting = { type: 'Connected', status: 'False', reason: 'WaitingForRegistration', message: words };
    expect(importSteps(cluster([waiting]), token)[2]).toEqual({
      id: 'fetched',
      title: { key: 'guide.step.fetched' },
      state: 'current',
      reason: words,
    });
  });

  it('is done when the cluster is ready', () => {
    const conditions = [
      { type: 'Connected', status: 'True' },
      { type: 'Ready', status: 'True' },
    ] as const;
    expect(states(cluster([...conditions]), token)).toBe(
      'created:done token:done fetched:done agent:done connected:done ready:done',
    );
  });
});
