import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { builtinSchemas } from '../schemas.js';
import { applyStrategicPatch } from './strategic-patch.js';

const components = builtinSchemas();
const schemaOf = (component: string) => openSchema(components[component] ?? {}, components);
const pod = schemaOf('io.k8s.api.core.v1.Pod');
const deployment = schemaOf('io.k8s.api.apps.v1.Deployment');

const object = (spec: Json, metadata: JsonObject = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata, spec }) as unknown as KubeObject;
const podSpec = (before: Json, patch: Json): Json | undefined =>
  (applyStrategicPatch(object(before), { spec: patch }, pod) as unknown as JsonObject)['spec'];

describe('a strategic merge patch', () => {
  it.each<[string, Json, Json, Json]>([
    [
      'merges elements by their key',
      {
        containers: [
          { name: 'a', image: '1' },
          { name: 'b', image: '1' },
        ],
      },
      { containers: [{ name: 'b', image: '2' }] },
      {
        containers: [
          { name: 'a', image: '1' },
          { name: 'b', image: '2' },
        ],
      },
    ],
    [
      'puts new elements before those only the server has',
      { containers: [{ name: 'a' }] },
      { containers: [{ name: 'b' }] },
      { containers: [{ name: 'b' }, { name: 'a' }] },
    ],
    [
      'deletes an element',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: [{ name: 'b' }] },
    ],
    [
      'replaces a list',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ $patch: 'replace' }, { name: 'c' }] },
      { containers: [{ name: 'c' }] },
    ],
    [
      'merges nested lists',
      { containers: [{ name: 'a', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80 }] }] },
      { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }], ports: [{ containerPort: 80, name: 'http' }] }] },
      {
        containers: [
          {
            name: 'a',
            env: [
              { name: 'Y', value: '2' },
              { name: 'X', value: '1' },
            ],
            ports: [{ containerPort: 80, name: 'http' }],
          },
        ],
      },
    ],
    [
      'replaces lists without a merge key',
      { containers: [{ name: 'a', args: ['1'] }] },
      { containers: [{ name: 'a', args: ['2'] }] },
      { containers: [{ name: 'a', args: ['2'] }] },
    ],
    [
      'replaces atomic lists',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'b' }] },
      { tolerations: [{ key: 'b' }] },
    ],
    ['deletes with null', { nodeName: 'x', hostname: 'y' }, { nodeName: null }, { hostname: 'y' }],
    ['merges maps', { nodeSelector: { a: '1' } }, { nodeSelector: { b: '2' } }, { nodeSelector: { a: '1', b: '2' } }],
    [
      'replaces a map',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { $patch: 'replace', b: '2' } },
      { nodeSelector: { b: '2' } },
    ],
    ['empties a map', { nodeSelector: { a: '1' } }, { nodeSelector: { $patch: 'delete' } }, { nodeSelector: {} }],
    [
      'orders elements as asked',
      { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
      { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }], containers: [{ name: 'a', image: '1' }] },
      { containers: [{ name: 'b' }, { name: 'c' }, { name: 'a', image: '1' }] },
    ],
    [
      'only orders',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      { containers: [{ name: 'b' }, { name: 'a' }] },
    ],
    [
      'retains only the keys it names',
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] },
      { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    ],
    ['drops nulls of what is new', {}, { affinity: { nodeAffinity: null } }, { affinity: {} }],
  ])('%s', (_name, before, patch, expected) => {
    expect(podSpec(before, patch)).toEqual(expected);
  });

  it('merges lists of plain values, and deletes from them', () => {
    const given = object({}, { name: 'x', finalizers: ['a', 'b'] });
    const patched = applyStrategicPatch(
      given,
      { metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } },
      pod,
    );
    expect(patched.metadata.finalizers).toEqual(['c', 'b']);
    expect(given.metadata.finalizers).toEqual(['a', 'b']);
  });

  it('switches the strategy of a Deployment', () => {
    const before = object({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(applyStrategicPatch(before, patch, deployment)).toMatchObject({ spec: { strategy: { type: 'Recreate' } } });
    expect(JSON.stringify(applyStrategicPatch(before, patch, deployment))).not.toContain('rollingUpdate');
  });

  it('does nothing more when applied twice', () => {
    const patch = {
      spec: {
        containers: [
          { name: 'b', image: '2' },
          { name: 'a', $patch: 'delete' },
        ],
        nodeSelector: { a: null, b: '1' },
      },
    };
    const once = applyStrategicPatch(object({ containers: [{ name: 'a' }], nodeSelector: { a: '1' } }), patch, pod);
    expect(applyStrategicPatch(once, patch, pod)).toEqual(once);
  });

  it.each<[string, Json, string]>([
    ['no object', [], 'cannot unmarshal array into Go value of type map[string]interface {}'],
    ['a directive that is no text', { spec: { $patch: 1 } }, 'unknown patch type: %!s(int64=1) in map: map[$patch:1]'],
    [
      'a directive that is null',
      { spec: { $patch: null } },
      'unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]',
    ],
    [
      'an element that is null',
      { spec: { containers: [null] } },
      'list element types are not identical: [[map[name:a]] [<nil>]]',
    ],
    [
      'the order of a field that is not there',
      { spec: { '$setElementOrder/sidecars': [] } },
      'unable to find api field in struct PodSpec for the json field "sidecars"',
    ],
    ['an unknown directive', { spec: { $patch: 'erase' } }, 'unknown patch type: erase in map: map[$patch:erase]'],
    ['a directive for what is done anyway', { spec: { $patch: 'merge' } }, 'unknown patch type: merge'],
    [
      'an order that is none',
      { spec: { '$setElementOrder/containers': 'a' } },
      'expected a []interface {}, but received a string',
    ],
    [
      'elements of another type',
      { spec: { containers: ['x'] } },
      'list element types are not identical: [[map[name:a]] [x]]',
    ],
    [
      'a list that holds lists',
      { metadata: { ownerReferences: [[1]] } },
      'the server rejected our request due to an error in our request',
    ],
    [
      'an element without its key',
      { spec: { containers: [{ image: 'x' }] } },
      'map: map[image:x] does not contain declared merge key: name',
    ],
    [
      'elements in another order than asked for',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
          containers: [{ name: 'a' }, { name: 'b' }],
        },
      },
      "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
    ],
    ['a set field that is not retained', { spec: { $retainKeys: ['a'], b: 1 } }, 'invalid patch format of retainKeys'],
    ['the prototype', JSON.parse('{"metadata": {"__proto__": {"a": 1}}}') as Json, 'not allowed'],
  ])('refuses %s', (_name, patch, message) => {
    const given = object({ containers: [{ name: 'a' }] }, { ownerReferences: [] });
    expect(() => applyStrategicPatch(given, patch, pod)).toThrow(message);
  });

  it('refuses to merge a field of what holds anything, and takes a new one', () => {
    const revision = schemaOf('io.k8s.api.apps.v1.ControllerRevision');
    const given = { ...object({}), data: { spec: { a: 1 }, list: [1], text: 'x' } } as unknown as KubeObject;
    for (const field of ['spec', 'list']) {
      const merged = { data: { [field]: field === 'spec' ? { b: 2 } : [2] } };
      expect(() => applyStrategicPatch(given, merged, revision)).toThrow(
        expect.objectContaining({
          code: 500,
          message: `unable to find api field in struct RawExtension for the json field "${field}"`,
        }),
      );
    }
    expect(applyStrategicPatch(given, { data: { spec: null, other: { b: 2 }, text: 'y' } }, revision)).toMatchObject({
      data: { list: [1], text: 'y', other: { b: 2 } },
    });
  });

  it('of many elements, in an order that is asked for, takes no longer than its length', () => {
    const names = Array.from({ length: 60_000 }, (_, index) => ({ name: `c${index}` }));
    const started = performance.now();
    const patched = podSpec({ containers: names }, { containers: names, '$setElementOrder/containers': names });
    // Each element compared with each took a hundred times as long.
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(JSON.stringify(patched)).toBe(JSON.stringify({ containers: names }));
  });
});
