import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

it.each([
  [{ type: 'Robot' }, 'spec.limits[0].type: Invalid value: "Robot": must be a standard limit type or fully qualified'],
  [
    { type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } },
    'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
  ],
  [
    { type: 'Container', defaultRequest: { cpu: '2' }, default: { cpu: '1' } },
    'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
  ],
  [
    { type: 'Pod', default: { cpu: '2' } },
    "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
  ],
  [
    { type: 'Pod', maxLimitRequestRatio: { cpu: '500m' } },
    'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
  ],
  [
    { type: 'PersistentVolumeClaim' },
    'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
  ],
])('a limit %j is invalid', async (limit, why) => {
  const path = '/api/v1/namespaces/default/limitranges';
  const { body } = await ask(test.server, 'POST', path, { metadata: { name: 'l' }, spec: { limits: [limit] } });
  expect(body['message']).toBe(`LimitRange "l" is invalid: ${why}`);
});
