import { expect, it } from 'vitest';
import { ask, type Loose } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const definition = (watts: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'lamps.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'lamps', kind: 'Lamp' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', description: watts } } } },
      },
    ],
  },
});

it('version 2 is kept while nothing changes, and follows definitions', async () => {
  await using test = await openTestServer();
  const v2 = () => ask(test.server, 'GET', '/openapi/v2');
  const before = await v2();
  expect((await v2()).headers['etag']).toBe(before.headers['etag']);
  await ask(test.server, 'POST', DEFINITIONS, definition('a lamp'));
  const after = await v2();
  expect(after.headers['etag']).not.toBe(before.headers['etag']);
  expect(after.body['definitions']!['org.example.v1.Lamp']!['properties']!['spec']).toMatchObject({
    description: 'a lamp',
  });
  expect(Object.keys(after.body['paths']!)).toContain(
    '/apis/example.org/v1/namespaces/{namespace}/lamps/{name}/status',
  );
  await ask(test.server, 'DELETE', `${DEFINITIONS}/lamps.example.org`);
  expect((await v2()).body['definitions']).not.toHaveProperty(['org.example.v1.Lamp']);
});

it('version 2 has nothing below it, where other paths are the same with a slash at their end', async () => {
  await using test = await openTestServer();
  const statusOf = async (path: string) => (await ask(test.server, 'GET', path)).status;
  expect([await statusOf('/openapi/v2/'), await statusOf('/openapi/v3/')]).toEqual([404, 200]);
});

it('documents of a newer program are other ones', async () => {
  const indexOf = async (version: string) => {
    await using test = await openTestServer({ version });
    return (await ask(test.server, 'GET', '/openapi/v3')).body['paths'] as Record<string, unknown>;
  };
  const [older, same, newer] = [await indexOf('v1.32.0+1'), await indexOf('v1.32.0+1'), await indexOf('v1.32.0+2')];
  expect(same).toEqual(older);
  expect(newer['apis/apps/v1']).not.toEqual(older['apis/apps/v1']);
});

it('others have their turn while a document is made', async () => {
  await using test = await openTestServer();
  for (const path of ['/openapi/v2', '/openapi/v3/api/v1']) {
    let turns = 0;
    let isMade = false;
    const count = (): void => {
      turns += 1;
      if (!isMade) setImmediate(count);
    };
    setImmediate(count);
    await ask(test.server, 'GET', path);
    isMade = true;
    // About one for every 16 KiB.
    expect(turns).toBeGreaterThan(25);
  }
});

it('documents come in the forms that they have, and in no other', async () => {
  await using test = await openTestServer();
  const typeOf = async (path: string, accept: string): Promise<unknown> => {
    const { status, headers } = await ask(test.server, 'GET', path, undefined, { headers: { accept } });
    return status === 200 ? headers['content-type'] : status;
  };
  const protobuf = (version: string) => `application/com.github.proto-openapi.spec.${version}+protobuf`;
  expect(await typeOf('/openapi/v2', 'text/html, */*;q=0.5')).toBe('application/json');
  expect(await typeOf('/openapi/v2', protobuf('v2@v1.0'))).toBe(protobuf('v2.v1.0'));
  expect(await typeOf('/openapi/v2', 'application/vnd.kubernetes.protobuf')).toBe(406);
  expect(await typeOf('/openapi/v3/api/v1', 'application/*')).toBe('application/json');
  expect(await typeOf('/openapi/v3/api/v1', protobuf('v3@v1.0'))).toBe(406);
});

it('every operation has a name of its own, in both versions', async () => {
  await using test = await openTestServer();
  const { body } = await ask(test.server, 'GET', '/openapi/v2');
  const ids = operations(body).map((operation) => operation['operationId']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(
    expect.arrayContaining(['readCoreV1NamespacedPodStatus', 'createAuthorizationV1SubjectAccessReview']),
  );
});

it('every operation says what it does, and every parameter what it is for', async () => {
  await using test = await openTestServer();
  const { body } = await ask(test.server, 'GET', '/openapi/v3/api/v1');
  const silent = operations(body)
    .flatMap((operation) => [operation, ...((operation['parameters'] ?? []) as unknown as Loose[])])
    .filter(({ description }) => !/^[A-Z].*\.$/.test(String(description)));
  expect(silent).toEqual([]);
});

it('whatever a document refers to is in it', async () => {
  await using test = await openTestServer();
  const known = (await ask(test.server, 'GET', '/openapi/v3')).body['paths']!;
  for (const path of ['v2', ...Object.keys(known).map((name) => `v3/${name}`)]) {
    const { body, text } = await ask(test.server, 'GET', `/openapi/${path}`);
    const references = new Set(text.match(/(?<="\$ref":"#\/)[^"]+/g));
    const leads = (to: string) => to.split('/').reduce<Loose | undefined>((at, step) => at?.[step], body) !== undefined;
    expect({ path, astray: [...references].filter((to) => !leads(to)) }).toEqual({ path, astray: [] });
  }
});

function operations(document: Loose): Loose[] {
  return Object.values(document['paths']!).flatMap((item) =>
    Object.entries(item).flatMap(([method, operation]) => (method === 'parameters' ? [] : [operation])),
  );
}
