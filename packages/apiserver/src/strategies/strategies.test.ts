import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, type Loose } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const post = (url: string, body: object): Promise<Answer> => ask(test.server, 'POST', url, body);
const merge = (url: string, body: object): Promise<Answer> =>
  ask(test.server, 'PATCH', url, body, { headers: { 'content-type': 'application/merge-patch+json' } });
const inDefault = (plural: string, group = ''): string =>
  group === '' ? `/api/v1/namespaces/default/${plural}` : `/apis/${group}/v1/namespaces/default/${plural}`;

describe('a namespace', () => {
  it('carries its name as a label, is active, and is held by its finalizer', async () => {
    const { body } = await post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'one' },
    });
    expect(body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'one' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('is terminating from the moment it is deleted, and keeps its finalizer from ordinary writes', async () => {
    await post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'two', finalizers: ['a.io/hold'] },
    });
    expect((await merge('/api/v1/namespaces/two', { spec: { finalizers: [] } })).body['spec']).toEqual({
      finalizers: ['kubernetes'],
    });
    const { body } = await ask(test.server, 'DELETE', '/api/v1/namespaces/two');
    expect(body['status']).toMatchObject({ phase: 'Terminating' });
  });
});

describe('a pod', () => {
  const pod = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });

  it('is filled in as Kubernetes does', async () => {
    const containers = [
      { name: 'c', image: 'nginx', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } },
    ];
    const volumes = [{ name: 'v' }, { name: 'w', configMap: { name: 'm' } }];
    const { body } = await post(inDefault('pods'), pod('filled', { containers, volumes }));
    expect(body['spec']).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          imagePullPolicy: 'Always',
          ports: [{ protocol: 'TCP' }],
          resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
        },
      ],
      volumes: [{ name: 'v', emptyDir: {} }, { configMap: { defaultMode: 0o644 } }],
    });
    expect(body['spec']!['volumes']).not.toMatchObject([{}, { emptyDir: {} }]);
    expect(body['status']).toEqual({ phase: 'Pending', qosClass: 'Burstable' });
  });

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['registry:5000/nginx', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['nginx@sha256:0', 'IfNotPresent'],
  ])('with the image %s is pulled %s', async (image, policy) => {
    const answer = await ask(
      test.server,
      'POST',
      `${inDefault('pods')}?dryRun=All`,
      pod('pulled', { containers: [{ name: 'c', image }] }),
    );
    const [container] = answer.body['spec']!['containers'] as unknown as Loose[];
    expect(container!['imagePullPolicy']).toBe(policy);
  });

  it('changes its image, and nothing else of what it runs', async () => {
    await post(inDefault('pods'), pod('fixed', { containers: [{ name: 'c', image: 'a:1' }] }));
    const change = (fields: object) =>
      merge(`${inDefault('pods')}/fixed`, { spec: { containers: [{ name: 'c', image: 'a:2', ...fields }] } });
    expect((await change({ command: ['x'] })).status).toBe(422);
  });
});

describe('a service', () => {
  const service = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });

  it('has an address of its own, and keeps it', async () => {
    const first = await post(inDefault('services'), service('a', { ports: [{ port: 80 }] }));
    const second = await post(inDefault('services'), service('b', { ports: [{ port: 80 }] }));
    const address = first.body['spec']!['clusterIP'];
    expect(address).toMatch(/^10\.43\.\d+\.\d+$/);
    expect(second.body['spec']!['clusterIP']).not.toBe(address);
    expect((await merge(`${inDefault('services')}/a`, { spec: { clusterIP: '10.43.0.9' } })).status).toBe(422);
    const replaced = await ask(
      test.server,
      'PUT',
      `${inDefault('services')}/a`,
      service('a', { ports: [{ port: 81 }] }),
    );
    expect(replaced.body['spec']).toMatchObject({
      clusterIP: address,
      ports: [{ port: 81, targetPort: 81, protocol: 'TCP' }],
    });
  });

  it('without an address stays without', async () => {
    const { body } = await post(
      inDefault('services'),
      service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
    );
    expect(body['spec']).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
  });
});

describe('a workload', () => {
  const deployment = (labels: object) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });

  it('selects its own pods, for good', async () => {
    expect((await post(inDefault('deployments', 'apps'), deployment({ a: 'c' }))).body['message']).toContain(
      'does not match template',
    );
    const made = await post(inDefault('deployments', 'apps'), deployment({ a: 'b' }));
    expect(made.body['spec']).toMatchObject({ replicas: 1, strategy: { rollingUpdate: { maxSurge: '25%' } } });
    const change = {
      spec: { selector: { matchLabels: { a: 'b', x: 'y' } }, template: { metadata: { labels: { x: 'y' } } } },
    };
    expect((await merge(`${inDefault('deployments', 'apps')}/web`, change)).body['message']).toContain(
      'field is immutable',
    );
  });

  it('that is a job selects its pods by its own UID', async () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
    };
    const { body } = await post(inDefault('jobs', 'batch'), job);
    expect(body['spec']!['selector']).toEqual({
      matchLabels: { 'batch.kubernetes.io/controller-uid': body['metadata']!['uid'] },
    });
    expect(body['spec']).toMatchObject({ backoffLimit: 6, parallelism: 1, completions: 1 });
  });
});

describe('a claim', () => {
  it('gets the default class when it names none', async () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    await post('/apis/storage.k8s.io/v1/storageclasses', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast', annotations },
      provisioner: 'a.io/b',
    });
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const { body } = await post(inDefault('persistentvolumeclaims'), {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'p' },
      spec: claim,
    });
    expect([body['spec']!['storageClassName'], body['spec']!['volumeMode'], body['status']]).toEqual([
      'fast',
      'Filesystem',
      { phase: 'Pending' },
    ]);
  });
});

describe('a stateful set', () => {
  it('says of what its claims are made after what they are, and how they begin', async () => {
    const labels = { app: 'a' };
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: {} } };
    const { body } = await post(inDefault('statefulsets', 'apps'), {
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        volumeClaimTemplates: [claim],
      },
    });
    expect(body['spec']!['volumeClaimTemplates']).toEqual([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', creationTimestamp: null },
        spec: { accessModes: ['ReadWriteOnce'], resources: {}, volumeMode: 'Filesystem' },
        status: { phase: 'Pending' },
      },
    ]);
  });
});

describe('a secret', () => {
  const secret = (name: string, more: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...more });

  it.each([
    ['a key that is no file name', { data: { 'a/b': '' } }],
    ['a type without its keys', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }],
    ['a token for nobody', { type: 'kubernetes.io/service-account-token' }],
  ])('with %s is refused', async (_what, more) => {
    expect((await post(inDefault('secrets'), secret('bad', more))).status).toBe(422);
  });

  it('with data that is not base64 is none at all', async () => {
    expect((await post(inDefault('secrets'), secret('bad', { data: { a: '%' } }))).status).toBe(400);
  });

  it('that is frozen stays as it is', async () => {
    await post(inDefault('secrets'), secret('frozen', { immutable: true, data: { a: 'Yg==' } }));
    const url = `${inDefault('secrets')}/frozen`;
    expect((await merge(url, { data: { a: 'Yw==' } })).status).toBe(422);
    expect((await merge(url, { immutable: false })).status).toBe(422);
    expect((await merge(url, { metadata: { labels: { a: 'b' } } })).status).toBe(200);
    expect((await merge(url, { type: 'other' })).status).toBe(422);
  });
});
