import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const PODS = '/api/v1/namespaces/default/pods';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const make = (name: string, fields: object): Promise<Answer> =>
  ask(test.server, 'POST', CLASSES, { metadata: { name }, ...fields });
const pod = async (spec: object): Promise<Answer> =>
  ask(test.server, 'POST', `${PODS}?dryRun=All`, {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  });
const told = ({ status, body }: Answer): unknown => [status, body['message']];

describe('a priority class', () => {
  it('of the system cannot be deleted, nor another be made by such a name', async () => {
    expect(told(await ask(test.server, 'DELETE', `${CLASSES}/system-node-critical`))).toEqual([
      403,
      'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    ]);
    expect(told(await make('system-mine', { value: 1 }))).toEqual([
      422,
      'PriorityClass.scheduling.k8s.io "system-mine" is invalid: metadata.name: Forbidden: priority class names with \'system-\' prefix are reserved for system use only. error: system-mine is not a known system priority class',
    ]);
  });

  it('of a user is below those of the system, and keeps its value', async () => {
    expect((await make('high', { value: 1_000_000_001 })).body['message']).toContain(
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    );
    await make('high', { value: 1000 });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await ask(test.server, 'PATCH', `${CLASSES}/high`, { value: 2 }, { headers });
    expect(patched.body['message']).toContain('value: Forbidden: may not be changed in an update.');
  });
});

describe('a pod', () => {
  it('has the priority of its class, or none', async () => {
    expect((await pod({})).body['spec']).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    expect((await pod({ priorityClassName: 'high' })).body['spec']).toMatchObject({ priority: 1000 });
    expect(told(await pod({ priorityClassName: 'nowhere' }))).toEqual([
      403,
      'pods "p" is forbidden: no PriorityClass with name nowhere was found',
    ]);
    expect((await pod({ priority: 5 })).body['message']).toContain(
      'the integer value of priority (5) must not be provided',
    );
  });

  it('that names no class is of the default one, of which there is one', async () => {
    await make('usual', { value: 7, globalDefault: true });
    expect((await pod({})).body['spec']).toMatchObject({ priority: 7, priorityClassName: 'usual' });
    expect(told(await make('second', { value: 8, globalDefault: true }))).toEqual([
      403,
      'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    ]);
  });

  it('is of a service account that is there, and pulls with its secrets', async () => {
    expect(told(await pod({ serviceAccountName: 'nobody' }))).toEqual([
      403,
      'pods "p" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
    ]);
    const imagePullSecrets = [{ name: 'registry' }];
    const account = { metadata: { name: 'puller' }, imagePullSecrets };
    await ask(test.server, 'POST', '/api/v1/namespaces/default/serviceaccounts', account);
    expect((await pod({ serviceAccountName: 'puller' })).body['spec']).toMatchObject({ imagePullSecrets });
  });
});
