import { expect } from 'vitest';
import { configMap, service } from '../cluster/objects.js';
import { suite } from '../suite.js';

const query = { dryRun: 'All' };

suite('dry run', ({ promises }) => {
  promises('of a creation answers what would be, and stores nothing', async ({ api, core }) => {
    const imagined = await api.post(core('configmaps'), configMap('imagined'), { query });
    expect(imagined.status).toBe(201);
    expect(imagined.textAt('metadata.uid')).not.toBe('');
    expect(imagined.textAt('metadata.creationTimestamp')).not.toBe('');
    expect(imagined.at('metadata.resourceVersion')).toBeUndefined();
    expect((await api.get(core('configmaps', 'imagined'))).status).toBe(404);
  });

  promises('of a creation under a taken name is refused', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('taken'));
    expect((await api.post(core('configmaps'), configMap('taken'), { query })).outcome).toBe('409 AlreadyExists');
  });

  promises('of an update, a patch and an apply leaves the object as it is', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('kept', { a: '1' }));
    const path = core('configmaps', 'kept');
    expect((await api.put(path, configMap('kept', { a: '2' }), { query })).at('data.a')).toBe('2');
    expect((await api.patch('merge', path, { data: { a: '3' } }, query)).at('data.a')).toBe('3');
    const applied = await api.apply(path, 'other', configMap('kept', { a: '4' }), { ...query, force: 'true' });
    expect(applied.at('data.a')).toBe('4');
    expect((await api.get(path)).body).toEqual(made.body);
  });

  promises('validates as the real thing would', async ({ api, core }) => {
    expect((await api.post(core('configmaps'), configMap('Bad Name'), { query })).outcome).toBe('422 Invalid');
  });

  promises('takes no address for a Service', async ({ api, core }) => {
    expect((await api.post(core('services'), service('web'), { query })).status).toBe(201);
    expect((await api.get(core('services', 'web'))).status).toBe(404);
  });

  promises('knows no other stage than All', async ({ api, core }) => {
    const some = await api.post(core('configmaps'), configMap('some'), { query: { dryRun: 'Some' } });
    expect(some.outcome).toBe('422 Invalid');
    expect(some.causes).toEqual(['dryRun']);
  });
});
