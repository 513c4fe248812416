import { expect, it } from 'vitest';
import { ask, events, next } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const THINGS = '/apis/example.org/v1/namespaces/default/things';
const text = { type: 'string' };

const definition = (fields: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        selectableFields: [{ jsonPath: '.spec.both' }],
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } } },
      },
    ],
  },
});

const thing = (name: string, spec: object) => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name },
  spec,
});

/** A server where `a` was stored before the kind gained a field with a default and lost another, and `b` after it. */
async function grown() {
  const test = await openTestServer();
  await ask(test.server, 'POST', DEFINITIONS, definition({ both: { ...text, default: 'x' }, lost: text }));
  const { body: first } = await ask(test.server, 'POST', THINGS, thing('a', { lost: 'y' }));
  const fields = { both: { ...text, default: 'x' }, gained: { ...text, default: 'z' } };
  const { body: old } = await ask(test.server, 'GET', `${DEFINITIONS}/things.example.org`);
  const { spec } = definition(fields);
  const { status } = await ask(test.server, 'PUT', `${DEFINITIONS}/things.example.org`, { ...old, spec });
  expect(status).toBe(200);
  await ask(test.server, 'POST', THINGS, thing('b', {}));
  return { server: test.server, first, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() };
}

const SHAPE = { both: 'x', gained: 'z' };

it('an object that was stored before its kind changed is shown as the kind is now', async () => {
  await using test = await grown();
  expect((await ask(test.server, 'GET', `${THINGS}/a`)).body['spec']).toEqual(SHAPE);
  for (const query of ['', '?limit=1', '?fieldSelector=spec.both%3Dx', '?labelSelector=!no']) {
    const { body } = await ask(test.server, 'GET', `${THINGS}${query}`);
    const [item] = body['items'] as unknown as { spec: object }[];
    expect(item?.spec).toEqual(SHAPE);
  }
});

it('a watch tells of such objects as they are now, also of how they were before', async () => {
  await using test = await grown();
  const fromState = events(test.server, `${THINGS}?watch=true`);
  expect(await next(fromState)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' }, spec: SHAPE } });
  await fromState.return(undefined);
  const revision = Number(test.first['metadata']!['resourceVersion']) - 1;
  const replayed = events(test.server, `${THINGS}?watch=true&resourceVersion=${revision}`);
  expect((await next(replayed))['object']).toHaveProperty('spec', SHAPE);
  await ask(test.server, 'DELETE', `${THINGS}/a`);
  await next(replayed);
  expect(await next(replayed)).toMatchObject({ type: 'DELETED', object: { spec: SHAPE } });
  await replayed.return(undefined);
});

it('a write that changes nothing stores such an object in its new shape, once', async () => {
  await using test = await grown();
  const { body: shown } = await ask(test.server, 'GET', `${THINGS}/a`);
  const written = await ask(test.server, 'PUT', `${THINGS}/a`, shown);
  expect(written.body['metadata']).toMatchObject({ generation: 1 });
  expect(written.body['metadata']!['resourceVersion']).not.toBe(shown['metadata']!['resourceVersion']);
  const again = await ask(test.server, 'PUT', `${THINGS}/a`, written.body);
  expect(again.body['metadata']!['resourceVersion']).toBe(written.body['metadata']!['resourceVersion']);
});
