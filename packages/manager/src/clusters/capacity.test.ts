import type { Node, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { capacityOf, rolesOf } from './capacity.js';

const node = (
  labels: Record<string, string>,
  capacity: Record<string, string>,
  taints: { key: string; effect: 'NoSchedule' }[] = [],
): Stored<Node> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', uid: '1', resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z', labels },
  spec: { taints },
  status: { capacity, allocatable: capacity },
});
const CONTROL = { 'node-role.kubernetes.io/control-plane': 'true' };

describe('what a cluster has', () => {
  it('is the sum of its nodes, in Kubernetes’ units', () => {
    const nodes = [
      node({}, { cpu: '1500m', memory: '2Gi', pods: '110' }),
      node(CONTROL, { cpu: '2', memory: '512Mi', pods: '110' }),
    ];
    expect(capacityOf(nodes)).toEqual({
      capacity: { cpu: '3500m', memory: '2560Mi', pods: '220' },
      allocatable: { cpu: '3500m', memory: '2560Mi', pods: '220' },
      nodeCount: 2,
      linuxWorkerCount: 2,
    });
  });

  it('does not count nodes that only run the control plane', () => {
    const keeper = node(CONTROL, { cpu: '8' }, [
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ]);
    expect(capacityOf([keeper, node({}, { cpu: '4' })])).toMatchObject({
      capacity: { cpu: '4' },
      nodeCount: 2,
      linuxWorkerCount: 1,
    });
  });

  it('is nothing without nodes', () => {
    expect(capacityOf([]).capacity).toEqual({ cpu: '0', memory: '0', pods: '0' });
  });
});

it.each([
  [{}, { etcd: false, controlPlane: false, worker: true }],
  [CONTROL, { etcd: false, controlPlane: true, worker: false }],
  [
    { ...CONTROL, 'node-role.kubernetes.io/etcd': '', 'node-role.kubernetes.io/worker': '' },
    { etcd: true, controlPlane: true, worker: true },
  ],
])('a node labelled %j has the roles %j', (labels, roles) => expect(rolesOf(node(labels, {}))).toEqual(roles));
