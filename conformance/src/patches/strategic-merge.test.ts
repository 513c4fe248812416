import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { define } from '../cluster/definition.js';
import { configMap, container, deployment, service } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

/** A Deployment's Pod spec after a strategic merge patch of it. */
async function podSpec(
  { api, group }: Scene,
  name: string,
  containers: JsonObject[],
  patch: Json,
): Promise<Json | undefined> {
  await api.post(group('apps/v1', 'deployments'), deployment(name, containers));
  const patched = await api.patch('strategic', group('apps/v1', 'deployments', name), {
    spec: { template: { spec: patch } },
  });
  expect(patched.status).toBe(200);
  return patched.at('spec.template.spec');
}

const namesOf = (list: Json | undefined): unknown[] =>
  Array.isArray(list) ? list.map((item) => valueAt(item, 'name')) : [];

suite('strategic merge patch', ({ promises }) => {
  promises('merges keyed lists item by item', async (scene) => {
    const spec = await podSpec(scene, 'by-key', [container('a'), container('b')], {
      containers: [{ name: 'b', image: 'b:2' }],
    });
    expect(valueAt(spec, 'containers')).toMatchObject([
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:2' },
    ]);
  });

  promises('puts new items first, in their order', async (scene) => {
    const spec = await podSpec(scene, 'new', [container('a')], { containers: [container('x'), container('y')] });
    expect(namesOf(valueAt(spec, 'containers'))).toEqual(['x', 'y', 'a']);
  });

  promises('$patch: delete takes an item out of a keyed list', async (scene) => {
    const spec = await podSpec(scene, 'deleted', [container('a'), container('b')], {
      containers: [{ name: 'a', $patch: 'delete' }],
    });
    expect(namesOf(valueAt(spec, 'containers'))).toEqual(['b']);
  });

  promises('$patch: replace replaces a keyed list', async (scene) => {
    const spec = await podSpec(scene, 'replaced', [container('a'), container('b')], {
      containers: [{ $patch: 'replace' }, container('c')],
    });
    expect(namesOf(valueAt(spec, 'containers'))).toEqual(['c']);
  });

  promises('$patch: replace replaces an object', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('object', { a: '1', b: '1' }));
    const patched = await api.patch('strategic', core('configmaps', 'object'), { data: { $patch: 'replace', c: '1' } });
    expect(patched.at('data')).toEqual({ c: '1' });
  });

  promises('$patch: delete deletes an object', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('emptied', { a: '1' }, { labels: { a: 'b' } }));
    const patched = await api.patch('strategic', core('configmaps', 'emptied'), { data: { $patch: 'delete' } });
    expect(patched.at('data')).toBeUndefined();
    expect(patched.at('metadata.labels')).toEqual({ a: 'b' });
  });

  promises('null deletes a field', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('nulled', { a: '1', b: '1' }));
    const patched = await api.patch('strategic', core('configmaps', 'nulled'), { data: { a: null } });
    expect(patched.at('data')).toEqual({ b: '1' });
  });

  promises('lists of plain values with the strategy merge are joined, new ones first', async ({ api, core }) => {
    const finalizers = ['example.com/a', 'example.com/b'];
    await api.post(core('configmaps'), configMap('joined', {}, { finalizers }));
    const path = core('configmaps', 'joined');
    const patched = await api.patch('strategic', path, {
      metadata: { finalizers: ['example.com/c', 'example.com/a'] },
    });
    expect(patched.at('metadata.finalizers')).toEqual(['example.com/c', 'example.com/a', 'example.com/b']);
    await api.patch('merge', path, { metadata: { finalizers: null } });
  });

  promises('$deleteFromPrimitiveList takes plain values out', async ({ api, core }) => {
    const finalizers = ['example.com/a', 'example.com/b', 'example.com/c'];
    await api.post(core('configmaps'), configMap('without', {}, { finalizers }));
    const path = core('configmaps', 'without');
    const patched = await api.patch('strategic', path, {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/b', 'example.com/absent'] },
    });
    expect(patched.at('metadata.finalizers')).toEqual(['example.com/a', 'example.com/c']);
    await api.patch('merge', path, { metadata: { finalizers: null } });
  });

  promises('lists without the strategy merge are replaced', async (scene) => {
    const spec = await podSpec(scene, 'atomic', [container('a', { command: ['one', 'two'] })], {
      containers: [{ name: 'a', command: ['three'] }],
    });
    expect(valueAt(spec, 'containers.0.command')).toEqual(['three']);
  });

  promises('$setElementOrder orders a keyed list', async (scene) => {
    const spec = await podSpec(scene, 'ordered', [container('a'), container('b'), container('c')], {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
      containers: [{ name: 'b', image: 'b:2' }],
    });
    expect(namesOf(valueAt(spec, 'containers'))).toEqual(['c', 'b', 'a']);
  });

  promises('$setElementOrder keeps what only the server has beside its neighbours', async (scene) => {
    const spec = await podSpec(scene, 'kept', [container('a'), container('server'), container('b')], {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
    });
    expect(namesOf(valueAt(spec, 'containers'))).toHaveLength(3);
    expect(namesOf(valueAt(spec, 'containers')).filter((name) => name !== 'server')).toEqual(['b', 'a']);
  });

  promises('$setElementOrder puts new items in the places of deleted ones', async (scene) => {
    const change = {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'new' }],
      containers: [
        { name: 'new', image: 'x' },
        { name: 'a', $patch: 'delete' },
      ],
    };
    const spec = await podSpec(scene, 'instead', [container('a'), container('b'), container('server')], change);
    expect(namesOf(valueAt(spec, 'containers'))).toEqual(['b', 'server', 'new']);
    const alone = await podSpec(scene, 'without', [container('a'), container('b'), container('server')], {
      containers: change.containers,
    });
    expect(namesOf(valueAt(alone, 'containers'))).toEqual(['new', 'b', 'server']);
  });

  promises('$setElementOrder must know every item of the patch', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('forgot'));
    const patched = await api.patch('strategic', group('apps/v1', 'deployments', 'forgot'), {
      spec: {
        template: {
          spec: { '$setElementOrder/containers': [{ name: 'app' }], containers: [{ name: 'other', image: 'x' }] },
        },
      },
    });
    expect(patched.status).toBeGreaterThanOrEqual(400);
  });

  promises('$retainKeys drops what it does not name', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), {
      ...deployment('union'),
      spec: {
        ...(deployment('union')['spec'] as object),
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      },
    });
    const patched = await api.patch('strategic', group('apps/v1', 'deployments', 'union'), {
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    });
    expect(patched.at('spec.strategy')).toEqual({ type: 'Recreate' });
  });

  promises('keys of the merge may be more than one', async ({ api, core }) => {
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 54, protocol: 'TCP' },
    ];
    await api.post(core('services'), service('dns', { ports }));
    const patched = await api.patch('strategic', core('services', 'dns'), {
      spec: { ports: [{ port: 54, name: 'renamed' }] },
    });
    expect(namesOf(patched.at('spec.ports')).sort()).toEqual(['dns', 'renamed']);
  });

  promises('an item without its key is refused', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('keyless'));
    const patched = await api.patch('strategic', group('apps/v1', 'deployments', 'keyless'), {
      spec: { template: { spec: { containers: [{ image: 'x' }] } } },
    });
    expect(patched.status).toBeGreaterThanOrEqual(400);
    expect(patched.textAt('message')).toContain('does not contain declared merge key: name');
  });

  promises('$patch: delete takes out every item of its key', async (scene) => {
    const ports = [
      { containerPort: 53, protocol: 'UDP' },
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 53, protocol: 'TCP' },
    ];
    const spec = await podSpec(scene, 'twice', [container('a', { ports })], {
      containers: [{ name: 'a', ports: [{ containerPort: 53, $patch: 'delete' }] }],
    });
    expect(valueAt(spec, 'containers.0.ports')).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
  });

  promises('an item that is deleted and given at once is a new one', async (scene) => {
    const spec = await podSpec(scene, 'anew', [container('a'), container('b', { command: ['old'] })], {
      containers: [container('b'), { name: 'b', $patch: 'delete' }],
    });
    expect(namesOf(valueAt(spec, 'containers'))).toEqual(['b', 'a']);
    expect(valueAt(spec, 'containers.0.command')).toBeUndefined();
  });

  promises('$patch: replace makes no object where none was', async (scene) => {
    const spec = await podSpec(scene, 'none', [container('a')], { nodeSelector: { $patch: 'replace', disk: 'ssd' } });
    expect(valueAt(spec, 'nodeSelector')).toBeUndefined();
  });

  promises('$retainKeys in a new item is a field that nobody knows', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('unread'));
    const volume = { name: 'v', $retainKeys: ['name', 'emptyDir'], emptyDir: {} };
    const patched = (fieldValidation: string) =>
      api.patch(
        'strategic',
        group('apps/v1', 'deployments', 'unread'),
        { spec: { template: { spec: { volumes: [volume] } } } },
        { fieldValidation },
      );
    const refused = await patched('Strict');
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.textAt('message')).toContain('unknown field "spec.template.spec.volumes[0].$retainKeys"');
    const taken = await patched('Ignore');
    expect(taken.at('spec.template.spec.volumes')).toEqual([{ name: 'v', emptyDir: {} }]);
  });

  promises('a field of what holds anything cannot be merged', async ({ api, group }) => {
    const path = group('apps/v1', 'controllerrevisions');
    await api.post(path, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name: 'one' },
      revision: 1,
      data: { spec: { a: 1 } },
    });
    const patched = await api.patch('strategic', `${path}/one`, { data: { spec: { b: 2 } } });
    expect(patched.status).toBe(500);
    expect(patched.textAt('message')).toBe('unable to find api field in struct RawExtension for the json field "spec"');
  });

  promises('a value of another type is told in the words of the converter', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('typed'));
    const faults: [JsonObject, string][] = [
      [{ metadata: { finalizers: [1] } }, 'cannot convert int64 to string'],
      [{ metadata: { finalizers: 'x' } }, 'cannot restore slice from string'],
      [{ metadata: { labels: ['x'] } }, 'cannot restore map from slice'],
      [{ metadata: { labels: { a: true } } }, 'unrecognized type: string'],
      [{ spec: { replicas: 1.5 } }, 'cannot convert float64 to int32'],
      [{ spec: { replicas: 'one' } }, 'unrecognized type: int32'],
      [{ spec: { template: { spec: { containers: [{ name: 1 }] } } } }, 'cannot convert int64 to string'],
    ];
    for (const [change, why] of faults) {
      const patched = await api.patch('strategic', group('apps/v1', 'deployments', 'typed'), change);
      expect(patched.outcome).toBe('422 Invalid');
      expect(patched.textAt('message')).toContain(why);
    }
  });

  promises('an order of an empty list is refused', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('empty'));
    const patched = await api.patch('strategic', group('apps/v1', 'deployments', 'empty'), {
      spec: { template: { spec: { '$setElementOrder/volumes': [{ name: 'v' }], volumes: [] } } },
    });
    expect(patched.status).toBe(500);
    expect(patched.textAt('message')).toBe('no elements in any of the given slices');
  });

  promises('nested keyed lists are merged in one another', async (scene) => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '1' },
    ];
    const spec = await podSpec(scene, 'nested', [container('a', { env })], {
      containers: [{ name: 'a', env: [{ name: 'B', value: '2' }] }],
    });
    expect(valueAt(spec, 'containers.0.env')).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]);
  });

  promises('is not there for custom kinds', async (scene) => {
    const toys = await define(scene, 'toys', { type: 'object' });
    await scene.api.post(toys.path(), toys.object('ball'));
    const patched = await scene.api.patch('strategic', toys.path('ball'), { metadata: { labels: { a: 'b' } } });
    expect(patched.outcome).toBe('415 UnsupportedMediaType');
  });
});
