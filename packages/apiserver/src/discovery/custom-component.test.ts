import { expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Cluster',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        selectableFields: [{ jsonPath: '.spec.a' }],
        subresources: { status: {}, scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  a: { type: 'string' },
                  inner: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
const META = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1';

// What a kube-apiserver 1.32.13 publishes of the same definition.
it('a custom kind is published with what every kind has, its lists and its scale', async () => {
  await using test = await openTestServer();
  await ask(test.server, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  const { body } = await ask(test.server, 'GET', '/openapi/v3/apis/example.org/v1');
  const schemas = body['components']!['schemas']!;
  expect(schemas['org.example.v1.Thing']).toMatchObject({
    properties: {
      apiVersion: { type: 'string' },
      metadata: { allOf: [{ $ref: `${META}.ObjectMeta` }] },
      spec: { properties: { inner: { required: ['kind', 'apiVersion'], properties: { kind: { type: 'string' } } } } },
    },
    'x-kubernetes-selectable-fields': [{ fieldPath: 'spec.a' }],
  });
  expect(schemas['org.example.v1.ThingList']).toMatchObject({
    description: 'ThingList is a list of Thing',
    required: ['items'],
    properties: {
      items: { type: 'array', items: { $ref: '#/components/schemas/org.example.v1.Thing' } },
      metadata: { allOf: [{ $ref: `${META}.ListMeta` }] },
    },
  });
  expect(schemas).toHaveProperty(['io.k8s.api.autoscaling.v1.Scale']);
  expect(Object.keys(body['paths']!)).toContain('/apis/example.org/v1/things/{name}/scale');
});

it('discovery lists the parts of a custom kind as they stand, and names the version that is stored', async () => {
  await using test = await openTestServer();
  await ask(test.server, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  const resources = async (path: string) =>
    (await ask(test.server, 'GET', path)).body['resources'] as unknown as {
      name: string;
      storageVersionHash?: string;
    }[];
  expect((await resources('/apis/example.org/v1')).map(({ name }) => name)).toEqual([
    'things',
    'things/status',
    'things/scale',
  ]);
  const configMaps = (await resources('/api/v1')).find(({ name }) => name === 'configmaps');
  expect(configMaps?.storageVersionHash).toBe('qFsyl6wFWjQ=');
});
