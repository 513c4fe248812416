import type { KubeObject } from '@drover/api';
import { formatAmount } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { inScope } from './scope.js';
import { missingFrom, resourcesOf, usageOf } from './usage.js';

const CORE = (plural: string) => ({ group: '', plural });
const core = (kind: string, more: object): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name: 'a' }, ...more });
const container = (name: string, requests: object, limits: object = {}) => ({
  name,
  image: 'i',
  resources: { requests, limits },
});

function shown(plural: string, object: KubeObject): Record<string, string> {
  return Object.fromEntries(
    [...usageOf(CORE(plural), object)].map(([name, amount]) => [name, formatAmount(name, amount)]),
  );
}

describe('what an object uses', () => {
  it('of a pod: its containers together, or its largest init container, and the overhead', () => {
    const pod = core('Pod', {
      spec: {
        containers: [container('a', { cpu: '100m', memory: '1Gi' }, { cpu: '1' }), container('b', { cpu: '200m' })],
        initContainers: [container('init', { cpu: '2' })],
        overhead: { memory: '128Mi' },
      },
    });
    expect(shown('pods', pod)).toEqual({
      'count/pods': '1',
      pods: '1',
      cpu: '2',
      'requests.cpu': '2',
      memory: '1152Mi',
      'requests.memory': '1152Mi',
      'limits.cpu': '1',
      'limits.memory': '128Mi',
    });
  });

  it('of a pod that has ended: only that it is there', () => {
    const pod = core('Pod', { spec: { containers: [container('a', { cpu: '1' })] }, status: { phase: 'Succeeded' } });
    expect(shown('pods', pod)).toEqual({ 'count/pods': '1' });
  });

  it('of a claim: its storage, by class too', () => {
    const spec = { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } };
    expect(shown('persistentvolumeclaims', core('PersistentVolumeClaim', { spec }))).toEqual({
      'count/persistentvolumeclaims': '1',
      persistentvolumeclaims: '1',
      'requests.storage': '10Gi',
      'fast.storageclass.storage.k8s.io/requests.storage': '10Gi',
      'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    });
  });

  it('of a service: ports on nodes and load balancers', () => {
    const service = core('Service', { spec: { type: 'LoadBalancer', ports: [{ port: 1 }, { port: 2 }] } });
    expect(shown('services', service)).toMatchObject({
      services: '1',
      'services.loadbalancers': '1',
      'services.nodeports': '2',
    });
  });

  it('of any other kind: that it is there', () => {
    const usage = usageOf({ group: 'kubevirt.io', plural: 'virtualmachines' }, core('VirtualMachine', {}));
    expect([...usage.keys()]).toEqual(['count/virtualmachines.kubevirt.io']);
  });
});

it.each([
  ['pods', 'pods', ''],
  ['requests.cpu', 'pods', ''],
  ['memory', 'pods', ''],
  ['requests.nvidia.com/gpu', 'pods', ''],
  ['requests.storage', 'persistentvolumeclaims', ''],
  ['fast.storageclass.storage.k8s.io/requests.storage', 'persistentvolumeclaims', ''],
  ['services.nodeports', 'services', ''],
  ['count/deployments.apps', 'deployments', 'apps'],
  ['count/virtualmachines.kubevirt.io', 'virtualmachines', 'kubevirt.io'],
])('"%s" is used by %s', (name, plural, group) => {
  expect(resourcesOf(name)).toEqual([{ group, plural }]);
});

it('a pod must say what a quota limits, in each container', () => {
  const pod = core('Pod', { spec: { containers: [container('a', { cpu: '1' }), container('b', {})] } });
  expect(missingFrom(pod as never, ['requests.cpu', 'limits.memory', 'pods'])).toEqual([
    'limits.memory for: a,b',
    'requests.cpu for: b',
  ]);
});

it.each([
  [{ scopes: ['BestEffort'] }, { status: { qosClass: 'BestEffort' } }, true],
  [{ scopes: ['NotBestEffort'] }, { status: { qosClass: 'BestEffort' } }, false],
  [{ scopes: ['Terminating'] }, { spec: { activeDeadlineSeconds: 5 } }, true],
  [{ scopes: ['NotTerminating'] }, { spec: { activeDeadlineSeconds: 5 } }, false],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
    { spec: { priorityClassName: 'high' } },
    true,
  ],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }] } },
    { spec: { priorityClassName: 'high' } },
    false,
  ],
])('a quota with %j counts the pod %j: %s', (spec, pod, expected) => {
  const quota = core('ResourceQuota', { spec });
  expect(inScope(quota as never, CORE('pods'), core('Pod', pod))).toBe(expected);
});

it('a quota with scopes counts nothing but pods', () => {
  expect(
    inScope(
      core('ResourceQuota', { spec: { scopes: ['BestEffort'] } }) as never,
      CORE('services'),
      core('Service', {}),
    ),
  ).toBe(false);
});
