import { expect } from 'vitest';
import { define, specSchema } from '../cluster/definition.js';
import { configMap, container, deployment } from '../cluster/objects.js';
import { suite } from '../suite.js';

suite('merge patch', ({ promises }) => {
  promises('sets what it names, removes what it makes null, and leaves the rest', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('merged', { a: '1', b: '1', c: '1' }));
    const patched = await api.patch('merge', core('configmaps', 'merged'), { data: { a: '2', b: null } });
    expect(patched.at('data')).toEqual({ a: '2', c: '1' });
  });

  promises('replaces lists whole', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('lists', [container('app'), container('side')]));
    const patched = await api.patch('merge', group('apps/v1', 'deployments', 'lists'), {
      spec: { template: { spec: { containers: [container('new')] } } },
    });
    expect(patched.at('spec.template.spec.containers')).toMatchObject([{ name: 'new' }]);
  });

  promises('is refused from an old resource version, if it names one', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('guarded', { a: '1' }));
    const resourceVersion = made.textAt('metadata.resourceVersion');
    await api.patch('merge', core('configmaps', 'guarded'), { data: { a: '2' } });
    const stale = await api.patch('merge', core('configmaps', 'guarded'), {
      metadata: { resourceVersion },
      data: { a: '3' },
    });
    expect(stale.outcome).toBe('409 Conflict');
  });

  promises('cannot move an object to another name or kind', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('rooted'));
    expect((await api.patch('merge', core('configmaps', 'rooted'), { metadata: { name: 'other' } })).status).toBe(400);
    expect((await api.patch('merge', core('configmaps', 'rooted'), { kind: 'Secret' })).status).toBe(422);
  });

  promises('of what is not there is refused', async ({ api, core }) => {
    expect((await api.patch('merge', core('configmaps', 'absent'), { data: {} })).outcome).toBe('404 NotFound');
  });

  promises('must be an object', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('whole'));
    expect((await api.patch('merge', core('configmaps', 'whole'), ['data'])).status).toBe(400);
  });

  promises('works on custom kinds, where null removes as well', async (scene) => {
    const { api } = scene;
    const cars = await define(scene, 'cars', specSchema({ wheels: { type: 'integer' }, colour: { type: 'string' } }));
    await api.post(cars.path(), cars.object('mini', { spec: { wheels: 4, colour: 'red' } }));
    const patched = await api.patch('merge', cars.path('mini'), { spec: { colour: null, wheels: 3 } });
    expect(patched.at('spec')).toEqual({ wheels: 3 });
  });

  promises('twenty concurrent ones all take effect', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('busy'));
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const answers = await Promise.all(
      keys.map((key) => api.patch('merge', core('configmaps', 'busy'), { data: { [key]: 'set' } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(Object.keys((await api.get(core('configmaps', 'busy'))).at('data') as object).sort()).toEqual(keys.sort());
  });
});
