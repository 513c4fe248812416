import { expect } from 'vitest';
import { itemsOf, valueAt } from '../cluster/answer.js';
import { define, specSchema } from '../cluster/definition.js';
import { suite } from '../suite.js';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

suite('discovery', ({ promises }) => {
  promises('names the versions of the core group', async ({ api }) => {
    expect((await api.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  });

  promises('lists every group with its versions, the preferred one first', async ({ api }) => {
    const groups = await api.get('/apis');
    expect(groups.body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    const apps = groups.at('groups');
    expect(apps).toContainEqual(
      expect.objectContaining({
        name: 'apps',
        versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
        preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
      }),
    );
  });

  promises('serves each group by itself', async ({ api }) => {
    expect((await api.get('/apis/apps')).body).toMatchObject({ kind: 'APIGroup', name: 'apps' });
  });

  promises('describes a resource by its names, verbs, categories and short names', async ({ api }) => {
    const resources = await api.get('/api/v1');
    expect(resources.at('resources')).toContainEqual(
      expect.objectContaining({
        name: 'pods',
        singularName: 'pod',
        namespaced: true,
        kind: 'Pod',
        shortNames: ['po'],
        categories: ['all'],
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      }),
    );
  });

  promises('lists subresources beside their resources, with the kind of their bodies', async ({ api }) => {
    const resources = (await api.get('/apis/apps/v1')).at('resources');
    expect(resources).toContainEqual(
      expect.objectContaining({ name: 'deployments/scale', group: 'autoscaling', version: 'v1', kind: 'Scale' }),
    );
    expect(resources).toContainEqual(
      expect.objectContaining({ name: 'deployments/status', kind: 'Deployment', verbs: ['get', 'patch', 'update'] }),
    );
  });

  promises('gives all groups in one aggregated document to whoever asks for it', async ({ api }) => {
    const discovery = await api.get('/apis', {}, { accept: AGGREGATED });
    expect(discovery.headers['content-type']).toBe(AGGREGATED);
    expect(discovery.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
    const apps = itemsOf(discovery.body).find((item) => valueAt(item, 'metadata.name') === 'apps');
    expect(valueAt(apps, 'versions.0.resources')).toContainEqual(
      expect.objectContaining({
        resource: 'deployments',
        responseKind: { group: '', version: '', kind: 'Deployment' },
        scope: 'Namespaced',
        singularResource: 'deployment',
        shortNames: ['deploy'],
        categories: ['all'],
        subresources: expect.arrayContaining([
          expect.objectContaining({
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          }),
        ]),
      }),
    );
  });

  promises('answers 304 to an aggregated document that the client has already', async ({ api }) => {
    const accept = AGGREGATED;
    const first = await api.get('/api', {}, { accept });
    const etag = String(first.headers['etag']);
    expect(etag).toMatch(/^"[0-9A-F]+"$/);
    expect((await api.get('/api', {}, { accept, 'if-none-match': etag })).status).toBe(304);
  });

  promises('falls back to the plain documents for clients that list both', async ({ api }) => {
    const groups = await api.get('/apis', {}, { accept: `${AGGREGATED};unknown=yes,application/json` });
    expect(groups.status).toBe(200);
  });

  promises('says which build it is, without credentials as well', async ({ api }) => {
    await using anyone = api.withToken(undefined);
    const version = await anyone.get('/version');
    expect(version.body).toMatchObject({
      major: '1',
      minor: expect.stringMatching(/^\d+/),
      gitVersion: expect.any(String),
    });
  });

  promises('says which build it is in JSON only', async ({ api }) => {
    for (const accept of ['application/vnd.kubernetes.protobuf', 'application/yaml', 'text/plain']) {
      expect((await api.get('/version', {}, { accept })).status).toBe(406);
    }
    const refused = await api.get('/version', {}, { accept: 'text/plain' });
    expect(refused.at('message')).toBe('406: Not Acceptable\n\nAvailable representations: application/json');
    expect((await api.get('/version', {}, { accept: 'text/html, */*;q=0.8' })).status).toBe(200);
  });

  promises('answers its health checks by "ok", and verbosely by a line for each check', async ({ api }) => {
    for (const path of ['/healthz', '/livez', '/readyz']) expect((await api.get(path)).text).toBe('ok');
    expect((await api.get('/readyz', { verbose: '' })).text).toMatch(/^\[\+\]ping ok$/m);
    expect((await api.get('/livez/ping')).text).toBe('ok');
  });

  promises('does not know what is not there', async ({ api, core }) => {
    expect((await api.get('/apis/apps/v7')).outcome).toBe('404 NotFound');
    expect((await api.get('/apis/apps/v7/deployments')).at('details')).toEqual({});
    expect((await api.get(core('gizmos'))).outcome).toBe('404 NotFound');
    expect((await api.get(core('gizmos'))).textAt('message')).toBe('the server could not find the requested resource');
  });

  promises('answers in plain text where nothing is, outside of the groups of Kubernetes', async (scene) => {
    const { api } = scene;
    const locks = await define(scene, 'locks', specSchema({}));
    const group = `/apis/${locks.group}`;
    const unknown = [
      '/nowhere',
      '/apis/nowhere.example.com',
      '/apis/nowhere.example.com/v1',
      '/apis/nowhere.example.com/v1/x',
    ];
    const within = [`${group}/v7`, `${group}/v7/locks`, `${group}/v1/keys`, `${group}/v1/locks/one`];
    for (const path of [...unknown, ...within]) {
      const { status, text, headers } = await api.get(path);
      expect([path, status, text, headers['content-type']]).toEqual([
        path,
        404,
        '404 page not found\n',
        'text/plain; charset=utf-8',
      ]);
    }
    expect((await api.get(locks.path('one', 'key'))).textAt('message')).toBe(`${locks.name} "one" not found`);
  });

  promises('tells no head of what is only given whole', async ({ api, core }) => {
    for (const path of ['/api', '/api/v1', '/apis/apps/v1', '/version', core('configmaps'), core('configmaps', 'a')])
      expect([path, (await api.request('HEAD', path)).status]).toEqual([path, 405]);
  });

  promises('tells no head of a watch', async ({ api, core }) => {
    const asked = await api.request('HEAD', core('configmaps'), { query: { watch: 'true' } });
    expect(asked.status).toBe(405);
  });

  promises('tells the heads of lists of groups, of health checks and of custom kinds', async (scene) => {
    const { api } = scene;
    const seals = await define(scene, 'seals', specSchema({}));
    for (const path of ['/apis', '/apis/apps', '/healthz', '/openapi/v3', `/apis/${seals.apiVersion}`, seals.path()]) {
      const head = await api.request('HEAD', path);
      expect([path, head.status, head.text]).toEqual([path, 200, '']);
    }
    expect((await api.request('HEAD', '/healthz')).headers['content-length']).toBe('2');
  });

  promises('lists at its root the paths that it has', async ({ api }) => {
    expect((await api.get('/')).at('paths')).toEqual(
      expect.arrayContaining(['/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/healthz/ping', '/version']),
    );
  });

  promises('says how the parts of the cluster are, with a warning that this is an old way to ask', async ({ api }) => {
    const parts = await api.get('/api/v1/componentstatuses');
    expect(parts.body).toMatchObject({ kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {} });
    expect(parts.warnings).toEqual(['v1 ComponentStatus is deprecated in v1.19+']);
    const [part = ''] = parts.names;
    const one = await api.get(`/api/v1/componentstatuses/${part}`);
    expect(one.at('conditions.0')).toMatchObject({ type: 'Healthy', status: expect.stringMatching(/^(True|False)$/) });
    expect((await api.get('/api/v1/componentstatuses/absent')).textAt('message')).toBe('Component not found: absent');
    expect((await api.post('/api/v1/componentstatuses', {})).outcome).toBe('405 MethodNotAllowed');
    expect((await api.get('/api/v1')).at('resources')).toContainEqual({
      name: 'componentstatuses',
      singularName: 'componentstatus',
      namespaced: false,
      kind: 'ComponentStatus',
      verbs: ['get', 'list'],
      shortNames: ['cs'],
    });
  });

  promises('shows the parts of the cluster as a table', async ({ api }) => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const shown = await api.get('/api/v1/componentstatuses', {}, { accept });
    const columns = shown.at('columnDefinitions');
    expect(Array.isArray(columns) && columns.map((column) => valueAt(column, 'name'))).toEqual([
      'Name',
      'Status',
      'Message',
      'Error',
    ]);
  });

  promises('names kind and name of an object that is not there', async ({ api, core }) => {
    const answer = await api.get(core('configmaps', 'absent'));
    expect(answer.body).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "absent" not found',
      details: { name: 'absent', kind: 'configmaps' },
    });
  });

  promises('refuses a verb that a resource does not have', async ({ api, core }) => {
    expect((await api.put(core('configmaps'), {})).outcome).toBe('405 MethodNotAllowed');
    expect((await api.post(core('configmaps', 'one'), {})).outcome).toBe('405 MethodNotAllowed');
  });
});
