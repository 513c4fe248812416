import { expect } from 'vitest';
import { itemsOf, valueAt } from '../cluster/answer.js';
import { define, specSchema } from '../cluster/definition.js';
import { configMap, deployment } from '../cluster/objects.js';
import { suite } from '../suite.js';

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const PARTIAL = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const PARTIAL_LIST = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };

suite('other forms of answers', ({ promises }) => {
  promises('nobody gets the metadata of a list for that of one object, nor the other way round', async (scene) => {
    const { api, core, group } = scene;
    await api.post(core('configmaps'), configMap('one'));
    await api.post(group('apps/v1', 'deployments'), deployment('one'));
    const asked = async (path: string, as: string): Promise<readonly string[]> => {
      const accept = `application/json;as=${as};g=meta.k8s.io;v=v1,application/json`;
      const answer = await api.get(path, {}, { accept });
      return [answer.outcome, answer.textAt('message')];
    };
    expect(await asked(core('configmaps', 'one'), 'PartialObjectMetadataList')).toEqual([
      '406 NotAcceptable',
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    ]);
    expect(await asked(group('apps/v1', 'deployments'), 'PartialObjectMetadata')).toEqual([
      '406 NotAcceptable',
      'you requested PartialObjectMetadata, but the requested object is a list (*apps.DeploymentList)',
    ]);
  });

  promises('a table has the columns that kubectl shows', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('rows', { a: '1', b: '2' }));
    const table = await api.get(core('configmaps'), { fieldSelector: 'metadata.name=rows' }, TABLE);
    expect(table.body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    const columns = table.at('columnDefinitions');
    expect(Array.isArray(columns) ? columns.map((column) => valueAt(column, 'name')) : []).toEqual([
      'Name',
      'Data',
      'Age',
    ]);
    expect(table.at('rows.0.cells')).toEqual(['rows', 2, expect.stringMatching(/^\d+s$/)]);
    expect(table.at('rows.0.object')).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'rows' } });
  });

  promises('a table of one object has one row', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('row'));
    const table = await api.get(core('configmaps', 'row'), {}, TABLE);
    expect(table.at('rows')).toHaveLength(1);
  });

  promises('the rows carry the whole object, its metadata or nothing, as asked', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('carried', { a: '1' }));
    const row = async (includeObject: string) =>
      (await api.get(core('configmaps', 'carried'), { includeObject }, TABLE)).at('rows.0.object');
    expect(await row('Object')).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
    expect(await row('Metadata')).toMatchObject({ kind: 'PartialObjectMetadata' });
    expect(await row('None')).toBeNull();
    const wrong = await api.get(core('configmaps', 'carried'), { includeObject: 'Half' }, TABLE);
    expect(wrong.status).toBeGreaterThanOrEqual(400);
  });

  promises('a table is paged as its list is', async ({ api, core }) => {
    for (const name of ['page-1', 'page-2'])
      await api.post(core('configmaps'), configMap(name, {}, { labels: { p: 'y' } }));
    const first = await api.get(core('configmaps'), { labelSelector: 'p', limit: '1' }, TABLE);
    expect(first.at('rows')).toHaveLength(1);
    expect(first.textAt('metadata.continue')).not.toBe('');
  });

  promises('a definition says which columns its table has', async (scene) => {
    const { api } = scene;
    const boats = await define(scene, 'boats', specSchema({ length: { type: 'integer' } }), {
      additionalPrinterColumns: [
        { name: 'Length', type: 'integer', jsonPath: '.spec.length' },
        { name: 'Made', type: 'date', jsonPath: '.metadata.creationTimestamp', priority: 1 },
      ],
    });
    await api.post(boats.path(), boats.object('dinghy', { spec: { length: 3 } }));
    const table = await api.get(boats.path('dinghy'), {}, TABLE);
    expect(table.at('columnDefinitions')).toMatchObject([
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Length', type: 'integer', priority: 0 },
      { name: 'Made', type: 'date', priority: 1 },
    ]);
    expect(table.at('rows.0.cells')).toEqual(['dinghy', 3, expect.stringMatching(/^\d+s$/)]);
  });

  promises('metadata alone can be had of one object and of a list', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('bare', { a: '1' }));
    const one = await api.get(core('configmaps', 'bare'), {}, PARTIAL);
    expect(one.body).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'bare' },
    });
    expect(one.at('data')).toBeUndefined();
    const list = await api.get(core('configmaps'), { fieldSelector: 'metadata.name=bare' }, PARTIAL_LIST);
    expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList' });
    expect(itemsOf(list.body)).toHaveLength(1);
    expect(list.at('items.0.data')).toBeUndefined();
  });

  promises('a watch sends metadata alone as well, and tables', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('watched', { a: '1' }));
    const fieldSelector = 'metadata.name=watched';
    await using partial = await api.watch(core('configmaps'), { fieldSelector }, PARTIAL);
    expect((await partial.next())?.object).toMatchObject({
      kind: 'PartialObjectMetadata',
      metadata: { name: 'watched' },
    });
    await using table = await api.watch(core('configmaps'), { fieldSelector }, TABLE);
    expect((await table.next())?.object).toMatchObject({
      kind: 'Table',
      rows: [{ cells: ['watched', 1, expect.anything()] }],
    });
  });

  promises('a form that is not served is not acceptable', async ({ api, core }) => {
    const answer = await api.get(core('configmaps'), {}, { accept: 'application/json;as=Picture;v=v1;g=meta.k8s.io' });
    expect(answer.outcome).toBe('406 NotAcceptable');
  });

  promises('the first form that can be served is taken', async ({ api, core }) => {
    const accept = 'application/json;as=Picture;v=v1;g=meta.k8s.io,application/json';
    expect((await api.get(core('configmaps'), {}, { accept })).at('kind')).toBe('ConfigMapList');
  });
});
