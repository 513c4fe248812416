import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import {
  conditionOf,
  DEFINITIONS,
  define,
  definitionOf,
  established,
  refusedFields,
  specSchema,
} from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { suite } from '../suite.js';

const SCHEMA = 'openAPIV3Schema';
const SPEC = `${SCHEMA}.properties[spec]`;

/** Schemas that a definition may not have, and the field that is complained of. */
const refused: Readonly<Record<string, readonly [schema: JsonObject, field: string]>> = {
  'a root that is no object': [{ type: 'string' }, `${SCHEMA}.type`],
  'a field without a type': [specSchema({ a: {} }), `${SPEC}.properties[a].type`],
  'a list without items': [specSchema({ a: { type: 'array' } }), `${SPEC}.properties[a].items`],
  'properties and additionalProperties at once': [
    specSchema({
      a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
    }),
    `${SPEC}.properties[a].additionalProperties`,
  ],
  'a type inside of a logical junctor': [
    specSchema({ a: { type: 'object', properties: { b: { type: 'string' } }, anyOf: [{ type: 'object' }] } }),
    `${SPEC}.properties[a].anyOf[0].type`,
  ],
  'a description inside of a logical junctor': [
    specSchema({ a: { type: 'string', not: { description: 'no' } } }),
    `${SPEC}.properties[a].not.description`,
  ],
  'a property in a junctor at the root that is not outside of it': [
    { ...specSchema({}), allOf: [{ properties: { spec: { properties: { b: { minimum: 1 } } } } }] },
    `${SPEC}.properties[b]`,
  ],
  uniqueItems: [
    specSchema({ a: { type: 'array', uniqueItems: true, items: { type: 'string' } } }),
    `${SPEC}.properties[a].uniqueItems`,
  ],
  'a pattern that is no regular expression': [
    specSchema({ a: { type: 'string', pattern: '(' } }),
    `${SPEC}.properties[a].pattern`,
  ],
  'a reference': [specSchema({ a: { $ref: '#/definitions/x' } }), `${SPEC}.properties[a].$ref`],
  'metadata that is restricted beyond its name': [
    {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { labels: { type: 'object', maxProperties: 1 } } } },
    },
    `${SCHEMA}.properties[metadata]`,
  ],
  'a default that the schema itself refuses': [
    specSchema({ a: { type: 'integer', default: 'seven' } }),
    `${SPEC}.properties[a].default`,
  ],
  'a default of an integer out of its bounds': [
    specSchema({ a: { type: 'integer', minimum: 5, default: 1 } }),
    `${SPEC}.properties[a].default`,
  ],
  'a list of maps without keys': [
    specSchema({ a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } }),
    `${SPEC}.properties[a].x-kubernetes-list-map-keys`,
  ],
  'a list key that is neither required nor has a default': [
    specSchema({
      a: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['key'],
        items: { type: 'object', properties: { key: { type: 'string' } } },
      },
    }),
    `${SPEC}.properties[a].items.properties[key].default`,
  ],
  'an embedded resource that is no object': [
    specSchema({ a: { type: 'string', 'x-kubernetes-embedded-resource': true } }),
    `${SPEC}.properties[a].type`,
  ],
};

/** Schemas that look as if they were refused, and are not. */
const accepted: Readonly<Record<string, JsonObject>> = {
  'a property in a junctor below the root that is not outside of it': specSchema({
    a: { type: 'object', allOf: [{ properties: { b: { minimum: 1 } } }] },
  }),
  'a set of lists': specSchema({
    a: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'array', items: { type: 'string' } } },
  }),
  'preserved unknown fields in what is no object': specSchema({
    a: { type: 'string', 'x-kubernetes-preserve-unknown-fields': true },
  }),
  'int-or-string with a type': specSchema({ a: { type: 'integer', 'x-kubernetes-int-or-string': true } }),
};

suite('definitions of custom kinds', ({ promises }) => {
  for (const [name, [schema, field]] of Object.entries(refused)) {
    promises(`refuse ${name}`, async (scene) => {
      expect(await refusedFields(scene, definitionOf(scene, 'bads', schema))).toContain(field);
    });
  }

  for (const [name, schema] of Object.entries(accepted)) {
    promises(`may have ${name}`, async (scene) => {
      expect(await refusedFields(scene, definitionOf(scene, 'odds', schema))).toEqual(['not refused: 201']);
    });
  }

  promises('are established, and then served and discovered', async (scene) => {
    const { api } = scene;
    const cats = await define(scene, 'cats', specSchema({ lives: { type: 'integer' } }));
    const definition = await api.get(`${DEFINITIONS}/${cats.name}`);
    expect(conditionOf(definition.body, 'NamesAccepted')).toBe('True');
    expect(conditionOf(definition.body, 'Established')).toBe('True');
    expect(definition.at('status.acceptedNames')).toMatchObject({
      plural: 'cats',
      kind: 'Cat',
      singular: 'cat',
      listKind: 'CatList',
    });
    expect(definition.at('status.storedVersions')).toEqual(['v1']);
    const resources = await eventually(
      () => api.get(`/apis/${cats.apiVersion}`),
      ({ status }) => status === 200,
    );
    expect(resources.at('resources')).toContainEqual(
      expect.objectContaining({ name: 'cats', singularName: 'cat', kind: 'Cat', namespaced: true }),
    );
  });

  promises('give their names: short names and categories', async (scene) => {
    const names = {
      plural: 'dogs',
      singular: 'dog',
      kind: 'Dog',
      listKind: 'DogList',
      shortNames: ['dg'],
      categories: ['pets'],
    };
    const dogs = await define(scene, 'dogs', { type: 'object' }, {}, { names });
    const resources = await eventually(
      () => scene.api.get(`/apis/${dogs.apiVersion}`),
      ({ status, text }) => status === 200 && text.includes('"dogs"'),
    );
    expect(resources.at('resources')).toContainEqual(
      expect.objectContaining({ name: 'dogs', shortNames: ['dg'], categories: ['pets'] }),
    );
  });

  promises('get names that they leave out', async (scene) => {
    const definition = definitionOf(
      scene,
      'birds',
      { type: 'object' },
      {},
      { names: { plural: 'birds', kind: 'Bird' } },
    );
    const made = await scene.api.post(DEFINITIONS, definition, { query: { dryRun: 'All' } });
    expect(made.at('spec.names')).toMatchObject({ singular: 'bird', listKind: 'BirdList' });
    expect(made.at('spec.conversion')).toEqual({ strategy: 'None' });
  });

  promises('that take a name of another one are not accepted, and say so', async (scene) => {
    const { api } = scene;
    await define(scene, 'lions', { type: 'object' });
    const rival = definitionOf(
      scene,
      'tigers',
      { type: 'object' },
      {},
      {
        names: { plural: 'tigers', singular: 'tiger', kind: 'Lion', listKind: 'TigerList' },
      },
    );
    const made = await api.post(DEFINITIONS, rival);
    const name = made.textAt('metadata.name');
    scene.afterwards(`${DEFINITIONS}/${name}`);
    await using watch = await api.watch(DEFINITIONS, { fieldSelector: `metadata.name=${name}` });
    const { object } = await watch.until((line) => conditionOf(line.object, 'NamesAccepted') !== undefined);
    expect(conditionOf(object, 'NamesAccepted')).toBe('False');
    expect(JSON.stringify(valueAt(object, 'status.conditions'))).toContain('KindConflict');
    expect((await api.get(scene.group(`${scene.unique}.example.com/v1`, 'tigers'))).status).toBe(404);
  });

  promises('are named by plural and group', async (scene) => {
    const definition = definitionOf(scene, 'mice', { type: 'object' });
    const fields = await refusedFields(scene, { ...definition, metadata: { name: 'rats.example.com' } });
    expect(fields).toContain('metadata.name');
  });

  promises('have exactly one version that is stored', async (scene) => {
    const version = (name: string, storage: boolean): JsonObject => ({
      name,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: 'object' } },
    });
    for (const storage of [true, false]) {
      const versions = [version('v1', storage), version('v2', storage)];
      const fields = await refusedFields(scene, definitionOf(scene, 'cows', { type: 'object' }, {}, { versions }));
      expect(fields).toContain('spec.versions');
    }
  });

  promises('cannot change their scope or group', async (scene) => {
    const pigs = await define(scene, 'pigs', { type: 'object' });
    const answer = await scene.api.patch('merge', `${DEFINITIONS}/${pigs.name}`, { spec: { scope: 'Cluster' } });
    expect(answer.causes).toContain('spec.scope');
  });

  promises('in groups of Kubernetes itself need an approval', async (scene) => {
    const definition = definitionOf(scene, 'hens', { type: 'object' }, {}, { group: 'hens.k8s.io' });
    const fields = await refusedFields(scene, { ...definition, metadata: { name: 'hens.hens.k8s.io' } });
    expect(fields).toContain('metadata.annotations[api-approved.kubernetes.io]');
  });

  promises('take their instances along when they are deleted', async (scene) => {
    const { api } = scene;
    const foxes = await define(scene, 'foxes', { type: 'object' });
    await api.post(foxes.path(), foxes.object('reynard'));
    await using watch = await api.watch(foxes.path());
    await watch.changes(1);
    const deleted = await api.delete(`${DEFINITIONS}/${foxes.name}`);
    expect(deleted.at('metadata.finalizers')).toContain('customresourcecleanup.apiextensions.k8s.io');
    expect(await watch.changes(1)).toEqual(['DELETED reynard']);
    const gone = await eventually(
      () => api.get(`${DEFINITIONS}/${foxes.name}`),
      ({ status }) => status === 404,
    );
    expect(gone.status).toBe(404);
    const path = await eventually(
      () => api.get(foxes.path()),
      ({ status }) => status === 404,
    );
    expect(path.status).toBe(404);
  });

  promises('wait in deletion for instances that wait for a finalizer', async (scene) => {
    const { api } = scene;
    const wolves = await define(scene, 'wolves', { type: 'object' });
    await api.post(wolves.path(), wolves.object('held', {}, { finalizers: ['example.com/hold'] }));
    await api.delete(`${DEFINITIONS}/${wolves.name}`);
    await using watch = await api.watch(DEFINITIONS, { fieldSelector: `metadata.name=${wolves.name}` });
    await watch.until(({ object }) => conditionOf(object, 'Terminating') === 'True');
    const refusal = await api.post(wolves.path(), wolves.object('late'));
    expect(refusal.status).toBe(405);
    await api.patch('merge', wolves.path('held'), { metadata: { finalizers: null } });
    await watch.until(({ type }) => type === 'DELETED');
  });

  promises('may be cluster-scoped', async (scene) => {
    const { api } = scene;
    const definition = definitionOf(scene, 'moons', { type: 'object' }, {}, { scope: 'Cluster' });
    const made = await api.post(DEFINITIONS, definition);
    const name = made.textAt('metadata.name');
    scene.afterwards(`${DEFINITIONS}/${name}`);
    await established(api, name);
    const path = `/apis/${scene.unique}.example.com/v1/moons`;
    const moon = { apiVersion: `${scene.unique}.example.com/v1`, kind: 'Moon', metadata: { name: 'io' } };
    const put = await eventually(
      () => api.post(path, moon),
      ({ status }) => status === 201,
    );
    expect(put.at('metadata.namespace')).toBeUndefined();
    expect((await api.get(`${path}/io`)).status).toBe(200);
  });

  promises('serve several versions of one object', async (scene) => {
    const { api } = scene;
    const version = (name: string, storage: boolean): JsonObject => ({
      name,
      served: true,
      storage,
      schema: { openAPIV3Schema: specSchema({ a: { type: 'string' } }) },
    });
    const owls = await define(
      scene,
      'owls',
      {},
      {},
      { versions: [version('v1', true), version('v2', false), version('v1beta1', false)] },
    );
    await api.post(owls.path(), owls.object('barn', { spec: { a: '1' } }));
    const other = scene.group(`${owls.group}/v2`, 'owls', 'barn');
    expect((await api.get(other)).body).toMatchObject({
      apiVersion: `${owls.group}/v2`,
      kind: 'Owl',
      spec: { a: '1' },
    });
    const changed = await api.patch('merge', other, { spec: { a: '2' } });
    expect(changed.at('apiVersion')).toBe(`${owls.group}/v2`);
    expect((await api.get(owls.path('barn'))).at('spec.a')).toBe('2');
    const group = await eventually(
      () => api.get(`/apis/${owls.group}`),
      ({ status, text }) => status === 200 && text.includes('v1beta1'),
    );
    expect(group.at('preferredVersion.version')).toBe('v2');
    expect(group.at('versions')).toMatchObject([{ version: 'v2' }, { version: 'v1' }, { version: 'v1beta1' }]);
  });

  promises('warn of a version that is deprecated, in the words of the definition', async (scene) => {
    const bats = await define(
      scene,
      'bats',
      { type: 'object' },
      { deprecated: true, deprecationWarning: 'bats are out' },
    );
    expect((await scene.api.get(bats.path())).warnings).toEqual(['bats are out']);
  });

  promises('do not serve a version that is switched off', async (scene) => {
    const elks = await define(scene, 'elks', { type: 'object' });
    const switchOff = [{ op: 'replace', path: '/spec/versions/0/served', value: false }];
    await scene.api.patch('json', `${DEFINITIONS}/${elks.name}`, switchOff);
    const gone = await eventually(
      () => scene.api.get(elks.path()),
      ({ status }) => status === 404,
    );
    expect(gone.status).toBe(404);
  });
});
