import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const base64 = (text: string): string => Buffer.from(text).toString('base64');

it.each([
  [{ type: 'kubernetes.io/basic-auth' }, '[data[username]: Required value, data[password]: Required value]'],
  [{ data: { '..a': '' } }, 'data[..a]: Invalid value: "..a": must not start with \'..\''],
  [{ data: { '.': '' } }, 'data[.]: Invalid value: ".": must not be \'.\''],
])('a Secret with %j is invalid', async (fields, why) => {
  const { body } = await ask(test.server, 'POST', '/api/v1/namespaces/default/secrets', {
    metadata: { name: 's' },
    ...fields,
  });
  expect(body['message']).toBe(`Secret "s" is invalid: ${why}`);
});

it('a Secret with credentials of registries that are no JSON is refused without being shown', async () => {
  const data = { '.dockerconfigjson': base64('hunter2') };
  const secret = { metadata: { name: 's' }, type: 'kubernetes.io/dockerconfigjson', data };
  const { status, text } = await ask(test.server, 'POST', '/api/v1/namespaces/default/secrets', secret);
  expect(status).toBe(422);
  expect(text).toContain('<secret contents redacted>');
  expect(text).not.toContain('hunter2');
});

it('a ConfigMap has each key once', async () => {
  const map = { metadata: { name: 'm' }, data: { a: 'x' }, binaryData: { a: base64('x') } };
  const { body } = await ask(test.server, 'POST', '/api/v1/namespaces/default/configmaps', map);
  expect(body['message']).toBe(
    'ConfigMap "m" is invalid: data[a]: Invalid value: "a": duplicate of key present in binaryData',
  );
});
