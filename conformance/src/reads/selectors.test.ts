import { expect } from 'vitest';
import { define, specSchema } from '../cluster/definition.js';
import { configMap, pod } from '../cluster/objects.js';
import { suite } from '../suite.js';

suite('selectors', ({ promises }) => {
  const cases: readonly (readonly [selector: string, names: readonly string[]])[] = [
    ['colour=red', ['red-a', 'red-b']],
    ['colour==red', ['red-a', 'red-b']],
    ['colour!=red', ['blue-a', 'plain']],
    ['colour in (red, blue)', ['blue-a', 'red-a', 'red-b']],
    ['colour notin (red)', ['blue-a', 'plain']],
    ['colour', ['blue-a', 'red-a', 'red-b']],
    ['!colour', ['plain']],
    ['size>2', ['red-b']],
    ['size<2', ['red-a']],
    ['colour=red,size=1', ['red-a']],
    ['colour,!size', ['blue-a']],
    ['colour in (red),size notin (1)', ['red-b']],
    ['colour=', []],
    ['in=red', []],
  ];
  for (const [selector, names] of cases) {
    promises(`labels: ${selector}`, async ({ api, core }) => {
      const labelled = {
        'red-a': { colour: 'red', size: '1' },
        'red-b': { colour: 'red', size: '3' },
        'blue-a': { colour: 'blue' },
        plain: {},
      };
      for (const [name, labels] of Object.entries(labelled)) {
        await api.post(core('configmaps'), configMap(name, {}, { labels }));
      }
      const list = await api.get(core('configmaps'), { labelSelector: selector });
      expect(list.names.filter((name) => name in labelled)).toEqual(names);
    });
  }

  for (const selector of [
    'colour=red=blue',
    'colour in red',
    'colour in ()x',
    '=red',
    'a b',
    'size>many',
    '-colour',
    'colour,,',
  ]) {
    promises(`labels: "${selector}" is refused`, async ({ api, core }) => {
      const list = await api.get(core('configmaps'), { labelSelector: selector });
      expect(list.outcome).toBe('400 BadRequest');
    });
  }

  promises('fields: name and namespace select objects of every kind', async ({ api, core, namespace }) => {
    await api.post(core('configmaps'), configMap('chosen'));
    expect((await api.get(core('configmaps'), { fieldSelector: 'metadata.name=chosen' })).names).toEqual(['chosen']);
    const query = { fieldSelector: `metadata.namespace=${namespace},metadata.name==chosen` };
    expect((await api.get('/api/v1/configmaps', query)).names).toEqual(['chosen']);
    const others = await api.get(core('configmaps'), { fieldSelector: 'metadata.name!=chosen' });
    expect(others.names).not.toContain('chosen');
  });

  promises('fields: a name that is not there selects nothing', async ({ api, core }) => {
    expect((await api.get(core('configmaps'), { fieldSelector: 'metadata.name=absent' })).names).toEqual([]);
  });

  promises('fields: Pods are selected by node and phase', async ({ api, core }) => {
    await api.post(core('pods'), pod('selected', {}, { terminationGracePeriodSeconds: 0 }));
    const names = async (fieldSelector: string) => (await api.get(core('pods'), { fieldSelector })).names;
    expect(await names('status.phase=Pending')).toEqual(['selected']);
    expect(await names('spec.nodeName=,status.phase!=Running')).toEqual(['selected']);
    expect(await names('spec.nodeName=somewhere')).toEqual([]);
  });

  promises('fields: another field is refused', async ({ api, core }) => {
    const list = await api.get(core('configmaps'), { fieldSelector: 'data.a=1' });
    expect(list.outcome).toBe('400 BadRequest');
    expect(list.textAt('message')).toContain('data.a');
  });

  promises('fields: what is no selector is refused', async ({ api, core }) => {
    expect((await api.get(core('configmaps'), { fieldSelector: 'metadata.name' })).outcome).toBe('400 BadRequest');
  });

  promises('fields: a definition says which of its own select', async (scene) => {
    const { api } = scene;
    const shirts = await define(
      scene,
      'shirts',
      specSchema({ colour: { type: 'string' }, size: { type: 'integer' } }),
      { selectableFields: [{ jsonPath: '.spec.colour' }] },
    );
    await api.post(shirts.path(), shirts.object('one', { spec: { colour: 'red', size: 1 } }));
    await api.post(shirts.path(), shirts.object('two', { spec: { colour: 'blue', size: 2 } }));
    expect((await api.get(shirts.path(), { fieldSelector: 'spec.colour=red' })).names).toEqual(['one']);
    expect((await api.get(shirts.path(), { fieldSelector: 'spec.colour!=red' })).names).toEqual(['two']);
    expect((await api.get(shirts.path(), { fieldSelector: 'spec.size=1' })).outcome).toBe('400 BadRequest');
  });

  promises('both kinds of selector hold together', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('both', {}, { labels: { both: 'yes' } }));
    const query = { labelSelector: 'both=yes', fieldSelector: 'metadata.name!=both' };
    expect((await api.get(core('configmaps'), query)).names).toEqual([]);
  });
});
