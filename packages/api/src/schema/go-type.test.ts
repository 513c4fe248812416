import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { builtinSchemas } from '../schemas.js';
import { goTypeFault } from './go-type.js';
import { openSchema } from './open-schema.js';

const components = builtinSchemas();
const rootOf = (component: string) => openSchema(components[component] ?? {}, components).root;
const deployment = rootOf('io.k8s.api.apps.v1.Deployment');
const secret = rootOf('io.k8s.api.core.v1.Secret');
const podWith = (container: Json): Json => ({ spec: { template: { spec: { containers: [container] } } } });

describe('a value that its Go type cannot hold', () => {
  it.each<[Json, string, string]>([
    [
      { spec: { replicas: 'two' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
      'unrecognized type: int32',
    ],
    [
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
      'cannot convert float64 to int32',
    ],
    [
      podWith({ image: 1 }),
      'json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string',
      'cannot convert int64 to string',
    ],
    [
      podWith({ image: 1.5 }),
      'json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string',
      'unrecognized type: string',
    ],
    [
      podWith({ image: true }),
      'json: cannot unmarshal bool into Go struct field Container.spec.template.spec.containers.image of type string',
      'unrecognized type: string',
    ],
    [
      { spec: { template: { spec: { containers: 'x' } } } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
      'cannot restore slice from string',
    ],
    [
      podWith('x'),
      'json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container',
      'cannot restore struct from: string',
    ],
    [
      { metadata: { labels: ['a'] } },
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
      'cannot restore map from slice',
    ],
    [
      { spec: [] },
      'json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec',
      'cannot restore struct from: slice',
    ],
  ])('is told in the words of the decoder and of the converter: %j', (object, decoding, conversion) => {
    expect(goTypeFault(object, deployment, 'Deployment')).toEqual({ decoding, conversion });
  });

  it('is told for bytes', () => {
    expect(goTypeFault({ data: { a: 1 } }, secret, 'Secret')?.decoding).toBe(
      'json: cannot unmarshal number into Go struct field Secret.data of type []uint8',
    );
  });

  it.each([
    ['not base64', 3],
    ['aGk', 0],
    ['aGkx\nYQ', 5],
    ['aGk=x', 4],
    ['aG=k', 2],
    ['a===', 1],
    ['aGk=', undefined],
    ['aG\nk=\n', undefined],
    ['aA==', undefined],
    ['', undefined],
  ])('is told for bytes by where they are wrong, not by what they are: %j', (text, at) => {
    const why = `illegal base64 data at input byte ${at}`;
    expect(goTypeFault({ data: { a: text } }, secret, 'Secret')?.decoding).toBe(at === undefined ? undefined : why);
  });

  it.each<[Json, string]>([
    ['1K', "unable to parse quantity's suffix"],
    ['1e9223372036854775808', "unable to parse quantity's suffix"],
    ['1.2.3', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    [true, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ])('is told by the type itself for a quantity: %j', (amount, why) => {
    expect(goTypeFault(podWith({ resources: { limits: { cpu: amount } } }), deployment, 'Deployment')).toEqual({
      decoding: why,
      conversion: why,
    });
  });

  it.each<Json>([
    { spec: { replicas: null, paused: true } },
    podWith({ name: 'a', resources: { limits: { cpu: 1, memory: '1Gi' } }, ports: [{ containerPort: 80 }] }),
    { spec: { strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } } }, unknown: [1] },
  ])('is not found in %j', (object) => {
    expect(goTypeFault(object, deployment, 'Deployment')).toBeUndefined();
  });
});
