import { expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const version = (name: string, storage: boolean, fields: object) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } } },
});

it('each version of a custom kind shows what its own schema knows, and what it gives by default', async () => {
  await using test = await openTestServer();
  const text = { type: 'string' };
  await ask(test.server, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [
        version('v1', true, { both: text, newer: text }),
        version('v1beta1', false, { both: text, given: { type: 'string', default: 'yes' } }),
      ],
    },
  });
  const things = (name: string): string => `/apis/example.org/${name}/namespaces/default/things`;
  const made = {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name: 'a' },
    spec: { both: 'x', newer: 'y' },
  };
  expect((await ask(test.server, 'POST', things('v1'), made)).status).toBe(201);
  const older = await ask(test.server, 'GET', `${things('v1beta1')}/a`);
  expect(older.body).toMatchObject({ apiVersion: 'example.org/v1beta1', spec: { both: 'x', given: 'yes' } });
  expect(older.body['spec']).not.toHaveProperty('newer');
  const list = await ask(test.server, 'GET', things('v1beta1'));
  expect(list.body['items']).toMatchObject([{ apiVersion: 'example.org/v1beta1', spec: { given: 'yes' } }]);
  const newer = await ask(test.server, 'GET', `${things('v1')}/a`);
  expect(newer.body['spec']).toEqual({ both: 'x', newer: 'y' });
});

it('an object that is written again without a change comes into the version that is stored now', async () => {
  await using test = await openTestServer();
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const definition = (stored: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: ['v1', 'v2'].map((name) => version(name, name === stored, {})),
    },
  });
  await ask(test.server, 'POST', definitions, definition('v1'));
  const things = '/apis/example.org/v1/namespaces/default/things';
  const made = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a' } };
  await ask(test.server, 'POST', things, made);
  const present = await ask(test.server, 'GET', `${definitions}/things.example.org`);
  const moved = { ...definition('v2'), metadata: present.body['metadata'] };
  expect((await ask(test.server, 'PUT', `${definitions}/things.example.org`, moved)).status).toBe(200);
  const { body } = await ask(test.server, 'GET', `${things}/a`);
  await ask(test.server, 'PUT', `${things}/a`, body);
  const entry = test.store.get('/registry/example.org/things/default/a');
  expect(Buffer.from(entry?.value ?? []).toString()).toContain('{"apiVersion":"example.org/v2"');
  const without = { ...moved, spec: { ...moved.spec, versions: [version('v2', true, {})] } };
  const now = await ask(test.server, 'GET', `${definitions}/things.example.org`);
  const refused = await ask(test.server, 'PUT', `${definitions}/things.example.org`, {
    ...without,
    metadata: now.body['metadata'],
  });
  expect(refused.body['message']).toContain(
    'status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
  );
});
