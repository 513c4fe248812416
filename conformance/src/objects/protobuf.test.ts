import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Defined, define } from '../cluster/definition.js';
import { configMap, container, deployment, pod, service } from '../cluster/objects.js';
import { framesIn, inProtobuf, objectIn, PROTOBUF } from '../cluster/protobuf.js';
import { type Scene, suite } from '../suite.js';

const accept = (type: string): { accept: string } => ({ accept: type });
const METADATA = `${PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
const METADATA_LIST = `${PROTOBUF};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
const ACCEPTED =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
const DISCOVERY = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Objects with something of everything that is told apart on the wire. */
const everything = ({ core, group }: Scene): readonly (readonly [collection: string, object: JsonObject])[] => [
  [core('configmaps'), { ...configMap('maps', { b: 'ü€😀', a: '' }), binaryData: { raw: 'AP8=', none: '' } }],
  [core('secrets'), { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'bytes' }, data: { b: 'AAEC', a: '' } }],
  [core('services'), service('ports', { clusterIP: 'None', ports: [{ port: 80, targetPort: 'web' }] })],
  [
    core('pods'),
    pod(
      'all',
      { labels: { b: '1', a: '2' }, finalizers: ['example.com/never'] },
      {
        containers: [
          container('app', {
            env: [
              { name: 'EMPTY', value: '' },
              { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
            ],
            resources: { limits: { cpu: '500m', memory: '1Gi' } },
            securityContext: { privileged: false, runAsUser: 0 },
            readinessProbe: { httpGet: { port: 'web' } },
          }),
        ],
        tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 }],
        volumes: [
          { name: 'v', emptyDir: { sizeLimit: '1500Mi' } },
          { name: 'c', configMap: { name: 'c', optional: true } },
        ],
      },
    ),
  ],
  [group('apps/v1', 'deployments'), deployment('rolling')],
  [
    group('apps/v1', 'controllerrevisions'),
    {
      kind: 'ControllerRevision',
      apiVersion: 'apps/v1',
      metadata: { name: 'raw' },
      data: { z: 1, a: [null, '<&>'] },
      revision: 3,
    },
  ],
  [
    group('coordination.k8s.io/v1', 'leases'),
    {
      kind: 'Lease',
      apiVersion: 'coordination.k8s.io/v1',
      metadata: { name: 'times' },
      spec: {
        acquireTime: '2024-05-05T05:05:05.500001Z',
        renewTime: '1960-05-05T05:05:05.000000Z',
        leaseTransitions: 0,
      },
    },
  ],
];

/** Whether what is at a path is the same in both forms, read at a moment when controllers leave it alone. */
async function isSame({ api }: Scene, path: string): Promise<boolean> {
  for (;;) {
    const first = await api.get(path);
    const answer = await api.get(path, {}, accept(PROTOBUF));
    const again = await api.get(path);
    if (first.text === again.text) return inProtobuf(first).equals(answer.bytes);
  }
}

suite('protobuf', ({ promises, before }) => {
  let cups: Defined;
  before(async (scene) => {
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
    cups = await define(scene, 'cups', schema, { subresources: { status: {}, scale } });
    await scene.api.post(cups.path(), cups.object('blue', { spec: { replicas: 2 } }));
  }, 60_000);

  promises('objects are in protobuf what they are in JSON, byte for byte', async (scene) => {
    const { api } = scene;
    for (const [collection, object] of everything(scene)) {
      const made = await api.post(collection, object);
      expect(made.status, made.text).toBe(201);
      const path = `${collection}/${made.textAt('metadata.name')}`;
      expect(await isSame(scene, path), path).toBe(true);
    }
  });

  promises('lists are, with where they go on', async ({ api, core }) => {
    for (const name of ['list-a', 'list-b', 'list-c'])
      await api.post(core('configmaps'), configMap(name, {}, { labels: { list: 'yes' } }));
    const page = await api.get(core('configmaps'), { limit: '2' }, accept(PROTOBUF));
    const list = objectIn(page) as unknown as { metadata: JsonObject; items: unknown[]; kind: string };
    expect(list.kind).toBe('ConfigMapList');
    expect(list.items).toHaveLength(2);
    expect(list.metadata['remainingItemCount']).toBeGreaterThan(0);
    const next = { limit: '2', continue: String(list.metadata['continue']) };
    const inJson = await api.get(core('configmaps'), next);
    const rest = await api.get(core('configmaps'), next, accept(PROTOBUF));
    expect(inProtobuf(inJson).equals(rest.bytes)).toBe(true);
  });

  promises('so are the lists of cluster roles, namespaces and definitions', async ({ api }) => {
    for (const path of [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      '/api/v1/namespaces',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      '/apis/apiregistration.k8s.io/v1/apiservices',
      '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    ]) {
      // At one revision: other suites are at work on the same cluster.
      const at = {
        resourceVersion: (await api.get(path)).textAt('metadata.resourceVersion'),
        resourceVersionMatch: 'Exact',
      };
      const [inJson, answer] = [await api.get(path, at), await api.get(path, at, accept(PROTOBUF))];
      expect(inProtobuf(inJson).equals(answer.bytes), path).toBe(true);
    }
  });

  promises('every write is answered so', async ({ api, core }) => {
    const speaking = api.with(accept(PROTOBUF));
    const made = await speaking.post(core('configmaps'), configMap('written', { a: '1' }));
    expect([made.status, made.headers['content-type']]).toEqual([201, PROTOBUF]);
    const path = core('configmaps', 'written');
    const replaced = await speaking.put(path, configMap('written', { a: '2' }));
    expect(objectIn(replaced)).toMatchObject({ kind: 'ConfigMap', data: { a: '2' } });
    const patched = await speaking.patch('merge', path, { data: { a: '3' } });
    expect(objectIn(patched)).toMatchObject({ data: { a: '3' } });
    const applied = await speaking.apply(path, 'me', { ...configMap('written'), data: { b: '1' } });
    expect(objectIn(applied)).toMatchObject({ data: { a: '3', b: '1' } });
    const deleted = await speaking.delete(path);
    expect(objectIn(deleted)).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'written' } });
    await api.post(core('configmaps'), configMap('swept', {}, { labels: { swept: 'yes' } }));
    const swept = await speaking.delete(core('configmaps'), {}, { labelSelector: 'swept=yes' });
    expect(objectIn(swept)).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'swept' } }] });
  });

  promises('what is refused is told so', async ({ api, core }) => {
    const speaking = api.with(accept(PROTOBUF));
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure' };
    expect(objectIn(await speaking.get(core('configmaps', 'absent')))).toMatchObject({
      ...status,
      reason: 'NotFound',
      details: { name: 'absent', kind: 'configmaps' },
      code: 404,
    });
    expect(objectIn(await speaking.post(core('configmaps'), '{'))).toMatchObject({ ...status, code: 400 });
    expect(objectIn(await speaking.as('nobody').get(core('secrets')))).toMatchObject({ ...status, code: 403 });
  });

  promises('the most wanted type is chosen, and what no type names comes last', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('chosen'));
    const typeFor = async (header: string): Promise<unknown> =>
      (await api.get(core('configmaps', 'chosen'), {}, accept(header))).headers['content-type'];
    expect(await typeFor(`${PROTOBUF},application/json`)).toBe(PROTOBUF);
    expect(await typeFor(`application/json,${PROTOBUF}`)).toBe('application/json');
    expect(await typeFor(`${PROTOBUF};q=0.2,application/json;q=0.1`)).toBe(PROTOBUF);
    expect(await typeFor(`${PROTOBUF};q=0.1,application/json;q=0.2`)).toBe('application/json');
    expect(await typeFor(`*/*,${PROTOBUF}`)).toBe(PROTOBUF);
    expect(await typeFor(`${PROTOBUF};stream=watch`)).toBe(PROTOBUF);
    expect(await typeFor(`${PROTOBUF};stream=other,application/json`)).toBe('application/json');
    expect(await typeFor('*/*')).toBe('application/json');
  });

  promises('a table is not to be had in it', async ({ api, core }) => {
    const table = ';as=Table;g=meta.k8s.io;v=v1';
    const refused = await api.get(core('configmaps'), {}, accept(`${PROTOBUF}${table}`));
    expect([refused.status, refused.at('message')]).toEqual([406, ACCEPTED]);
    const either = await api.get(core('configmaps'), {}, accept(`${PROTOBUF}${table},application/json${table}`));
    expect(either.at('kind')).toBe('Table');
  });

  promises('watches are frames of events, with bookmarks and errors', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('watched', {}, { labels: { watched: 'yes' } }));
    await api.patch('merge', core('configmaps', 'watched'), { data: { a: '1' } });
    await api.delete(core('configmaps', 'watched'));
    const query = { watch: 'true', timeoutSeconds: '1', labelSelector: 'watched=yes' };
    const from = String(BigInt(made.textAt('metadata.resourceVersion')) - 1n);
    const answer = await api.get(core('configmaps'), { ...query, resourceVersion: from }, accept(PROTOBUF));
    expect(answer.headers['content-type']).toBe(`${PROTOBUF};stream=watch`);
    const events = framesIn(answer).map(({ type, object }) => `${type} ${object.kind} ${object.metadata.name}`);
    expect(events).toEqual(['ADDED ConfigMap watched', 'MODIFIED ConfigMap watched', 'DELETED ConfigMap watched']);
    const initial = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' };
    const streamed = await api.get(core('configmaps'), { ...query, ...initial }, accept(`${PROTOBUF};stream=watch`));
    const [bookmark] = framesIn(streamed);
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  promises('a watch is not to be had in YAML', async ({ api, core }) => {
    const refused = await api.get(core('configmaps'), { watch: 'true' }, accept('application/yaml'));
    expect(refused.status).toBe(406);
    expect(refused.headers['content-type']).toBe('application/yaml');
    expect(refused.text).toContain('application/json;stream=watch');
  });

  promises('scales, tokens and reviews are answered so', async ({ api, core, group }) => {
    const speaking = api.with(accept(PROTOBUF));
    await api.post(group('apps/v1', 'deployments'), deployment('scaled'));
    const scale = await speaking.get(group('apps/v1', 'deployments', 'scaled', 'scale'));
    expect(objectIn(scale)).toMatchObject({ kind: 'Scale', metadata: { name: 'scaled' } });
    await api.post(core('serviceaccounts'), { metadata: { name: 'speaker' } });
    const token = await speaking.post(core('serviceaccounts', 'speaker', 'token'), { spec: {} });
    expect(objectIn(token)).toMatchObject({ kind: 'TokenRequest', status: { token: expect.stringMatching(/^ey/) } });
    const review = await speaking.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
    });
    expect(objectIn(review)).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } });
  });

  promises('discovery is what it is in JSON', async ({ api }) => {
    for (const path of ['/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1', `/apis/${cups.group}/v1`]) {
      const answer = await api.get(path, {}, accept(PROTOBUF));
      expect(answer.headers['content-type'], path).toBe(PROTOBUF);
      // Other suites define kinds meanwhile, each in a group of its own.
      if (path !== '/apis') expect(inProtobuf(await api.get(path)).equals(answer.bytes), path).toBe(true);
    }
    const aggregated = await api.get('/api', {}, accept(`${PROTOBUF};${DISCOVERY}`));
    expect(aggregated.headers['content-type']).toBe(`${PROTOBUF};${DISCOVERY}`);
    const inJson = await api.get('/api', {}, accept(`application/json;${DISCOVERY}`));
    expect(inProtobuf(inJson).equals(aggregated.bytes)).toBe(true);
  });

  promises('custom kinds have none, and nothing is done for who takes no other', async ({ api }) => {
    const refused = await api.post(cups.path(), cups.object('red'), { headers: accept(PROTOBUF) });
    expect(objectIn(refused)).toMatchObject({ reason: 'NotAcceptable', message: ACCEPTED, code: 406 });
    expect((await api.get(cups.path('red'))).status).toBe(404);
    const watch = await api.get(cups.path(), { watch: 'true' }, accept(PROTOBUF));
    expect(watch.status).toBe(406);
  });

  promises('who takes JSON as well is given that, and errors in protobuf', async ({ api }) => {
    const speaking = api.with(accept(`${PROTOBUF},application/json`));
    expect((await speaking.get(cups.path('blue'))).at('spec')).toEqual({ replicas: 2 });
    expect((await speaking.get(cups.path('blue', 'scale'))).at('spec')).toEqual({ replicas: 2 });
    expect(objectIn(await speaking.get(cups.path('absent')))).toMatchObject({ reason: 'NotFound' });
  });

  promises('metadata is in protobuf for every kind', async ({ api }) => {
    const one = await api.get(cups.path('blue'), {}, accept(METADATA));
    expect(one.headers['content-type']).toBe(PROTOBUF);
    expect(objectIn(one)).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'blue', generation: 1 } });
    const list = objectIn(await api.get(cups.path(), {}, accept(METADATA_LIST)));
    expect(list).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'blue' } }] });
    const older = objectIn(await api.get(cups.path(), {}, accept(`${METADATA_LIST}beta1`)));
    expect(older).toMatchObject({ apiVersion: 'meta.k8s.io/v1beta1', items: [{ metadata: { name: 'blue' } }] });
    const query = { watch: 'true', timeoutSeconds: '1' };
    const watched = framesIn(await api.get(cups.path(), query, accept(METADATA)));
    expect(watched).toMatchObject([
      { type: 'ADDED', object: { kind: 'PartialObjectMetadata', metadata: { name: 'blue' } } },
    ]);
  });
});
