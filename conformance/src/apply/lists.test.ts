import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Answer, valueAt } from '../cluster/answer.js';
import { type Defined, define } from '../cluster/definition.js';
import { container, deployment, pod } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const item = { type: 'object', required: ['key'], properties: { key: { type: 'string' }, value: { type: 'string' } } };

/** A kind with a list of every type. */
const boxSchema: JsonObject = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        map: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'], items: item },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        atomic: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'string' } },
        plain: { type: 'array', items: { type: 'string' } },
        granular: { type: 'object', additionalProperties: { type: 'string' } },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
        two: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['host', 'port'],
          items: {
            type: 'object',
            required: ['host'],
            properties: { host: { type: 'string' }, port: { type: 'integer', default: 80 }, note: { type: 'string' } },
          },
        },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

let boxes: Promise<Defined> | undefined;
const boxKind = (scene: Scene): Promise<Defined> => {
  boxes ??= define(scene, 'boxes', boxSchema, { subresources: { status: {} } });
  return boxes;
};

/** What is left of `spec` after managers have applied theirs, one after the other. */
async function after(scene: Scene, name: string, ...steps: readonly (readonly [manager: string, spec: Json])[]) {
  const kind = await boxKind(scene);
  let spec: Json | undefined;
  for (const [manager, wanted] of steps) {
    const answer = await scene.api.apply(kind.path(name), manager, kind.object(name, { spec: wanted }));
    if (answer.status >= 400) return answer.textAt('message');
    spec = answer.at('spec');
  }
  return spec;
}

suite('server-side apply: lists and maps', ({ promises }) => {
  promises('a map list is merged by its key', async (scene) => {
    const spec = await after(
      scene,
      'map',
      ['one', { map: [{ key: 'a', value: '1' }] }],
      ['two', { map: [{ key: 'b', value: '1' }] }],
    );
    expect(spec).toEqual({
      map: [
        { key: 'a', value: '1' },
        { key: 'b', value: '1' },
      ],
    });
  });

  promises('an item of a map list goes when its only owner leaves it out', async (scene) => {
    const spec = await after(
      scene,
      'map-gone',
      [
        'one',
        {
          map: [
            { key: 'a', value: '1' },
            { key: 'b', value: '1' },
          ],
        },
      ],
      ['two', { map: [{ key: 'c', value: '1' }] }],
      ['one', { map: [{ key: 'b', value: '1' }] }],
    );
    expect(valueAt(spec as Json, 'map')).toEqual(
      expect.arrayContaining([
        { key: 'b', value: '1' },
        { key: 'c', value: '1' },
      ]),
    );
    expect(valueAt(spec as Json, 'map')).toHaveLength(2);
  });

  promises('two managers share an item, each with fields of its own', async (scene) => {
    const spec = await after(
      scene,
      'map-shared',
      ['one', { map: [{ key: 'a', value: '1' }] }],
      ['two', { map: [{ key: 'a' }] }],
      ['one', { map: [] }],
    );
    expect(spec).toEqual({ map: [{ key: 'a' }] });
  });

  promises('another value in a shared item is a conflict at the field', async (scene) => {
    const spec = await after(
      scene,
      'map-conflict',
      ['one', { map: [{ key: 'a', value: '1' }] }],
      ['two', { map: [{ key: 'a', value: '2' }] }],
    );
    expect(spec).toContain('.spec.map[key="a"].value');
  });

  promises('the same key twice in a document is refused', async (scene) => {
    const spec = await after(scene, 'map-twice', ['one', { map: [{ key: 'a' }, { key: 'a' }] }]);
    expect(spec).toContain('duplicate entries for key [key="a"]');
  });

  promises('the order of a map list is that of whoever applied last', async (scene) => {
    const spec = await after(
      scene,
      'map-order',
      ['one', { map: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] }],
      ['one', { map: [{ key: 'c' }, { key: 'a' }, { key: 'b' }] }],
    );
    expect(spec).toEqual({ map: [{ key: 'c' }, { key: 'a' }, { key: 'b' }] });
  });

  promises('keys of a map list may be more than one, with a default', async (scene) => {
    const spec = await after(
      scene,
      'two-keys',
      ['one', { two: [{ host: 'h', note: 'first' }] }],
      ['two', { two: [{ host: 'h', port: 81, note: 'second' }] }],
    );
    expect(spec).toEqual({
      two: [
        { host: 'h', port: 80, note: 'first' },
        { host: 'h', port: 81, note: 'second' },
      ],
    });
  });

  promises('a key that is null is owned as null, and stored with its default', async (scene) => {
    const kind = await boxKind(scene);
    const object = kind.object('null-key', { spec: { two: [{ host: 'h', port: null, note: 'x' }] } });
    const answer = await scene.api.apply(kind.path('null-key'), 'one', object);
    expect(answer.at('spec.two')).toEqual([{ host: 'h', port: 80, note: 'x' }]);
    expect(answer.at('metadata.managedFields.0.fieldsV1.f:spec.f:two')).toEqual({
      'k:{"host":"h","port":null}': { '.': {}, 'f:host': {}, 'f:port': {}, 'f:note': {} },
    });
  });

  promises('a key that is null and may not be is a fault of the object', async ({ api, group }) => {
    const nameless = deployment('null-name', [{ name: null, image: 'x' }]);
    const answer = await api.apply(group('apps/v1', 'deployments', 'null-name'), 'one', nameless);
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toEqual(['spec.template.spec.containers[0].name']);
  });

  promises('a set is joined', async (scene) => {
    const spec = await after(scene, 'set', ['one', { set: ['a', 'b'] }], ['two', { set: ['b', 'c'] }]);
    expect(spec).toEqual({ set: ['a', 'b', 'c'] });
  });

  promises('a member of a set stays as long as somebody owns it', async (scene) => {
    const spec = await after(
      scene,
      'set-owned',
      ['one', { set: ['a', 'b'] }],
      ['two', { set: ['b'] }],
      ['one', { set: ['a'] }],
    );
    expect(valueAt(spec as Json, 'set')).toEqual(expect.arrayContaining(['a', 'b']));
    expect(await after(scene, 'set-owned', ['two', { set: [] }])).toEqual({ set: ['a'] });
  });

  promises('an atomic list belongs to one manager', async (scene) => {
    const conflict = await after(scene, 'atomic', ['one', { atomic: ['a'] }], ['two', { atomic: ['b'] }]);
    expect(conflict).toContain('.spec.atomic');
    expect(await after(scene, 'atomic', ['one', { atomic: ['c', 'd'] }])).toEqual({ atomic: ['c', 'd'] });
  });

  promises('a list of no type is atomic', async (scene) => {
    expect(await after(scene, 'plain', ['one', { plain: ['a'] }], ['two', { plain: ['b'] }])).toContain('.spec.plain');
  });

  promises('a map is merged by its keys', async (scene) => {
    const spec = await after(scene, 'granular', ['one', { granular: { a: '1' } }], ['two', { granular: { b: '1' } }]);
    expect(spec).toEqual({ granular: { a: '1', b: '1' } });
  });

  promises('an atomic map belongs to one manager', async (scene) => {
    expect(await after(scene, 'whole', ['one', { whole: { a: '1' } }], ['two', { whole: { b: '1' } }])).toContain(
      '.spec.whole',
    );
  });

  promises('a field without a schema is refused', async (scene) => {
    expect(await after(scene, 'undeclared', ['one', { unknown: 'x' }])).toContain(
      '.spec.unknown: field not declared in schema',
    );
  });

  promises('a value of another type is refused', async (scene) => {
    expect(await after(scene, 'mistyped', ['one', { set: 'a' }])).toContain('.spec.set');
  });

  promises('the status belongs to its subresource', async (scene) => {
    const kind = await boxKind(scene);
    const object = kind.object('status', { spec: { set: ['a'] }, status: { phase: 'Full' } });
    const main = await scene.api.apply(kind.path('status'), 'one', object);
    expect(main.at('status')).toBeUndefined();
    const sub = await scene.api.apply(
      kind.path('status', 'status'),
      'loop',
      kind.object('status', { status: { phase: 'Full' } }),
    );
    expect(sub.at('status')).toEqual({ phase: 'Full' });
    const entries = sub.at('metadata.managedFields');
    expect(entries).toContainEqual(
      expect.objectContaining({ manager: 'loop', operation: 'Apply', subresource: 'status' }),
    );
  });

  promises('built-in kinds are merged by the keys of their lists', async ({ api, group }) => {
    const path = group('apps/v1', 'deployments', 'built-in');
    await api.apply(path, 'one', deployment('built-in', [container('a')]));
    const sidecar: JsonObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'built-in' },
      spec: { template: { spec: { containers: [container('side')] } } },
    };
    const both = await api.apply(path, 'injector', sidecar);
    expect(both.status).toBe(200);
    expect(both.at('spec.template.spec.containers')).toMatchObject([{ name: 'a' }, { name: 'side' }]);
  });

  promises('the replicas may be handed over to the scale subresource', async ({ api, group }) => {
    const path = group('apps/v1', 'deployments', 'scaled');
    await api.apply(path, 'one', deployment('scaled'));
    const scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'scaled' },
      spec: { replicas: 3 },
    };
    const scaled = await api.apply(`${path}/scale`, 'scaler', scale, { force: 'true' });
    expect(scaled.at('spec.replicas')).toBe(3);
    const object = await api.get(path);
    expect(object.at('spec.replicas')).toBe(3);
    expect(object.at('metadata.managedFields')).toContainEqual(
      expect.objectContaining({ manager: 'scaler', subresource: 'scale', apiVersion: 'apps/v1' }),
    );
    expect((await api.apply(path, 'one', deployment('scaled'))).outcome).toBe('409 Conflict');
  });

  promises('an item that is left out goes with the defaults it was given', async ({ api, group }) => {
    const path = group('apps/v1', 'deployments', 'defaults');
    await api.apply(path, 'one', deployment('defaults', [container('a'), container('b')]));
    const one = await api.apply(path, 'one', deployment('defaults', [container('a')]));
    expect(one.at('spec.template.spec.containers')).toMatchObject([{ name: 'a' }]);
  });

  promises('an empty object that is applied is owned, and left out it is the default', async ({ api, core }) => {
    const holding = (volume: JsonObject): JsonObject => pod('volume', {}, { volumes: [{ name: 'v', ...volume }] });
    const path = core('pods', 'volume');
    const owned = (answer: Answer): unknown =>
      answer.at('metadata.managedFields.0.fieldsV1.f:spec.f:volumes.k:{"name":"v"}');
    const first = await api.apply(path, 'one', holding({ emptyDir: {} }));
    expect(owned(first)).toEqual({ '.': {}, 'f:name': {}, 'f:emptyDir': {} });
    const second = await api.apply(path, 'one', holding({}));
    expect(second.at('spec.volumes.0')).toEqual({ name: 'v', emptyDir: {} });
    expect(owned(second)).toEqual({ '.': {}, 'f:name': {} });
    expect(second.at('metadata.resourceVersion')).not.toBe(first.at('metadata.resourceVersion'));
  });
});
