import type { Json } from '@drover/api';
import { expect } from 'vitest';
import type { Api } from '../cluster/api.js';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

/** Path of a new ConfigMap whose data are `a: '1'`. */
async function madeFor(api: Api, collection: string): Promise<string> {
  const made = await api.post(collection, { metadata: { generateName: 'patched-' }, data: { a: '1' } });
  return `${collection}/${made.textAt('metadata.name')}`;
}

suite('JSON patch', ({ promises }) => {
  const cases: Readonly<Record<string, { operations: Json; data?: Json; labels?: Json }>> = {
    'add makes a field': { operations: [{ op: 'add', path: '/data/b', value: '2' }], data: { a: '1', b: '2' } },
    'add replaces a field': { operations: [{ op: 'add', path: '/data/a', value: '2' }], data: { a: '2' } },
    'replace replaces a field': { operations: [{ op: 'replace', path: '/data/a', value: '2' }], data: { a: '2' } },
    'replace makes a field that is not there, against the standard': {
      operations: [{ op: 'replace', path: '/data/b', value: '2' }],
      data: { a: '1', b: '2' },
    },
    'remove removes a field': {
      operations: [
        { op: 'add', path: '/data/b', value: '2' },
        { op: 'remove', path: '/data/a' },
      ],
      data: { b: '2' },
    },
    'move moves a field': { operations: [{ op: 'move', from: '/data/a', path: '/data/z' }], data: { z: '1' } },
    'copy copies a field': { operations: [{ op: 'copy', from: '/data/a', path: '/data/z' }], data: { a: '1', z: '1' } },
    'test lets the rest happen when it holds': {
      operations: [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '2' },
      ],
      data: { a: '2' },
    },
    '~1 and ~0 stand for / and ~ in names': {
      operations: [
        { op: 'add', path: '/metadata/labels', value: { 'example.com/a': 'b' } },
        { op: 'replace', path: '/metadata/labels/example.com~1a', value: 'c' },
      ],
      labels: { 'example.com/a': 'c' },
    },
  };
  for (const [name, { operations, data, labels }] of Object.entries(cases)) {
    promises(name, async ({ api, core }) => {
      const patched = await api.patch('json', await madeFor(api, core('configmaps')), operations);
      expect(patched.status).toBe(200);
      if (data !== undefined) expect(patched.at('data')).toEqual(data);
      if (labels !== undefined) expect(patched.at('metadata.labels')).toEqual(labels);
    });
  }

  const refused: Readonly<Record<string, { operations: Json; outcome: string }>> = {
    'a test that does not hold refuses the whole patch': {
      operations: [
        { op: 'replace', path: '/data/a', value: '2' },
        { op: 'test', path: '/data/a', value: '3' },
      ],
      outcome: '422 Invalid',
    },
    'removing what is not there is refused': {
      operations: [{ op: 'remove', path: '/data/absent' }],
      outcome: '422 Invalid',
    },
    'adding below what is not there is refused': {
      operations: [{ op: 'add', path: '/data/absent/deep', value: '2' }],
      outcome: '422 Invalid',
    },
    'an operation that is none is refused': { operations: [{ op: 'wish', path: '/data/a' }], outcome: '422 Invalid' },
    'a patch that is no list is refused': { operations: { data: { a: '2' } }, outcome: '400 BadRequest' },
  };
  for (const [name, { operations, outcome }] of Object.entries(refused)) {
    promises(name, async ({ api, core }) => {
      const path = await madeFor(api, core('configmaps'));
      expect((await api.patch('json', path, operations)).outcome).toBe(outcome);
      expect((await api.get(path)).at('data')).toEqual({ a: '1' });
    });
  }

  promises('lists are addressed by index, and "-" is behind the last', async ({ api, core }) => {
    const finalizers = ['example.com/a', 'example.com/b'];
    await api.post(core('configmaps'), configMap('list', {}, { finalizers }));
    const path = core('configmaps', 'list');
    const patched = await api.patch('json', path, [
      { op: 'remove', path: '/metadata/finalizers/0' },
      { op: 'add', path: '/metadata/finalizers/-', value: 'example.com/d' },
      { op: 'add', path: '/metadata/finalizers/1', value: 'example.com/c' },
    ]);
    expect(patched.at('metadata.finalizers')).toEqual(['example.com/b', 'example.com/c', 'example.com/d']);
    await api.patch('merge', path, { metadata: { finalizers: null } });
  });

  promises('a resource version in a test guards against a lost update', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('guarded', { a: '1' }));
    await api.patch('merge', core('configmaps', 'guarded'), { data: { a: '2' } });
    const patched = await api.patch('json', core('configmaps', 'guarded'), [
      { op: 'test', path: '/metadata/resourceVersion', value: made.textAt('metadata.resourceVersion') },
      { op: 'replace', path: '/data/a', value: '3' },
    ]);
    expect(patched.status).toBe(422);
  });
});
