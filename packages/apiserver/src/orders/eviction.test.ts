import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const PODS = '/api/v1/namespaces/default/pods';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } };

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object) => ask(test.server, method, url, body);

/** A pod that runs, with a budget of its own whose keeper says `status`. */
async function guarded(name: string, ready: 'True' | 'False', status: object, spec: object = {}): Promise<void> {
  const labels = { app: name };
  await send('POST', PODS, { metadata: { name, labels }, spec: { containers: [{ name: 'a', image: 'a:1' }] } });
  const conditions = [{ type: 'Ready', status: ready }];
  await ask(test.server, 'PATCH', `${PODS}/${name}/status`, { status: { phase: 'Running', conditions } }, MERGE);
  await send('POST', BUDGETS, {
    metadata: { name },
    spec: { minAvailable: 1, selector: { matchLabels: labels }, ...spec },
  });
  const kept = { observedGeneration: 1, expectedPods: 2, desiredHealthy: 1, currentHealthy: 2, ...status };
  await ask(test.server, 'PATCH', `${BUDGETS}/${name}/status`, { status: kept }, MERGE);
}

const evict = (name: string, deleteOptions?: object) =>
  send('POST', `${PODS}/${name}/eviction`, { metadata: { name }, ...(deleteOptions && { deleteOptions }) });
const why = ({ status, body }: Answer): unknown => [status, body['details']!['causes']![0 as never]!['message']];

describe('an eviction within its budget', () => {
  it('takes one disruption of it, and notes which pod goes', async () => {
    await guarded('last', 'True', { disruptionsAllowed: 1 });
    expect((await evict('last')).status).toBe(201);
    const { body } = await send('GET', `${BUDGETS}/last`);
    expect(body['status']).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { last: '2026-01-01T00:00:00Z' },
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', observedGeneration: 1 }],
    });
  });

  it('takes none as a dry run, and is told whether there is one', async () => {
    await guarded('tried', 'True', { disruptionsAllowed: 1 });
    expect((await evict('tried', { dryRun: ['All'] })).status).toBe(201);
    expect((await send('GET', `${BUDGETS}/tried`)).body['status']).toMatchObject({ disruptionsAllowed: 1 });
    await guarded('refused', 'True', { disruptionsAllowed: 0 });
    expect((await evict('refused', { dryRun: ['All'] })).status).toBe(429);
  });

  it('of which many come at once, takes no more than there are', async () => {
    await guarded('crowd', 'True', { disruptionsAllowed: 2 });
    const names = ['b', 'c', 'd', 'e'].map((letter) => `crowd-${letter}`);
    const pod = (name: string) => ({
      metadata: { name, labels: { app: 'crowd' } },
      spec: { containers: [{ name: 'a', image: 'a:1' }] },
    });
    for (const name of names) {
      await send('POST', PODS, pod(name));
      const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
      await ask(test.server, 'PATCH', `${PODS}/${name}/status`, { status }, MERGE);
    }
    const answers = await Promise.all(names.map((name) => evict(name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429]);
  });
});

describe('an eviction is refused', () => {
  it.each<[string, object, string]>([
    ['spent', { disruptionsAllowed: 0 }, 'The disruption budget spent needs 1 healthy pods and has 2 currently'],
    ['stale', { observedGeneration: 0 }, 'The disruption budget stale is still being processed by the server.'],
    [
      'failed',
      {
        disruptionsAllowed: 0,
        conditions: [
          {
            type: 'DisruptionAllowed',
            status: 'False',
            reason: 'SyncFailed',
            message: 'no idea',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
      'The disruption budget failed does not allow evicting pods currently because it failed sync: no idea',
    ],
  ])('by a budget that is %s, which says so', async (name, status, message) => {
    await guarded(name, 'True', status);
    expect(why(await evict(name))).toEqual([429, message]);
  });

  it('by a budget whose status makes no sense', async () => {
    await guarded('senseless', 'True', { disruptionsAllowed: -1 });
    const { status, body } = await evict('senseless');
    expect([status, body['message']]).toEqual([
      403,
      'poddisruptionbudget.policy "senseless" is forbidden: pdb disruptions allowed is negative',
    ]);
  });
});

describe('a pod that is not ready', () => {
  it('goes uncounted while enough others are', async () => {
    await guarded('sick', 'False', { disruptionsAllowed: 0 });
    expect((await evict('sick')).status).toBe(201);
  });

  it('is counted while too few are', async () => {
    await guarded('missed', 'False', { disruptionsAllowed: 0, currentHealthy: 0 });
    expect((await evict('missed')).status).toBe(429);
  });
});
