import { describe, expect, it } from 'vitest';
import type { Deployment } from '../generated/types/apps-v1.js';
import type { Event, Node, PersistentVolumeClaim, Pod, Service } from '../generated/types/core-v1.js';
import type { StorageClass } from '../generated/types/storage-v1.js';
import type { KubeObject } from '../object.js';
import { builtinResources, harvesterCrds, rancherCrds } from '../schemas.js';
import { builtinColumns } from './builtin-columns.js';
import { crdColumns } from './crd-columns.js';

const now = Date.parse('2026-01-01T01:00:00Z');
const created = '2026-01-01T00:00:00Z';
const show = (group: string, plural: string, object: KubeObject): Record<string, unknown> =>
  Object.fromEntries(builtinColumns(group, plural).map(({ definition, cell }) => [definition.name, cell(object, now)]));

const pod = (status: Pod['status'], metadata: Pod['metadata'] = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', creationTimestamp: created, ...metadata },
  spec: { containers: [{ name: 'a' }, { name: 'b' }] },
  ...(status ? { status } : {}),
});
const container = (name: string, more: object) => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});

describe('the columns of a pod', () => {
  it.each<[string, Pod, Record<string, unknown>]>([
    ['new', pod({ phase: 'Pending' }), { Ready: '0/2', Status: 'Pending', Restarts: '0', Age: '60m' }],
    [
      'running',
      pod({ phase: 'Running', containerStatuses: [container('a', { ready: true }), container('b', { ready: true })] }),
      { Ready: '2/2', Status: 'Running' },
    ],
    [
      'without its image',
      pod({
        phase: 'Pending',
        containerStatuses: [container('a', { state: { waiting: { reason: 'ImagePullBackOff' } } })],
      }),
      { Status: 'ImagePullBackOff' },
    ],
    [
      'crashing',
      pod({
        phase: 'Running',
        containerStatuses: [
          container('a', {
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:58:00Z' } },
          }),
        ],
      }),
      { Status: 'CrashLoopBackOff', Restarts: '3 (2m ago)' },
    ],
    [
      'killed',
      pod({
        phase: 'Failed',
        containerStatuses: [container('a', { state: { terminated: { exitCode: 137, signal: 9 } } })],
      }),
      { Status: 'Signal:9' },
    ],
    ['being deleted', pod({ phase: 'Running' }, { deletionTimestamp: created }), { Status: 'Terminating' }],
    [
      'initialising',
      {
        ...pod({ phase: 'Pending', initContainerStatuses: [container('i', { state: { running: {} } })] }),
        spec: { initContainers: [{ name: 'i' }], containers: [] },
      },
      { Status: 'Init:0/1' },
    ],
  ])('%s', (_name, given, expected) => {
    expect(show('', 'pods', given)).toMatchObject(expected);
  });
});

describe('the columns of built-in kinds', () => {
  it('show a node with its roles', () => {
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'n',
        creationTimestamp: created,
        labels: { 'node-role.kubernetes.io/etcd': '', 'node-role.kubernetes.io/control-plane': 'true' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      },
    };
    expect(show('', 'nodes', node)).toMatchObject({
      Status: 'Ready,SchedulingDisabled',
      Roles: 'control-plane,etcd',
      'Internal-IP': '10.0.0.1',
      'External-IP': '<none>',
    });
  });

  it('show a claim and a default class', () => {
    const claim: PersistentVolumeClaim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', creationTimestamp: created },
      spec: { volumeName: 'pv', storageClassName: 's' },
      status: { phase: 'Bound', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] },
    };
    expect(show('', 'persistentvolumeclaims', claim)).toMatchObject({
      Status: 'Bound',
      Volume: 'pv',
      Capacity: '5Gi',
      'Access Modes': 'RWO,RWX',
    });
    const storageClass: StorageClass = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 's', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'p',
    };
    expect(show('storage.k8s.io', 'storageclasses', storageClass)).toMatchObject({
      Name: 's (default)',
      AllowVolumeExpansion: 'false',
    });
  });

  it('show services, deployments and events', () => {
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1', ports: [{ port: 80, nodePort: 30080 }] },
    };
    expect(show('', 'services', service)).toMatchObject({
      'External-IP': '<pending>',
      'Port(s)': '80:30080/TCP',
      Selector: '<none>',
    });
    const deployment: Deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
      status: { readyReplicas: 1 },
    };
    expect(show('apps', 'deployments', deployment)).toMatchObject({
      Ready: '1/1',
      Containers: 'c',
      Images: 'i',
      Selector: 'a=b',
    });
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p' },
      lastTimestamp: created,
      reason: 'Started',
      message: 'Started it\n',
    };
    expect(show('', 'events', event)).toMatchObject({
      'Last Seen': '60m',
      Object: 'pod/p',
      Message: 'Started it',
      Count: 1,
    });
  });

  it('are there for each kind', () => {
    for (const { group, plural } of builtinResources())
      expect(builtinColumns(group, plural).some(({ definition }) => definition.format === 'name')).toBe(true);
  });
});

describe('the columns of custom kinds', () => {
  const columns = crdColumns([
    { name: 'Size', type: 'integer', jsonPath: '.status.size' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Since', type: 'date', jsonPath: '.status.since', priority: 1 },
    { name: 'All', type: 'string', jsonPath: '.status.list' },
  ]);
  const cells = (status: object): unknown[] => {
    const object = { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, status } as KubeObject;
    return columns.map(({ cell }) => cell(object, now));
  };

  it('follow the definition', () => {
    expect(cells({ size: 5, conditions: [{ type: 'Ready', status: 'True' }], since: created, list: ['a'] })).toEqual([
      'x',
      5,
      'True',
      '60m',
      '["a"]',
    ]);
    expect(columns.map(({ definition }) => definition.priority)).toEqual([0, 0, 0, 1, 0]);
  });

  it('stay empty where the object has nothing, or something of another type', () => {
    expect(cells({ size: 'large' })).toEqual(['x', null, null, null, null]);
  });

  it('are a name and an age when the definition says nothing', () => {
    expect(crdColumns(undefined).map(({ definition: { name, type } }) => `${name} ${type}`)).toEqual([
      'Name string',
      'Age date',
    ]);
  });

  it('are understood in every definition we ship', () => {
    const versions = [...harvesterCrds(), ...rancherCrds()].flatMap(({ spec }) => spec.versions);
    expect(() => versions.map(({ additionalPrinterColumns }) => crdColumns(additionalPrinterColumns))).not.toThrow();
  });
});
