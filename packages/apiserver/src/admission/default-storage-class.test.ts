import type { KubeObject } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const BETA = 'storageclass.beta.kubernetes.io/is-default-class';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object) => ask(test.server, method, url, body);

const storageClass = (name: string, annotations: object) =>
  send('POST', CLASSES, { metadata: { name, annotations }, provisioner: 'example.com/disk' });

let claims = 0;
/** The class of a new claim, as it is then. */
async function classOf(spec: object = {}, metadata: Partial<KubeObject['metadata']> = {}): Promise<unknown> {
  claims += 1;
  const resources = { requests: { storage: '1Gi' } };
  const { body } = await send('POST', CLAIMS, {
    metadata: { name: `claim-${claims}`, ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources, ...spec },
  });
  return (body['spec'] as { storageClassName?: string } | undefined)?.storageClassName;
}

describe('a claim that names no class', () => {
  it('has none where there is no default', async () => {
    await storageClass('plain', { [DEFAULT]: 'false' });
    expect(await classOf()).toBeUndefined();
  });

  it('gets the default one, whichever annotation says that it is', async () => {
    await storageClass('beta', { [BETA]: 'true' });
    expect(await classOf()).toBe('beta');
    await test.clock.advance(60_000);
    await storageClass('newer', { [DEFAULT]: 'true' });
    expect(await classOf()).toBe('newer');
  });

  it('gets the first by name of those that are equally new', async () => {
    await storageClass('equally-new', { [DEFAULT]: 'true' });
    expect(await classOf()).toBe('equally-new');
  });

  it('is left alone when it names one, also by the old annotation, or wants none', async () => {
    expect(await classOf({ storageClassName: 'plain' })).toBe('plain');
    expect(await classOf({ storageClassName: '' })).toBe('');
    expect(await classOf({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'plain' } })).toBeUndefined();
  });
});
