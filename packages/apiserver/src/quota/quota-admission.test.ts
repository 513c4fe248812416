import type { KubeObject, QuotaMeasure } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer({ quotaMeasures: [measure] });
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object): Promise<Answer> => ask(test.server, method, url, body);
const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const pod = (name: string, cpu?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }) }] },
});

/** Takes the place of pods: ConfigMaps, in this test. */
const measure: QuotaMeasure = {
  group: '',
  plural: 'configmaps',
  names: ['limits.cpu'],
  usage({ data }: KubeObject & { data?: Record<string, string> }) {
    return new Map(data?.['cpu'] === undefined ? [] : [['limits.cpu', BigInt(data['cpu']) * 1_000_000_000n]]);
  },
};

/** A namespace of its own with a quota; the ConfigMap every namespace has is there. */
async function limited(namespace: string, hard: Record<string, string>): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}`;
  await send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await settled();
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'limit' }, spec: { hard } };
  expect((await send('POST', `${path}/resourcequotas`, quota)).status).toBe(201);
  return path;
}

/** Lets the controllers do what they have to. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const used = async (path: string) => {
  await settled();
  return (await send('GET', `${path}/resourcequotas/limit`)).body['status']!['used'];
};

describe('a quota', () => {
  it('refuses what would exceed it, in the words of Kubernetes', async () => {
    const path = await limited('counted', { configmaps: '3' });
    await send('POST', `${path}/configmaps`, map('a'));
    await send('POST', `${path}/configmaps`, map('b'));
    const { status, body } = await send('POST', `${path}/configmaps`, map('c'));
    expect([status, body['message']]).toEqual([
      403,
      'configmaps "c" is forbidden: exceeded quota: limit, requested: configmaps=1, used: configmaps=3, limited: configmaps=3',
    ]);
  });

  it('counts what the objects of a further kind use', async () => {
    const path = await limited('measured', { 'limits.cpu': '3' });
    // The one that each namespace has says nothing, and uses nothing.
    expect((await send('POST', `${path}/configmaps`, { ...map('a'), data: { cpu: '2' } })).status).toBe(201);
    expect(await used(path)).toEqual({ 'limits.cpu': '2' });
    const more = await send('POST', `${path}/configmaps`, { ...map('b'), data: { cpu: '2' } });
    expect(more.body['message']).toContain('requested: limits.cpu=2, used: limits.cpu=2, limited: limits.cpu=3');
    const silent = await send('POST', `${path}/configmaps`, map('c'));
    expect(silent.body['message']).toContain('failed quota: limit: must specify limits.cpu');
  });

  it('is not passed by many writes at the same time', async () => {
    const path = await limited('rushed', { 'count/secrets': '5' });
    const secret = (name: number) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `s${name}` } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, name) => send('POST', `${path}/secrets`, secret(name))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  });

  it('gives back what is deleted, and what was refused for another reason', async () => {
    const path = await limited('returned', { configmaps: '2' });
    await send('POST', `${path}/configmaps`, map('a'));
    await send('POST', `${path}/configmaps`, map('a'));
    await send('DELETE', `${path}/configmaps/a`);
    expect((await send('POST', `${path}/configmaps`, map('b'))).status).toBe(201);
  });

  it('of processors adds up what pods request, and refuses those that do not say', async () => {
    const path = await limited('computed', { 'requests.cpu': '1' });
    expect((await send('POST', `${path}/pods`, pod('a', '600m'))).status).toBe(201);
    const more = await send('POST', `${path}/pods`, pod('b', '500m'));
    expect(more.body['message']).toContain(
      'requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    const silent = await send('POST', `${path}/pods`, pod('c'));
    expect(silent.body['message']).toContain('failed quota: limit: must specify requests.cpu for: c');
  });

  it('of kinds defined later counts them too', async () => {
    const path = await limited('custom', { 'count/deployments.apps': '0' });
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    };
    expect((await send('POST', '/apis/apps/v1/namespaces/custom/deployments', deployment)).status).toBe(403);
    expect(path).toContain('custom');
  });

  it('counts nothing for a dry run', async () => {
    const path = await limited('dry', { configmaps: '2' });
    for (const name of ['a', 'b', 'c']) {
      expect((await send('POST', `${path}/configmaps?dryRun=All`, map(name))).status).toBe(201);
    }
  });

  it('shows in its status what is used', async () => {
    const path = await limited('shown', { configmaps: '5', 'requests.cpu': '4', 'requests.storage': '1Ti' });
    expect(await used(path)).toEqual({ configmaps: '1', 'requests.cpu': '0', 'requests.storage': '0' });
    await send('POST', `${path}/configmaps`, map('a'));
    await send('POST', `${path}/pods`, pod('p', '1500m'));
    expect(await used(path)).toEqual({ configmaps: '2', 'requests.cpu': '1500m', 'requests.storage': '0' });
    await send('DELETE', `${path}/pods/p`);
    expect(await used(path)).toEqual({ configmaps: '2', 'requests.cpu': '0', 'requests.storage': '0' });
  });
});
