import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const QUOTAS = '/api/v1/namespaces/default/resourcequotas';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

it.each([
  [
    { hard: { gpus: '1' } },
    '[spec.hard[gpus]: Invalid value: gpus: must be a standard resource type or fully qualified, spec.hard[gpus]: Invalid value: gpus: must be a standard resource for quota]',
  ],
  [{ hard: { pods: '-1' } }, 'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
  [{ hard: { pods: '1500m' } }, 'spec.hard[pods]: Invalid value: "1500m": must be an integer'],
  [
    { hard: { secrets: '1' }, scopes: ['Terminating'] },
    'spec.scopes: Invalid value: []core.ResourceQuotaScope{"Terminating"}: unsupported scope applied to resource',
  ],
  [
    { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] },
    'spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort", "NotBestEffort"}: conflicting scopes',
  ],
  [
    { hard: { pods: '1' }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
    "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
  ],
])('a quota with %j is invalid', async (spec, why) => {
  const { status, body } = await ask(test.server, 'POST', QUOTAS, { metadata: { name: 'q' }, spec });
  expect([status, body['message']]).toEqual([422, `ResourceQuota "q" is invalid: ${why}`]);
});

it('a quota takes counts of any kind and extended resources, and keeps its scopes', async () => {
  const hard = {
    'count/widgets.example.com': '1',
    'requests.nvidia.com/gpu': '2',
    cpu: '1',
    'requests.hugepages-2Mi': '4Mi',
  };
  expect((await ask(test.server, 'POST', QUOTAS, { metadata: { name: 'q' }, spec: { hard } })).status).toBe(201);
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { body } = await ask(
    test.server,
    'PATCH',
    `${QUOTAS}/q`,
    { spec: { hard: null, scopes: ['BestEffort'] } },
    { headers },
  );
  expect(body['message']).toContain(
    'spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: field is immutable',
  );
});
