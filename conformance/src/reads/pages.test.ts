import { expect } from 'vitest';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

async function fill({ api, core }: Scene, label: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await api.post(core('configmaps'), configMap(`${label}-${index}`, {}, { labels: { [label]: 'yes' } }));
  }
}

suite('pages of a list', ({ promises }) => {
  promises('follow one another without a gap, in the order of names', async (scene) => {
    const { api, core } = scene;
    await fill(scene, 'row', 5);
    const names: string[] = [];
    let token = '';
    do {
      const page = await api.get(core('configmaps'), { labelSelector: 'row', limit: '2', continue: token });
      names.push(...page.names);
      token = page.textAt('metadata.continue');
    } while (token !== '');
    expect(names).toEqual(['row-0', 'row-1', 'row-2', 'row-3', 'row-4']);
  });

  promises('are of one revision, whatever happens between them', async (scene) => {
    const { api, core } = scene;
    await fill(scene, 'still', 3);
    const query = { labelSelector: 'still', limit: '2' };
    const first = await api.get(core('configmaps'), query);
    await api.post(core('configmaps'), configMap('still-9', {}, { labels: { still: 'yes' } }));
    await api.delete(core('configmaps', 'still-2'));
    const second = await api.get(core('configmaps'), { ...query, continue: first.textAt('metadata.continue') });
    expect(second.names).toEqual(['still-2']);
    expect(second.textAt('metadata.resourceVersion')).toBe(first.textAt('metadata.resourceVersion'));
  });

  promises('say how many are left when no selector hides any', async (scene) => {
    const { api } = scene;
    await fill(scene, 'left', 4);
    const list = await api.get(scene.core('configmaps'), { limit: '1' });
    const left = Number(list.at('metadata.remainingItemCount'));
    const all = (await api.get(scene.core('configmaps'))).names.length;
    expect(left).toBe(all - 1);
    const selected = await api.get(scene.core('configmaps'), { limit: '1', labelSelector: 'left' });
    expect(selected.at('metadata.remainingItemCount')).toBeUndefined();
  });

  promises('a list that fits has no continuation', async (scene) => {
    await fill(scene, 'fits', 2);
    const list = await scene.api.get(scene.core('configmaps'), { limit: '500', labelSelector: 'fits' });
    expect(list.names).toHaveLength(2);
    expect(list.textAt('metadata.continue')).toBe('');
  });

  promises('a continuation that is none is refused', async ({ api, core }) => {
    const list = await api.get(core('configmaps'), { limit: '1', continue: 'next please' });
    expect(list.outcome).toBe('400 BadRequest');
    expect(list.textAt('message')).toContain('continue key is not valid');
  });

  promises('a continuation and a resource version exclude each other', async (scene) => {
    const { api, core } = scene;
    await fill(scene, 'both', 2);
    const first = await api.get(core('configmaps'), { limit: '1', labelSelector: 'both' });
    const list = await api.get(core('configmaps'), {
      limit: '1',
      labelSelector: 'both',
      continue: first.textAt('metadata.continue'),
      resourceVersion: first.textAt('metadata.resourceVersion'),
    });
    expect(list.outcome).toBe('400 BadRequest');
    expect(list.textAt('message')).toBe('specifying resource version is not allowed when using continue');
  });

  promises('work across namespaces', async (scene) => {
    const { api } = scene;
    await fill(scene, 'everywhere', 3);
    const query = { labelSelector: 'everywhere', limit: '2' };
    const first = await api.get('/api/v1/configmaps', query);
    const second = await api.get('/api/v1/configmaps', { ...query, continue: first.textAt('metadata.continue') });
    expect([...first.names, ...second.names]).toEqual(['everywhere-0', 'everywhere-1', 'everywhere-2']);
  });
});
