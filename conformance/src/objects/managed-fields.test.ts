import type { JsonObject } from '@drover/api';
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

  promises('are not written when only their times or their order differ', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('times', { a: '1' }), { query: { fieldManager: 'one' } });
    const path = core('configmaps', 'times');
    const made = await api.patch('merge', path, { data: { b: '1' } }, { fieldManager: 'two' });
    const [one = {}, two = {}] = made.at('metadata.managedFields') as JsonObject[];
    for (const managedFields of [
      [one, { ...two, time: '2099-02-03T04:05:06Z' }],
      [two, one],
    ]) {
      const same = await api.patch('merge', path, { metadata: { managedFields } }, { fieldManager: 'three' });
      expect(same.at('metadata')).toEqual(made.at('metadata'));
    }
  });

  promises('may be handed to another name', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('renamed', { a: '1' }), {
      query: { fieldManager: 'one' },
    });
    const [one] = made.at('metadata.managedFields') as JsonObject[];
    for (const manager of ['two', '']) {
      const managedFields = [{ ...one, manager }];
      const renamed = await api.patch('merge', core('configmaps', 'renamed'), { metadata: { managedFields } });
      expect(renamed.at('metadata.managedFields.0.manager')).toBe(manager === '' ? undefined : manager);
      expect(renamed.at('metadata.managedFields.0.fieldsV1')).toEqual(one?.['fieldsV1']);
    }
  });

  promises('that cannot be read are those from before', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('broken', { a: '1' }), {
      query: { fieldManager: 'one' },
    });
    const [one] = made.at('metadata.managedFields') as JsonObject[];
    const faults: JsonObject[] = [
      { operation: 'Sync' },
      { apiVersion: '' },
      { fieldsType: '' },
      { fieldsType: 'FieldsV2' },
      { fieldsV1: { data: {} } },
    ];
    for (const fault of faults) {
      const managedFields = [{ ...one, manager: 'two', ...fault }];
      const answer = await api.patch('merge', core('configmaps', 'broken'), { metadata: { managedFields } });
      expect(answer.at('metadata.managedFields')).toEqual([one]);
    }
  });

  promises('without fields, or in a version that is none, are left out', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('none', { a: '1', b: '1' }), {
      query: { fieldManager: 'one' },
    });
    const [one = {}] = made.at('metadata.managedFields') as JsonObject[];
    const { fieldsV1: _fields, ...bare } = one;
    for (const none of [bare, { ...one, fieldsV1: {} }, { ...one, apiVersion: 'v9' }]) {
      const managedFields = [one, { ...none, manager: 'two' }];
      const answer = await api.patch('merge', core('configmaps', 'none'), { metadata: { managedFields } });
      expect(answer.at('metadata.managedFields')).toEqual([one]);
    }
  });

  promises('of a later entry count for one manager', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('later', { a: '1', b: '1' }), {
      query: { fieldManager: 'one' },
    });
    const [one = {}] = made.at('metadata.managedFields') as JsonObject[];
    const later = { ...one, fieldsV1: { 'f:data': { 'f:b': {} }, 'r:unknown': {} } };
    const answer = await api.patch('merge', core('configmaps', 'later'), { metadata: { managedFields: [one, later] } });
    expect(answer.at('metadata.managedFields')).toEqual([{ ...one, fieldsV1: { 'f:data': { 'f:b': {} } } }]);
  });

  promises('can be neither set nor cleared through a subresource', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('through'), { query: { fieldManager: 'maker' } });
    const path = group('apps/v1', 'deployments', 'through', 'status');
    const fieldsV1 = { 'f:spec': {} };
    const other = { manager: 'other', operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1 };
    for (const [index, managedFields] of [[other], [], [{}]].entries()) {
      const change: JsonObject = { metadata: { managedFields }, status: { collisionCount: 10 + index } };
      const answer = await api.patch('merge', path, change, { fieldManager: 'loop' });
      const managers = (answer.at('metadata.managedFields') as JsonObject[]).map(({ manager }) => manager);
      expect(managers).toEqual(expect.arrayContaining(['maker', 'loop']));
      expect(managers).not.toContain('other');
    }
  });

  promises('go when the object would be too large with them, but for what is applied', async ({ api, core }) => {
    const key = 'a-key-that-is-long-enough-to-make-the-managed-fields-as-large-as-the-data';
    const data = Object.fromEntries(Array.from({ length: 9999 }, (_, index) => [`${key}-${index}`, 'x']));
    const made = await api.post(core('configmaps'), configMap('large', data));
    expect(made.status).toBe(201);
    expect(made.at('metadata.managedFields')).toBeUndefined();

    await api.post(core('configmaps'), configMap('grown', { a: '1' }), { query: { fieldManager: 'one' } });
    const grown = await api.patch('merge', core('configmaps', 'grown'), { data }, { fieldManager: 'two' });
    expect(grown.status).toBe(200);
    expect(grown.at('metadata.managedFields')).toBeUndefined();

    const applied = await api.apply(core('configmaps', 'applied'), 'one', configMap('applied', data));
    expect(applied.status).toBeGreaterThanOrEqual(400);
    expect((await api.get(core('configmaps', 'applied'))).status).toBe(404);
  });
});
