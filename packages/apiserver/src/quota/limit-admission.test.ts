import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object): Promise<Answer> => ask(test.server, method, url, body);
const pod = (name: string, resources: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', resources }] },
});

/** A namespace of its own with these limits. */
async function limited(namespace: string, ...limits: object[]): Promise<string> {
  await send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits } };
  expect((await send('POST', `/api/v1/namespaces/${namespace}/limitranges`, range)).status).toBe(201);
  return `/api/v1/namespaces/${namespace}`;
}

const resourcesOf = ({ body }: Answer) => (body['spec']!['containers'] as unknown as Answer['body'][])[0]!['resources'];

describe('a limit range', () => {
  it('gives containers what they do not say themselves', async () => {
    const path = await limited('defaults', {
      type: 'Container',
      default: { cpu: '1', memory: '1Gi' },
      defaultRequest: { cpu: '250m' },
    });
    expect(resourcesOf(await send('POST', `${path}/pods`, pod('silent')))).toEqual({
      requests: { cpu: '250m', memory: '1Gi' },
      limits: { cpu: '1', memory: '1Gi' },
    });
    const silent = (await send('GET', `${path}/pods/silent`)).body;
    expect(silent['metadata']!['annotations']).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
    });
    const own = { requests: { cpu: '2' }, limits: { cpu: '3', memory: '2Gi' } };
    expect(resourcesOf(await send('POST', `${path}/pods`, pod('own', own)))).toEqual({
      requests: { cpu: '2', memory: '2Gi' },
      limits: { cpu: '3', memory: '2Gi' },
    });
  });

  it('is completed: the maximum is the default limit, and that the default request', async () => {
    const path = await limited('completed', { type: 'Container', max: { cpu: '2' }, min: { memory: '64Mi' } });
    const { body } = await send('GET', `${path}/limitranges/limits`);
    expect(body['spec']!['limits']).toMatchObject([
      { default: { cpu: '2' }, defaultRequest: { cpu: '2', memory: '64Mi' } },
    ]);
  });

  it.each([
    [
      'less than the minimum',
      { requests: { cpu: '50m' } },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    ['more than the maximum', { limits: { cpu: '4' } }, 'maximum cpu usage per Container is 2, but limit is 4'],
    [
      'too far apart',
      { requests: { cpu: '200m' }, limits: { cpu: '2' } },
      'cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000',
    ],
  ])('refuses what is %s, in the words of Kubernetes', async (what, resources, message) => {
    const namespace = `bounds-${what.replaceAll(' ', '-')}`;
    const path = await limited(namespace, {
      type: 'Container',
      min: { cpu: '100m' },
      max: { cpu: '2' },
      maxLimitRequestRatio: { cpu: '4' },
    });
    const { status, body } = await send('POST', `${path}/pods`, pod('p', resources));
    expect(status).toBe(403);
    expect(body['message']).toContain(message);
  });

  it('of pods adds up their containers', async () => {
    const path = await limited('together', { type: 'Pod', max: { memory: '1Gi' } });
    const two = pod('two', { limits: { memory: '600Mi' } });
    two.spec.containers.push({ ...two.spec.containers[0]!, name: 'd' });
    const { body } = await send('POST', `${path}/pods`, two);
    expect(body['message']).toBe('pods "two" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 1200Mi');
  });

  it('of claims bounds their storage', async () => {
    const path = await limited('claims', {
      type: 'PersistentVolumeClaim',
      min: { storage: '1Gi' },
      max: { storage: '10Gi' },
    });
    const claim = (storage: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: `c-${storage.toLowerCase()}` },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
    expect((await send('POST', `${path}/persistentvolumeclaims`, claim('5Gi'))).status).toBe(201);
    const { body } = await send('POST', `${path}/persistentvolumeclaims`, claim('20Gi'));
    expect(body['message']).toContain('maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 20Gi');
  });

  it('comes before quotas: what it gives counts', async () => {
    const path = await limited('counted', {
      type: 'Container',
      defaultRequest: { cpu: '600m' },
      default: { cpu: '1' },
    });
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { 'requests.cpu': '1' } },
    };
    await send('POST', `${path}/resourcequotas`, quota);
    expect((await send('POST', `${path}/pods`, pod('first'))).status).toBe(201);
    expect((await send('POST', `${path}/pods`, pod('second'))).body['message']).toContain(
      'requested: requests.cpu=600m',
    );
  });
});
