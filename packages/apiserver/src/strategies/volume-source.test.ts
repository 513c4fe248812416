import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

/** What a dry run of a creation says; the causes of its refusal, each with its field, when it is one. */
async function told(path: string, document: object): Promise<unknown> {
  const { status, body } = await ask(test.server, 'POST', `${path}?dryRun=All`, {
    metadata: { name: 'a' },
    ...document,
  });
  const causes = body['details']?.['causes'] as { field: string; message: string }[] | undefined;
  return status === 422 ? causes?.map(({ field, message }) => `${field}: ${message}`) : status;
}

const MORE = 'Forbidden: may not specify more than 1 volume type';
const PODS = '/api/v1/namespaces/default/pods';
const spec = (...volumes: object[]) => ({ containers: [{ name: 'c', image: 'i' }], volumes });

describe('a volume of a pod', () => {
  it('has one source: each after the first is refused, in Kubernetes’ order and words', async () => {
    const both = { name: 'v', secret: { secretName: 's' }, emptyDir: {}, downwardAPI: {} };
    expect(await told(PODS, { spec: spec({ name: 'fine', emptyDir: {} }, both) })).toEqual([
      `spec.volumes[1].secret: ${MORE}`,
      `spec.volumes[1].downwarAPI: ${MORE}`,
    ]);
  });

  it('is held to that in a template, too', async () => {
    const labels = { app: 'a' };
    const template = { metadata: { labels }, spec: spec({ name: 'v', hostPath: { path: '/' }, emptyDir: {} }) };
    const deployment = { spec: { selector: { matchLabels: labels }, template } };
    expect(await told('/apis/apps/v1/namespaces/default/deployments', deployment)).toEqual([
      `spec.template.spec.volumes[0].hostPath: ${MORE}`,
    ]);
  });
});

describe('a persistent volume', () => {
  const volume = (sources: object) => ({
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...sources },
  });

  it.each([
    ['in one place', { hostPath: { path: '/a' } }, 201],
    [
      'in two places',
      { nfs: { server: 's', path: '/' }, hostPath: { path: '/a' }, cephfs: { monitors: ['m'] } },
      [`spec.nfs: ${MORE}`, `spec.cephFS: ${MORE}`],
    ],
    ['nowhere', {}, ['spec: Required value: must specify a volume type']],
  ])('that is %s is taken, or told what is wrong', async (_where, sources, expected) => {
    expect(await told('/api/v1/persistentvolumes', volume(sources))).toEqual(expected);
  });
});
