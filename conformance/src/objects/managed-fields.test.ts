import { expect } from 'vitest';
import { configMap, deployment } from '../cluster/objects.js';
import { suite } from '../suite.js';

suite('managed fields', ({ promises }) => {
  promises('name the manager, the operation and the fields of a creation', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('made', { a: '1' }), {
      query: { fieldManager: 'maker' },
    });
    expect(made.at('metadata.managedFields')).toEqual([
      {
        manager: 'maker',
        operation: 'Update',
        apiVersion: 'v1',
        time: expect.any(String),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
      },
    ]);
  });

  promises('take the manager from the client program when it names none', async ({ api, core }) => {
    const agent = api.with({ 'user-agent': 'screwdriver/v1.2 (linux)' });
    const made = await agent.post(core('configmaps'), configMap('agent', { a: '1' }));
    expect(made.textAt('metadata.managedFields.0.manager')).toBe('screwdriver');
  });

  promises('a manager has a name of at most 128 printable characters', async ({ api, core }) => {
    for (const fieldManager of ['x'.repeat(129), 'be\u0007ll']) {
      const made = await api.post(core('configmaps'), configMap('long'), { query: { fieldManager } });
      expect(made.outcome).toBe('422 Invalid');
      expect(made.causes).toEqual(['fieldManager']);
    }
  });

  promises('move to whoever changes a field', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('moves', { a: '1', b: '1' }), { query: { fieldManager: 'first' } });
    const changed = await api.patch(
      'merge',
      core('configmaps', 'moves'),
      { data: { b: '2' } },
      { fieldManager: 'second' },
    );
    expect(changed.at('metadata.managedFields')).toMatchObject([
      { manager: 'first', fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } } },
      { manager: 'second', fieldsV1: { 'f:data': { 'f:b': {} } } },
    ]);
  });

  promises('name the subresource through which a field was written', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('sub'), { query: { fieldManager: 'maker' } });
    const path = group('apps/v1', 'deployments', 'sub', 'status');
    // A count that no controller sets by itself.
    const answer = await api.patch('merge', path, { status: { collisionCount: 3 } }, { fieldManager: 'loop' });
    expect(answer.at('metadata.managedFields')).toContainEqual(
      expect.objectContaining({ manager: 'loop', subresource: 'status', operation: 'Update' }),
    );
  });

  promises('keys of keyed lists name the item', async ({ api, group }) => {
    const made = await api.post(group('apps/v1', 'deployments'), deployment('keyed'), {
      query: { fieldManager: 'maker' },
    });
    expect(JSON.stringify(made.at('metadata.managedFields'))).toContain('"k:{\\"name\\":\\"app\\"}"');
  });

  promises('are removed by a client that sends one empty entry', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('cleared', { a: '1' }));
    const cleared = await api.patch('merge', core('configmaps', 'cleared'), { metadata: { managedFields: [{}] } });
    expect(cleared.at('metadata.managedFields')).toBeUndefined();
  });

  promises('are not begun by an update of an object that has none', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('unmanaged'));
    expect(made.at('metadata.managedFields')).toBeUndefined();
    const updated = await api.patch('merge', core('configmaps', 'unmanaged'), { data: { a: '1' } });
    expect(updated.at('metadata.managedFields')).toBeUndefined();
  });

  promises('do not change when nothing else does', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('still', { a: '1' }), { query: { fieldManager: 'one' } });
    const same = await api.patch('merge', core('configmaps', 'still'), { data: { a: '1' } }, { fieldManager: 'two' });
    expect(same.at('metadata')).toEqual(made.at('metadata'));
  });
});
