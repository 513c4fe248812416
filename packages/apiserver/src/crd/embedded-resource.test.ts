import { type KubeObject, openSchema } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { embeddedCauses } from './embedded-resource.js';

const schema = openSchema({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        all: {
          type: 'array',
          items: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      },
    },
  },
});
const told = (resource: object): string[] => {
  const object = { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec: { all: [resource] } } as KubeObject;
  return embeddedCauses(schema, object).map(({ field, message }) => `${field}: ${message}`);
};

describe('a resource inside another', () => {
  it.each<[string, object, string[]]>([
    ['may be any', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { a: 'b' } }, spec: {} }, []],
    ['needs no metadata', { apiVersion: 'v1', kind: 'Pod' }, []],
    [
      'says of which kind and version it is',
      {},
      [
        'spec.all[0].apiVersion: Required value: must not be empty',
        'spec.all[0].kind: Required value: must not be empty',
      ],
    ],
    [
      'is of a version that can be',
      { apiVersion: 'a/b/c', kind: 'Pod' },
      ['spec.all[0].apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'],
    ],
    [
      'has labels that can be',
      { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 'c' } } },
      [expect.stringMatching(/^spec.all\[0\].metadata.labels: Invalid value: "a b": name part must/)],
    ],
  ])('%s', (_name, resource, expected) => {
    expect(told(resource)).toEqual(expected);
  });
});
