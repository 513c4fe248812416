import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type AskOptions, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object, options?: AskOptions): Promise<Answer> =>
  ask(test.server, method, url, body, options);
const map = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });
const patch = (type: string): AskOptions => ({ headers: { 'content-type': `application/${type}` } });

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
  status: { replicas: 7 },
});

describe('a create', () => {
  it('fills in what only the server says', async () => {
    const { status, body } = await send('POST', MAPS, map('made', { data: { a: 'b' } }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'made', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
      data: { a: 'b' },
    });
    expect(body['metadata']!['uid']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number(body['metadata']!['resourceVersion'])).toBe(test.store.revision);
  });

  it('makes names from generateName', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'run-' } };
    expect((await send('POST', MAPS, body)).body['metadata']!['name']).toMatch(
      /^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
    );
  });

  it('of a taken name is a conflict', async () => {
    await send('POST', MAPS, map('taken'));
    const { status, body } = await send('POST', MAPS, map('taken'));
    expect([status, body['reason'], body['message']]).toEqual([
      409,
      'AlreadyExists',
      'configmaps "taken" already exists',
    ]);
  });

  it.each([
    ['a name that is none', map('Not_A_Name'), 422],
    ['another namespace', { ...map('x'), metadata: { name: 'x', namespace: 'kube-system' } }, 400],
    ['another kind', { ...map('x'), kind: 'Secret' }, 400],
    ['a resourceVersion', { ...map('x'), metadata: { name: 'x', resourceVersion: '1' } }, 500],
    ['labels that are none', { ...map('x'), metadata: { name: 'x', labels: { 'a b': '' } } }, 422],
    ['labels of another type', { ...map('x'), metadata: { name: 'x', labels: { a: 1 } } }, 400],
    ['a field of another type', map('x', { data: { a: 1 } }), 400],
  ])('with %s is refused', async (_what, body, status) => {
    expect((await send('POST', MAPS, body)).status).toBe(status);
  });

  it.each(['0', '00', 'first'])('with the resourceVersion %s, which names none, is taken', async (resourceVersion) => {
    const body = { ...map('x'), metadata: { generateName: 'unversioned-', resourceVersion } };
    expect((await send('POST', MAPS, body)).status).toBe(201);
  });

  it.each([
    ['coordination.k8s.io/v1', 'Lease', 'leases', {}],
    ['rbac.authorization.k8s.io/v1', 'Role', 'roles', {}],
    ['v1', 'Endpoints', 'endpoints', {}],
    ['v1', 'LimitRange', 'limitranges', { spec: { limits: [] } }],
    ['v1', 'Service', 'services', { spec: { ports: [{ port: 80 }] } }],
  ])('comes of a PUT of a %s %s', async (apiVersion, kind, plural, more) => {
    const url = `/api${apiVersion.includes('/') ? 's' : ''}/${apiVersion}/namespaces/default/${plural}/put`;
    const put = (metadata: object): Promise<Answer> =>
      send('PUT', url, { apiVersion, kind, metadata: { name: 'put', ...metadata }, ...more });
    expect((await put({ uid: 'another' })).status).toBe(409);
    const { status, body } = await put({ resourceVersion: 'first' });
    expect([status, body['message']]).toEqual([500, 'strconv.ParseUint: parsing "first": invalid syntax']);
    const made = await put({ resourceVersion: '7' });
    expect(made.status).toBe(201);
    expect((await send('PUT', url, made.body)).status).toBe(200);
  });

  it('of an apply looks away from a resourceVersion, but not from what is none', async () => {
    const applied = (resourceVersion: string): Promise<Answer> => {
      const body = { ...map('applied-new'), metadata: { name: 'applied-new', resourceVersion } };
      return send('PATCH', `${MAPS}/applied-new?fieldManager=m`, body, patch('apply-patch+yaml'));
    };
    expect((await applied('first')).body['message']).toBe('strconv.ParseUint: parsing "first": invalid syntax');
    expect((await applied('7')).status).toBe(201);
  });

  it('in a namespace that is not there, or is ending, is refused', async () => {
    expect((await send('POST', '/api/v1/namespaces/nowhere/configmaps', map('x'))).status).toBe(404);
    await send('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'ending', finalizers: ['a.io/hold'] },
    });
    await send('DELETE', '/api/v1/namespaces/ending');
    const { status, body } = await send('POST', '/api/v1/namespaces/ending/configmaps', map('x'));
    expect([status, body['details']!['causes']![0]!['reason']]).toEqual([403, 'NamespaceTerminating']);
  });

  it('that is a dry run stores nothing', async () => {
    const before = test.store.revision;
    const { status, body } = await send('POST', `${MAPS}?dryRun=All`, map('dry'));
    expect([status, body['metadata']!['resourceVersion']]).toEqual([201, undefined]);
    expect(test.store.revision).toBe(before);
  });

  it('takes YAML, and reads it as kubectl does', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "yes"\n  b: 0o19\n';
    const answer = await ask(test.server, 'POST', MAPS, text, { headers: { 'content-type': 'application/yaml' } });
    expect([answer.status, answer.body['data']]).toEqual([201, { a: 'yes', b: '0o19' }]);
  });

  it('in a form that is not taken says which are', async () => {
    const answer = await ask(test.server, 'POST', MAPS, 'x', { headers: { 'content-type': 'application/cbor' } });
    expect(answer.status).toBe(415);
    expect(answer.body['message']).toContain('application/json');
  });

  it('over the size limit is refused', async () => {
    expect((await send('POST', MAPS, map('big', { data: { a: 'x'.repeat(1.2 * 1024 * 1024) } }))).status).toBe(422);
    expect((await send('POST', MAPS, map('huge', { data: { a: 'x'.repeat(4 * 1024 * 1024) } }))).status).toBe(413);
  });
});

describe('unknown fields', () => {
  const typo = map('typo', { dta: { a: 'b' } });

  it('are refused by Strict', async () => {
    const { status, body } = await send('POST', `${MAPS}?fieldValidation=Strict`, typo);
    expect(status).toBe(400);
    expect(body['message']).toContain('strict decoding error: unknown field "dta"');
  });

  it('are told in a Warning and dropped', async () => {
    const { headers, body } = await send('POST', `${MAPS}?dryRun=All`, typo);
    expect(headers['warning']).toEqual(['299 - "unknown field \\"dta\\""']);
    expect(body['dta']).toBeUndefined();
  });

  it('are dropped without a word by Ignore', async () => {
    expect((await send('POST', `${MAPS}?dryRun=All&fieldValidation=Ignore`, typo)).headers['warning']).toBeUndefined();
  });
});

describe('an update', () => {
  it('with a stale resourceVersion is a conflict, and without one is taken', async () => {
    const { body: first } = await send('POST', MAPS, map('updated'));
    const stale = { ...first, data: { a: '1' } };
    expect((await send('PUT', `${MAPS}/updated`, stale)).status).toBe(200);
    const { status, body } = await send('PUT', `${MAPS}/updated`, { ...first, data: { a: '2' } });
    expect([status, body['reason']]).toEqual([409, 'Conflict']);
    expect((await send('PUT', `${MAPS}/updated`, map('updated', { data: { a: '3' } }))).body['data']).toEqual({
      a: '3',
    });
  });

  it.each([
    ['coordination.k8s.io/v1/namespaces/default/leases', 'Lease', {}],
    ['node.k8s.io/v1/runtimeclasses', 'RuntimeClass', { handler: 'runc' }],
    ['policy/v1/namespaces/default/poddisruptionbudgets', 'PodDisruptionBudget', { spec: { minAvailable: 1 } }],
    ['storage.k8s.io/v1/csinodes', 'CSINode', { spec: { drivers: [] } }],
  ])('of %s must name the revision it changes', async (path, kind, more) => {
    const [group, version] = path.split('/');
    const lasting = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'lasting' }, ...more };
    const { body: made } = await send('POST', `/apis/${path}`, lasting);
    const { status, body } = await send('PUT', `/apis/${path}/lasting`, lasting);
    expect([status, body['message']]).toEqual([
      422,
      `${path.split('/').at(-1)}.${group} "lasting" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update`,
    ]);
    expect((await send('PUT', `/apis/${path}/lasting`, made)).status).toBe(200);
  });

  it('of another object with the same name is a conflict', async () => {
    await send('POST', MAPS, map('reborn'));
    const body = { ...map('reborn'), metadata: { name: 'reborn', uid: 'another' } };
    expect((await send('PUT', `${MAPS}/reborn`, body)).body['message']).toContain('UID in precondition');
  });

  it('that changes nothing is no event', async () => {
    const { body } = await send('POST', MAPS, map('same', { data: { a: 'b' } }));
    const again = await send('PUT', `${MAPS}/same`, body);
    expect(again.body['metadata']!['resourceVersion']).toBe(body['metadata']!['resourceVersion']);
  });

  it('never loses one of many concurrent patches', async () => {
    await send('POST', MAPS, map('busy'));
    const add = (key: number) =>
      send('PATCH', `${MAPS}/busy`, { data: { [`k${key}`]: 'v' } }, patch('merge-patch+json'));
    const answers = await Promise.all(Array.from({ length: 64 }, (_, key) => add(key)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(Object.keys((await send('GET', `${MAPS}/busy`)).body['data']!)).toHaveLength(64);
  });

  it('counts changes of the spec in generation, and leaves the status alone', async () => {
    const { body: made } = await send('POST', DEPLOYMENTS, deployment('web'));
    expect([made['metadata']!['generation'], made['status']]).toEqual([1, {}]);
    const labels = await send(
      'PATCH',
      `${DEPLOYMENTS}/web`,
      { metadata: { labels: { a: 'b' } } },
      patch('merge-patch+json'),
    );
    expect(labels.body['metadata']!['generation']).toBe(1);
    const scaled = await send(
      'PATCH',
      `${DEPLOYMENTS}/web`,
      { spec: { replicas: 2 }, status: { replicas: 9 } },
      patch('merge-patch+json'),
    );
    expect([scaled.body['metadata']!['generation'], scaled.body['status']]).toEqual([2, {}]);
  });

  it('of the status changes the status only', async () => {
    await send('POST', DEPLOYMENTS, deployment('told'));
    const change = { metadata: { labels: { a: 'b' } }, spec: { replicas: 5 }, status: { replicas: 3 } };
    const { body } = await send('PATCH', `${DEPLOYMENTS}/told/status`, change, patch('merge-patch+json'));
    expect([body['status'], body['spec']!['replicas'], body['metadata']!['generation']]).toEqual([
      { replicas: 3 },
      1,
      1,
    ]);
  });

  it('of the scale changes the replicas', async () => {
    await send('POST', DEPLOYMENTS, deployment('scaled'));
    const { body } = await send(
      'PATCH',
      `${DEPLOYMENTS}/scaled/scale`,
      { spec: { replicas: 4 } },
      patch('merge-patch+json'),
    );
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 }, status: { selector: 'app=scaled' } });
    expect((await send('GET', `${DEPLOYMENTS}/scaled`)).body['spec']!['replicas']).toBe(4);
  });
});

describe('a body', () => {
  const twice = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"data":{"a":"1","a":"2"},"foo":1}';
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\ndata:\n  a: "1"\n  a: "2"\n';
  const post = (query: string, text: string, type = 'json'): Promise<Answer> =>
    ask(test.server, 'POST', `${MAPS}${query}`, text, patch(type));

  it('that says something twice is taken with a warning, or refused when it is to be strict', async () => {
    const warned = await post('', twice.replace('NAME', 'twice'));
    expect([warned.status, warned.body['data'], warned.headers['warning']]).toEqual([
      201,
      { a: '2' },
      ['299 - "duplicate field \\"data.a\\""', '299 - "unknown field \\"foo\\""'],
    ]);
    const refused = await post('?fieldValidation=Strict', twice);
    expect([refused.status, refused.body['message']]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a", unknown field "foo"',
    ]);
  });

  it('of YAML tells the line', async () => {
    const warned = await post('', yaml.replace('NAME', 'lines'), 'yaml');
    expect(warned.headers['warning']).toEqual(['299 - "line 7: key \\"a\\" already set in map"']);
    const refused = await post('?fieldValidation=Strict', yaml, 'yaml');
    expect(refused.body['message']).toContain(
      'strict decoding error: yaml: unmarshal errors:\n  line 7: key "a" already set in map',
    );
  });

  it.each([
    [
      'no JSON',
      '{',
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({)`,
    ],
    ['nothing', '', `couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)`],
    ['a list', '[]', 'json: cannot unmarshal array into Go value of type struct { APIVersion string'],
    [
      'another kind',
      '{"kind":"Secret","apiVersion":"v1"}',
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      'a kind that is none',
      '{"kind":"Foo","apiVersion":"v1"}',
      'Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered for version "v1"',
    ],
    [
      'a name of another type',
      '{"metadata":{"name":1}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
    ],
  ])('of %s is refused with the reason', async (_what, text, why) => {
    const { status, body } = await post('', text);
    expect(status).toBe(400);
    expect(body['message']).toContain(why);
  });

  it('of a patch is refused with what it made', async () => {
    await send('POST', MAPS, map('mended', { data: { a: '1' } }));
    const url = `${MAPS}/mended?fieldValidation=Strict`;
    const merged = await send('PATCH', url, { foo: 1 }, patch('merge-patch+json'));
    expect([merged.status, merged.body['message']]).toEqual([
      422,
      expect.stringMatching(
        /^ "" is invalid: patch: Invalid value: ".*": strict decoding error: unknown field "foo"$/s,
      ),
    ]);
    const strategic = await send('PATCH', url, { foo: 1 }, patch('strategic-merge-patch+json'));
    expect(strategic.body['message']).toBe(
      ' "" is invalid: patch: Invalid value: "map[foo:1]": strict decoding error: unknown field "foo"',
    );
  });

  it('of an answer may be YAML', async () => {
    await send('POST', MAPS, map('told-in-yaml', { data: { a: '1' } }));
    const { headers, text } = await send('GET', `${MAPS}/told-in-yaml`, undefined, {
      headers: { accept: 'application/yaml' },
    });
    expect(headers['content-type']).toBe('application/yaml');
    expect(text).toContain('\n  name: told-in-yaml\n');
  });
});

describe('an apply', () => {
  const apply = (name: string, body: object | string): Promise<Answer> =>
    ask(
      test.server,
      'PATCH',
      `${MAPS}/${name}?fieldManager=me&fieldValidation=Strict`,
      body,
      patch('apply-patch+yaml'),
    );

  it.each<[string, object | string, number, string]>([
    [
      'no name',
      { apiVersion: 'v1', kind: 'ConfigMap' },
      400,
      'the name of the object (apply based on URL) was undeterminable: name must be provided',
    ],
    ['another name', map('other'), 400, 'the name of the object (other) does not match the name on the URL (apply)'],
    ['another kind', { ...map('apply'), kind: 'Secret' }, 400, 'invalid object type: /v1, Kind=Secret'],
    ['no kind', { metadata: { name: 'apply' } }, 400, 'invalid object type: /, Kind='],
    [
      'a UID',
      { ...map('apply'), metadata: { name: 'apply', uid: 'x' } },
      409,
      'uid mismatch: the provided object specified uid x, and no existing object was found',
    ],
    [
      'managers',
      { ...map('apply'), metadata: { name: 'apply', managedFields: [] } },
      400,
      'metadata.managedFields must be nil',
    ],
    [
      'an unknown field',
      map('apply', { foo: 1 }),
      500,
      'failed to create typed patch object (/apply; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    ],
    [
      'a list',
      '[]',
      400,
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array',
    ],
    [
      'a key twice',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: apply}\ndata:\n  a: "1"\n  a: "2"\n',
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map',
    ],
  ])('of %s is refused', async (_what, body, status, message) => {
    const refused = await apply('apply', body);
    expect(refused.status).toBe(status);
    expect(refused.body['message']).toContain(message);
  });
});

describe('a write of a part', () => {
  const annotated = { metadata: { annotations: { a: 'b' }, labels: { a: 'b' } }, status: { replicas: 3 } };

  it('of the status may annotate the object; a deployment keeps its labels', async () => {
    await send('POST', DEPLOYMENTS, deployment('noted'));
    const { body } = await send('PATCH', `${DEPLOYMENTS}/noted/status`, annotated, patch('merge-patch+json'));
    expect(body['metadata']).toMatchObject({ annotations: { a: 'b' } });
    expect(body['metadata']!['labels']).toBeUndefined();
  });

  it('of the scale is applied, and makes its applier the one who manages the replicas', async () => {
    await send('POST', `${DEPLOYMENTS}?fieldManager=owner`, deployment('sized'));
    const url = `${DEPLOYMENTS}/sized/scale?fieldManager=hpa`;
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'sized' }, spec: { replicas: 4 } };
    const refused = await send('PATCH', url, scale, patch('apply-patch+yaml'));
    expect([refused.status, refused.body['message']]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "owner" using autoscaling/v1: .spec.replicas',
    ]);
    const applied = await send('PATCH', `${url}&force=true`, scale, patch('apply-patch+yaml'));
    expect(applied.body['spec']).toEqual({ replicas: 4 });
    const managers = (await send('GET', `${DEPLOYMENTS}/sized`)).body['metadata']!['managedFields'];
    expect(managers![0 as unknown as string]).toMatchObject({
      manager: 'hpa',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
  });

  it('of the scale to less than nothing is refused', async () => {
    await send('POST', DEPLOYMENTS, deployment('negative'));
    const url = `${DEPLOYMENTS}/negative/scale`;
    const { status, body } = await send('PATCH', url, { spec: { replicas: -1 } }, patch('merge-patch+json'));
    expect([status, body['message']]).toEqual([
      422,
      'Scale.autoscaling "negative" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});

describe('a patch', () => {
  it('by operations changes what they say, and stops at a failed test', async () => {
    await send('POST', MAPS, map('ops', { data: { a: '1' } }));
    const operations = [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'replace', path: '/data/a', value: '2' },
    ];
    expect((await send('PATCH', `${MAPS}/ops`, operations, patch('json-patch+json'))).body['data']).toEqual({ a: '2' });
    expect((await send('PATCH', `${MAPS}/ops`, operations, patch('json-patch+json'))).status).toBe(422);
  });

  it('merges lists by key when it is strategic', async () => {
    await send('POST', DEPLOYMENTS, deployment('merged'));
    const change = {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'c', image: 'nginx:1' },
              { name: 'd', image: 'e' },
            ],
          },
        },
      },
    };
    const { body } = await send('PATCH', `${DEPLOYMENTS}/merged`, change, patch('strategic-merge-patch+json'));
    const containers = body['spec']!['template']!['spec']!['containers'] as unknown as {
      name: string;
      image: string;
    }[];
    expect(containers.map(({ name, image }) => `${name}=${image}`).sort()).toEqual(['c=nginx:1', 'd=e']);
  });

  it('of an absent object is not found', async () => {
    expect((await send('PATCH', `${MAPS}/absent`, {}, patch('merge-patch+json'))).status).toBe(404);
  });
});

describe('a delete', () => {
  it('waits for finalizers, and refuses new ones', async () => {
    await send('POST', MAPS, { ...map('held'), metadata: { name: 'held', finalizers: ['a.io/x'] } });
    const { body } = await send('DELETE', `${MAPS}/held`);
    expect(body['metadata']!['deletionTimestamp']).toBe('2026-01-01T00:00:00Z');
    const more = { metadata: { finalizers: ['a.io/x', 'a.io/y'] } };
    expect((await send('PATCH', `${MAPS}/held`, more, patch('merge-patch+json'))).status).toBe(422);
    await send('PATCH', `${MAPS}/held`, { metadata: { finalizers: null } }, patch('merge-patch+json'));
    expect((await send('GET', `${MAPS}/held`)).status).toBe(404);
  });

  it('answers what was deleted', async () => {
    const { body: made } = await send('POST', MAPS, map('gone'));
    const { body } = await send('DELETE', `${MAPS}/gone`);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'gone', kind: 'configmaps', uid: made['metadata']!['uid'] },
    });
  });

  it('holds to its preconditions', async () => {
    await send('POST', MAPS, map('precise'));
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'another' } };
    expect((await send('DELETE', `${MAPS}/precise`, options)).status).toBe(409);
    expect((await send('GET', `${MAPS}/precise`)).status).toBe(200);
  });

  it('that is a dry run deletes nothing', async () => {
    await send('POST', MAPS, map('stays'));
    expect((await send('DELETE', `${MAPS}/stays?dryRun=All`)).status).toBe(200);
    expect((await send('GET', `${MAPS}/stays`)).status).toBe(200);
  });

  it('gives a pod on a node the time it asks for, and one on no node none', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const pod = (name: string, nodeName?: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { ...(nodeName ? { nodeName } : {}), containers: [{ name: 'c', image: 'i' }] },
    });
    await send('POST', pods, pod('placed', 'n1'));
    await send('POST', pods, pod('waiting'));
    const { body } = await send('DELETE', `${pods}/placed`);
    expect([body['metadata']!['deletionGracePeriodSeconds'], body['metadata']!['deletionTimestamp']]).toEqual([
      30,
      '2026-01-01T00:00:30Z',
    ]);
    await send('DELETE', `${pods}/placed?gracePeriodSeconds=0`);
    await send('DELETE', `${pods}/waiting`);
    expect((await send('GET', pods)).body['items']).toEqual([]);
  });

  it('of a collection deletes what its selector says', async () => {
    for (const name of ['c1', 'c2'])
      await send('POST', MAPS, { ...map(name), metadata: { name, labels: { many: 'yes' } } });
    const { body } = await send('DELETE', `${MAPS}?labelSelector=many%3Dyes`);
    expect(body['items']).toHaveLength(2);
    expect((await send('GET', `${MAPS}?labelSelector=many`)).body['items']).toEqual([]);
  });

  it('of a namespace the cluster lives in is refused', async () => {
    expect((await send('DELETE', '/api/v1/namespaces/kube-system')).status).toBe(403);
  });
});

describe('secrets', () => {
  it('take plain text and give back base64', async () => {
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' } };
    const answer = await send('POST', '/api/v1/namespaces/default/secrets', body);
    expect([answer.body['data'], answer.body['stringData'], answer.body['type']]).toEqual([
      { a: 'Yg==' },
      undefined,
      'Opaque',
    ]);
  });
});

describe('places', () => {
  it.each([
    ['GET', '/api/v1/namespaces/default/nodes'],
    ['GET', '/api/v1/configmaps/made'],
    ['GET', '/apis/apps/v1/namespaces/default/configmaps'],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/clusterroles/cluster-admin'],
    ['GET', '/api/v2/configmaps'],
  ])('%s %s leads to nothing', async (method, url) => {
    expect((await send(method, url)).status).toBe(404);
  });

  it.each([
    ['POST', '/api/v1/configmaps'],
    ['PUT', MAPS],
    ['TRACE', MAPS],
  ])('%s %s is no method there', async (method, url) => {
    expect((await send(method, url, map('x'))).status).toBe(405);
  });

  it('that are not implemented say so', async () => {
    const { status, body } = await send('POST', '/api/v1/namespaces/default/pods/a/exec');
    expect([status, body['message']]).toEqual([501, 'the subresource pods/exec is not implemented by this server']);
  });
});
