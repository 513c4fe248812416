import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { configMap, deployment, service } from '../cluster/objects.js';
import { suite } from '../suite.js';

const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

suite('object metadata', ({ promises }) => {
  promises('a new object gets a uid, a time of creation and a resource version', async ({ api, core, namespace }) => {
    const made = await api.post(core('configmaps'), configMap('fresh'));
    expect(made.status).toBe(201);
    expect(made.at('metadata')).toMatchObject({
      name: 'fresh',
      namespace,
      uid: expect.stringMatching(UID),
      creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      resourceVersion: expect.stringMatching(/^\d+$/),
    });
  });

  promises('what a client says about them on creation is not believed', async ({ api, core }) => {
    const uid = '00000000-0000-0000-0000-000000000000';
    const metadata = { uid, creationTimestamp: '2001-01-01T00:00:00Z', selfLink: '/somewhere' };
    const made = await api.post(core('configmaps'), configMap('claims', {}, metadata));
    expect(made.textAt('metadata.uid')).not.toBe(uid);
    expect(made.textAt('metadata.creationTimestamp')).not.toContain('2001');
    expect(made.at('metadata.selfLink')).toBeUndefined();
  });

  promises('an object that has a resource version already cannot be created', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('versioned', {}, { resourceVersion: '1' }));
    // By kube-apiserver as an error of its own.
    expect(made.status).toBeGreaterThanOrEqual(400);
    expect(made.textAt('message')).toBe('resourceVersion should not be set on objects to be created');
  });

  promises('a resource version that names none is not looked at on creation', async ({ api, core }) => {
    for (const resourceVersion of ['0', 'first']) {
      const made = await api.post(
        core('configmaps'),
        configMap(`unversioned-${resourceVersion}`, {}, { resourceVersion }),
      );
      expect(made.status).toBe(201);
    }
  });

  promises('generateName makes a name of the prefix and five letters or digits', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), { metadata: { generateName: 'made-' } });
    expect(made.textAt('metadata.name')).toMatch(/^made-[a-z0-9]{5}$/);
    expect(made.textAt('metadata.generateName')).toBe('made-');
  });

  promises('a given name is stronger than generateName', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), { metadata: { name: 'given', generateName: 'made-' } });
    expect(made.textAt('metadata.name')).toBe('given');
  });

  promises('an object needs one of the two', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), { metadata: {} });
    expect(made.outcome).toBe('422 Invalid');
    expect(made.textAt('message')).toContain('name or generateName is required');
  });

  promises('a name is taken once', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('taken'));
    const second = await api.post(core('configmaps'), configMap('taken'));
    expect(second.body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "taken" already exists',
      details: { name: 'taken', kind: 'configmaps' },
    });
  });

  promises('names are DNS subdomains of at most 253 characters', async ({ api, core }) => {
    expect((await api.post(core('configmaps'), configMap('a'.repeat(253)))).status).toBe(201);
    for (const name of ['a'.repeat(254), 'Upper', 'under_score', '-dash', 'dot.', 'sp ace']) {
      const made = await api.post(core('configmaps'), configMap(name));
      expect(`${name}: ${made.outcome} ${made.causes}`).toBe(`${name}: 422 Invalid metadata.name`);
    }
  });

  promises('a namespace is a DNS label', async ({ api }) => {
    const made = await api.post('/api/v1/namespaces', { metadata: { name: 'dotted.name' } });
    expect(made.outcome).toBe('422 Invalid');
    expect(made.causes).toEqual(['metadata.name']);
  });

  promises('a Service is a DNS label that begins with a letter', async ({ api, core }) => {
    expect((await api.post(core('services'), service('1st'))).causes).toEqual(['metadata.name']);
  });

  promises('the body must name the object of the path', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('right'));
    const wrong = await api.put(core('configmaps', 'right'), configMap('wrong'));
    expect(wrong.outcome).toBe('400 BadRequest');
    expect(wrong.textAt('message')).toContain(
      'the name of the object (wrong) does not match the name on the URL (right)',
    );
  });

  promises('the body must be in the namespace of the path', async ({ api, core, namespace }) => {
    const wrong = await api.post(core('configmaps'), configMap('there', {}, { namespace: 'default' }));
    expect(wrong.outcome).toBe('400 BadRequest');
    expect(wrong.textAt('message')).toBe(
      `the namespace of the provided object does not match the namespace sent on the request`,
    );
    expect(namespace).not.toBe('default');
  });

  promises('the body must be of the kind of the path', async ({ api, core }) => {
    const wrong = await api.post(core('configmaps'), { ...configMap('kind'), kind: 'Secret' });
    expect(wrong.outcome).toBe('400 BadRequest');
  });

  promises('labels are validated, keys and values', async ({ api, core }) => {
    const bad = { '-key': 'fine', 'fine/but/two': 'x', ok: 'no spaces' };
    const made = await api.post(core('configmaps'), configMap('labels', {}, { labels: bad }));
    expect(made.outcome).toBe('422 Invalid');
    expect(new Set(made.causes)).toEqual(new Set(['metadata.labels']));
    expect(made.causes).toHaveLength(3);
  });

  promises('annotations may have any value, up to 256 KiB together', async ({ api, core }) => {
    const annotate = (size: number) => configMap(`annotated-${size}`, {}, { annotations: { 'a/b': 'x'.repeat(size) } });
    expect((await api.post(core('configmaps'), annotate(200 * 1024))).status).toBe(201);
    const much = await api.post(core('configmaps'), annotate(257 * 1024));
    expect(much.outcome).toBe('422 Invalid');
    expect(much.causes).toEqual(['metadata.annotations']);
  });

  promises('an owner reference needs all of its four fields, and one controller at most', async ({ api, core }) => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'u-1' };
    const half = await api.post(
      core('configmaps'),
      configMap('half', {}, { ownerReferences: [{ ...owner, uid: '' }] }),
    );
    expect(half.causes).toEqual(['metadata.ownerReferences.uid']);
    const ownerReferences = [
      { ...owner, controller: true },
      { ...owner, uid: 'u-2', controller: true },
    ];
    const two = await api.post(core('configmaps'), configMap('two', {}, { ownerReferences }));
    expect(two.causes).toEqual(['metadata.ownerReferences']);
  });

  promises('uid, creation time and name never change', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('constant'));
    const other = await api.patch('merge', core('configmaps', 'constant'), {
      metadata: { uid: '00000000-0000-0000-0000-000000000000' },
    });
    expect(other.outcome).toBe('422 Invalid');
    expect(other.causes).toContain('metadata.uid');
    const time = await api.patch('merge', core('configmaps', 'constant'), {
      metadata: { creationTimestamp: '2001-01-01T00:00:00Z' },
    });
    expect(time.textAt('metadata.creationTimestamp')).toBe(made.textAt('metadata.creationTimestamp'));
  });

  promises('the generation counts changes of what is wanted, and no others', async ({ api, group }) => {
    const made = await api.post(group('apps/v1', 'deployments'), deployment('counted'));
    expect(made.at('metadata.generation')).toBe(1);
    const path = group('apps/v1', 'deployments', 'counted');
    const labelled = await api.patch('merge', path, { metadata: { labels: { a: 'b' } } });
    expect(labelled.at('metadata.generation')).toBe(1);
    const paused = await api.patch('merge', path, { spec: { paused: true } });
    expect(paused.at('metadata.generation')).toBe(2);
    const reported = await api.patch('merge', `${path}/status`, { status: { observedGeneration: 2 } });
    expect(reported.at('metadata.generation')).toBe(2);
  });

  promises('an EndpointSlice may have no endpoints', async ({ api, group }) => {
    const slice = { metadata: { name: 'empty' }, addressType: 'IPv4' };
    const made = await api.post(group('discovery.k8s.io/v1', 'endpointslices'), slice);
    expect([made.status, made.at('metadata.generation')]).toEqual([201, 1]);
  });

  promises('an update that changes nothing keeps the resource version', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('same', { a: '1' }));
    const again = await api.put(core('configmaps', 'same'), made.body);
    expect(again.textAt('metadata.resourceVersion')).toBe(made.textAt('metadata.resourceVersion'));
  });

  promises('an update from an old resource version is refused', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('stale', { a: '1' }));
    await api.patch('merge', core('configmaps', 'stale'), { data: { a: '2' } });
    const stale = await api.put(core('configmaps', 'stale'), { ...made.body, data: { a: '3' } });
    expect(stale.outcome).toBe('409 Conflict');
    expect(stale.textAt('message')).toBe(
      'Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  promises('an update without a resource version overwrites', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('blind', { a: '1' }));
    const blind = await api.put(core('configmaps', 'blind'), configMap('blind', { a: '2' }));
    expect(blind.at('data')).toEqual({ a: '2' });
  });

  promises('an update without a resource version is refused where the kind says so', async ({ api, group }) => {
    const kinds = [
      ['coordination.k8s.io/v1', 'leases', {}],
      ['policy/v1', 'poddisruptionbudgets', { spec: { minAvailable: 1 } }],
      ['storage.k8s.io/v1', 'csistoragecapacities', { storageClassName: 'slow' }],
    ] as const;
    for (const [version, plural, more] of kinds) {
      const blind = { metadata: { name: 'blind' }, ...more };
      expect((await api.post(group(version, plural), blind)).status).toBe(201);
      const put = await api.put(group(version, plural, 'blind'), blind);
      expect([put.outcome, put.textAt('message')]).toEqual([
        '422 Invalid',
        `${plural}.${version.split('/')[0]} "blind" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update`,
      ]);
    }
  });

  promises('an update of what is not there is refused where the kind says so', async ({ api, core }) => {
    expect((await api.put(core('configmaps', 'absent'), configMap('absent'))).outcome).toBe('404 NotFound');
  });

  promises('an update of what is not there makes it where the kind says so', async ({ api, core, group }) => {
    const lease = (name: string, metadata: JsonObject = {}): JsonObject => ({ metadata: { name, ...metadata } });
    const leases = (name: string): string => group('coordination.k8s.io/v1', 'leases', name);
    expect((await api.put(leases('held'), lease('held', { resourceVersion: '1' }))).status).toBe(201);
    const known = await api.put(leases('known'), lease('known', { uid: 'another' }));
    expect(known.outcome).toBe('409 Conflict');
    const odd = await api.put(leases('odd'), lease('odd', { resourceVersion: 'first' }));
    expect(odd.textAt('message')).toBe('strconv.ParseUint: parsing "first": invalid syntax');
    const { ports, selector } = { ports: [{ port: 80 }], selector: { app: 'put' } };
    const put = [
      await api.put(core('services', 'put'), { metadata: { name: 'put' }, spec: { ports, selector } }),
      await api.put(core('endpoints', 'put-apart'), { metadata: { name: 'put-apart' } }),
      await api.put(core('limitranges', 'put'), { metadata: { name: 'put' }, spec: { limits: [] } }),
      await api.put(group('rbac.authorization.k8s.io/v1', 'roles', 'put'), { metadata: { name: 'put' } }),
    ];
    expect(put.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  promises('an object cannot be created in a namespace that is not there', async ({ api }) => {
    const lost = await api.post('/api/v1/namespaces/nowhere-at-all/configmaps', configMap('lost'));
    expect(lost.body).toMatchObject({ code: 404, message: 'namespaces "nowhere-at-all" not found' });
  });
});
