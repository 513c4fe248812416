import { type Json, openSchema } from '@drover/api';
import { builtinSchemas } from '@drover/api/schemas';
import { describe, expect, it } from 'vitest';
import { asGoEncodes } from './go-encoding.js';

const components = builtinSchemas();
const left = (component: string, value: Json): Json =>
  asGoEncodes(value, openSchema(components[component] ?? {}, components).root);
const POD = 'io.k8s.api.core.v1.Pod';

describe('an empty field', () => {
  it.each<[string, string, Json, Json]>([
    ['a map', 'io.k8s.api.core.v1.ConfigMap', { data: {}, metadata: { labels: {} } }, { metadata: {} }],
    [
      'a list',
      POD,
      { spec: { tolerations: [], containers: [{ args: [], name: 'a' }] } },
      { spec: { containers: [{ name: 'a' }] } },
    ],
    [
      'a map in a struct',
      POD,
      { spec: { containers: [{ resources: { limits: {} } }] } },
      { spec: { containers: [{ resources: {} }] } },
    ],
  ])('goes when it is %s', (_what, component, given, expected) => {
    expect(left(component, given)).toEqual(expected);
  });

  it.each<[string, string, Json]>([
    ['a struct', POD, { spec: { affinity: {}, volumes: [{ emptyDir: {} }] } }],
    ['required', POD, { spec: { containers: [] } }],
    [
      'a rule that says everything',
      'io.k8s.api.networking.v1.NetworkPolicy',
      { spec: { egress: [{}], podSelector: {} } },
    ],
    [
      'any JSON value, such as a default',
      'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
      { properties: { a: { default: [], type: 'array' }, b: { default: {}, type: 'object' } } },
    ],
    ['the text under a key', 'io.k8s.api.core.v1.ConfigMap', { data: { a: '' } }],
  ])('stays when it is %s', (_what, component, given) => {
    expect(left(component, given)).toBe(given);
  });
});

describe('null', () => {
  it.each<[string, string, Json, Json]>([
    ['of texts', 'io.k8s.api.core.v1.ConfigMap', { data: { a: null, b: 'c' } }, { data: { a: '', b: 'c' } }],
    ['of bytes', 'io.k8s.api.core.v1.Secret', { data: { a: null } }, { data: { a: '' } }],
    [
      'of quantities',
      POD,
      { spec: { containers: [{ resources: { limits: { cpu: null } } }] } },
      { spec: { containers: [{ resources: { limits: { cpu: '0' } } }] } },
    ],
    ['of arguments', POD, { spec: { containers: [{ args: [null] }] } }, { spec: { containers: [{ args: [''] }] } }],
  ])('in a map or list %s is what is there before anything is said', (_what, component, given, expected) => {
    expect(left(component, given)).toEqual(expected);
  });

  it('as a field is a field that is not there, which is for the defaults to say', () => {
    const pod = { spec: { nodeName: null } };
    expect(left(POD, pod)).toBe(pod);
  });
});
