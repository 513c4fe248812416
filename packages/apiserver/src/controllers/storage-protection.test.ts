import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestCluster } from './test-cluster.js';

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';
const PODS = '/api/v1/namespaces/default/pods';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.open();
});
afterEach(() => cluster[Symbol.asyncDispose]());

const isGone = (path: string) => cluster.untilThere(path, false);

const makeClaim = (name: string) =>
  cluster.create(CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });

const makePod = (nodeName: string | undefined) =>
  cluster.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'user' },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });

describe('a claim', () => {
  it('that is deleted stays for as long as a pod has it on its node', async () => {
    const { metadata } = await makeClaim('data');
    expect(metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await makePod('node');
    await cluster.delete(`${CLAIMS}/data`);
    await cluster.quiet();
    expect((await cluster.get(`${CLAIMS}/data`))?.metadata.deletionTimestamp).toBeDefined();
    await cluster.delete(`${PODS}/user`, { gracePeriodSeconds: 0 });
    await isGone(`${CLAIMS}/data`);
  });

  it('that is deleted goes when the pods that name it have no node', async () => {
    await makeClaim('data');
    await makePod(undefined);
    await cluster.delete(`${CLAIMS}/data`);
    await isGone(`${CLAIMS}/data`);
  });
});

describe('a volume', () => {
  it('that is deleted stays for as long as it is bound', async () => {
    const { metadata } = await cluster.create(VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
    });
    expect(metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    await cluster.merge(`${VOLUMES}/disk/status`, { status: { phase: 'Bound' } });
    await cluster.delete(`${VOLUMES}/disk`);
    await cluster.quiet();
    expect((await cluster.get(`${VOLUMES}/disk`))?.metadata.deletionTimestamp).toBeDefined();
    await cluster.merge(`${VOLUMES}/disk/status`, { status: { phase: 'Released' } });
    await isGone(`${VOLUMES}/disk`);
  });
});
