import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Answer, valueAt } from '../cluster/answer.js';
import type { Query } from '../cluster/api.js';
import { define, specSchema } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { type OtherSide, otherSide, type Received, type Responder } from '../cluster/https-server.js';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const VALIDATING = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const MUTATING = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** An AdmissionReview that answers the one received. */
const verdict = ({ body }: Received, response: JsonObject): JsonObject => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: { uid: String(valueAt(body, 'request.uid')), ...response },
});

const allow: Responder = (request) => verdict(request, { allowed: true });
const patching =
  (operations: Json): Responder =>
  (request) =>
    verdict(request, {
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
    });

/** A webhook of the suite's namespace alone, about ConfigMaps with the label `hook: NAME`. */
const webhook = ({ namespace }: Scene, name: string, side: OtherSide, more: JsonObject = {}): JsonObject => ({
  name: `${name}.example.com`,
  clientConfig: { url: `${side.url}/${name}`, caBundle: side.caBundle },
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  objectSelector: { matchLabels: { hook: name } },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  timeoutSeconds: 2,
  ...more,
});

const SIZE: JsonObject = { type: 'object', properties: { size: { type: 'integer' } } };
const PARTS: JsonObject = { type: 'object', properties: { spec: SIZE, status: SIZE } };

/** A rule about one of the core group's resources. */
const rule = (resource: string, ...operations: readonly string[]): JsonObject[] => [
  { apiGroups: [''], apiVersions: ['v1'], operations: [...operations], resources: [resource] },
];

/** Configures webhooks and waits until they are asked: a configuration is followed, not obeyed at once. */
async function configure(scene: Scene, path: string, name: string, webhooks: readonly JsonObject[]): Promise<void> {
  const { api, unique, afterwards } = scene;
  const made = await api.post(path, { metadata: { name: `${unique}-${name}` }, webhooks });
  if (made.status !== 201) throw new Error(`the webhook is not accepted: ${made.text}`);
  afterwards(`${path}/${unique}-${name}`);
}

const hooked = (name: string, hook: string, data: JsonObject = {}): JsonObject =>
  configMap(name, data, { labels: { hook } });

/** Creates objects of one name until an answer is as wanted; those that pass before are deleted. */
async function settled(scene: Scene, object: JsonObject, wanted: (answer: Answer) => boolean): Promise<Answer> {
  const { api, core } = scene;
  return eventually(async () => {
    const answer = await api.post(core('configmaps'), object);
    if (answer.status === 201 && !wanted(answer)) await api.delete(core('configmaps', answer.textAt('metadata.name')));
    return answer;
  }, wanted);
}

suite('admission webhooks', ({ promises }) => {
  promises('a validating one refuses in its own words and code', async (scene) => {
    await using side = await otherSide((request) =>
      verdict(request, { allowed: false, status: { code: 402, message: 'pay first', reason: 'PaymentRequired' } }),
    );
    await configure(scene, VALIDATING, 'refuses', [webhook(scene, 'refuses', side)]);
    const refused = await settled(scene, hooked('refused', 'refuses'), ({ status }) => status !== 201);
    expect(refused.status).toBe(402);
    expect(refused.textAt('message')).toBe('admission webhook "refuses.example.com" denied the request: pay first');
  });

  promises('is told of the object, the user and the operation', async (scene) => {
    await using side = await otherSide(allow);
    await configure(scene, VALIDATING, 'told', [webhook(scene, 'told', side)]);
    await settled(scene, hooked('told', 'told', { a: '1' }), () => side.received.length > 0);
    const [first] = side.received;
    expect(first?.path).toMatch(/^\/told\?timeout=2s$/);
    expect(first?.body).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        name: 'told',
        namespace: scene.namespace,
        operation: 'CREATE',
        userInfo: { groups: expect.arrayContaining(['system:authenticated']) },
        object: { kind: 'ConfigMap', metadata: { name: 'told' }, data: { a: '1' } },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      },
    });
  });

  promises('of an update is told of both states, of a deletion of the last', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(allow);
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }];
    await configure(scene, VALIDATING, 'states', [webhook(scene, 'states', side, { rules })]);
    await settled(scene, hooked('states', 'states', { a: '1' }), () => side.received.length > 0);
    await api.patch('merge', core('configmaps', 'states'), { data: { a: '2' } });
    await api.delete(core('configmaps', 'states'));
    const requests = side.received.map(({ body }) => body['request'] as Json);
    const update = requests.find((request) => valueAt(request, 'operation') === 'UPDATE');
    expect(update).toMatchObject({ object: { data: { a: '2' } }, oldObject: { data: { a: '1' } } });
    const deletion = requests.findLast((request) => valueAt(request, 'operation') === 'DELETE');
    expect(deletion).toMatchObject({ object: null, oldObject: { data: { a: '2' } } });
  });

  promises('a mutating one changes the object before it is stored', async (scene) => {
    await using side = await otherSide(patching([{ op: 'add', path: '/data', value: { added: 'yes' } }]));
    await configure(scene, MUTATING, 'changes', [webhook(scene, 'changes', side)]);
    const made = await settled(scene, hooked('changed', 'changes'), (answer) => answer.at('data') !== undefined);
    expect(made.at('data')).toEqual({ added: 'yes' });
    expect((await scene.api.get(scene.core('configmaps', 'changed'))).at('data')).toEqual({ added: 'yes' });
  });

  promises('a mutating one may be what makes an object valid', async (scene) => {
    const { api, core } = scene;
    const containers = [{ name: 'main', image: 'nginx' }];
    await using side = await otherSide(patching([{ op: 'add', path: '/spec/containers', value: containers }]));
    await configure(scene, MUTATING, 'completes', [
      webhook(scene, 'completes', side, { rules: rule('pods', 'CREATE') }),
    ]);
    const pod = { metadata: { name: 'completed', labels: { hook: 'completes' } }, spec: { containers: [] } };
    const made = await eventually(
      () => api.post(core('pods'), pod),
      ({ status }) => status === 201,
    );
    expect(made.at('spec.containers.0.image')).toBe('nginx');
    expect(valueAt(side.received.at(-1)?.body, 'request.object.spec')).toMatchObject({
      containers: [],
      serviceAccountName: 'default',
      priority: 0,
    });
    const other = { metadata: { name: 'other' }, spec: { containers: [] } };
    expect((await api.post(core('pods'), other)).causes).toEqual(['spec.containers']);
  });

  promises('a mutating one is asked before the object has a name, a uid and a status of its own', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(patching([{ op: 'add', path: '/data', value: { added: 'yes' } }]));
    await using looking = await otherSide(allow);
    await configure(scene, VALIDATING, 'named', [webhook(scene, 'named', looking)]);
    await configure(scene, MUTATING, 'unnamed', [webhook(scene, 'named', side)]);
    const object = { metadata: { generateName: 'g-', labels: { hook: 'named' } } };
    const made = await eventually(
      () => api.post(core('configmaps'), object),
      (answer) => answer.at('data') !== undefined && looking.received.length > 0,
    );
    const early = side.received.at(-1)?.body;
    expect(valueAt(early, 'request.name')).toBeUndefined();
    expect(valueAt(early, 'request.object.metadata.name')).toBeUndefined();
    expect(valueAt(early, 'request.object.metadata.uid')).toBeUndefined();
    const late = looking.received.at(-1)?.body;
    expect(valueAt(late, 'request.name')).toBe(made.textAt('metadata.name'));
    expect(valueAt(late, 'request.object.metadata.uid')).toBe(made.textAt('metadata.uid'));
  });

  promises('a mutating one changes the part of the object that the request is about, and no other', async (scene) => {
    const { api } = scene;
    const widgets = await define(scene, 'parts', PARTS, { subresources: { status: {} } });
    await using side = await otherSide(
      patching([
        { op: 'add', path: '/spec/size', value: 7 },
        { op: 'add', path: '/status', value: { size: 7 } },
      ]),
    );
    const rules = [{ apiGroups: [widgets.group], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }];
    await configure(scene, MUTATING, 'parts', [webhook(scene, 'parts', side, { rules })]);
    const labelled = widgets.object('one', { spec: { size: 1 }, status: { size: 1 } }, { labels: { hook: 'parts' } });
    const made = await eventually(
      async () => {
        await api.delete(widgets.path('one'));
        return api.post(widgets.path(), labelled);
      },
      (answer) => answer.at('spec.size') === 7,
    );
    expect(made.at('status')).toBeUndefined();
    const changed = await api.patch('merge', widgets.path('one'), { spec: { size: 2 } });
    expect([changed.at('spec.size'), changed.at('status')]).toEqual([7, undefined]);
  });

  promises('what a mutating one changes is nobody’s: it is in no manager’s fields', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(patching([{ op: 'add', path: '/data/added', value: 'yes' }]));
    await configure(scene, MUTATING, 'unmanaged', [webhook(scene, 'unmanaged', side)]);
    const made = await settled(
      scene,
      hooked('unmanaged', 'unmanaged', { own: '1' }),
      (answer) => answer.at('data.added') !== undefined,
    );
    const fields = { 'f:data': { '.': {}, 'f:own': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:hook': {} } } };
    expect(made.at('metadata.managedFields.0.fieldsV1')).toEqual(fields);
    const applied = await api.apply(core('configmaps', 'unmanaged'), 'applier', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'unmanaged' },
      data: { added: 'mine' },
    });
    expect([applied.status, applied.at('data.added')]).toEqual([200, 'yes']);
  });

  promises('managed fields that a mutating one made unreadable are those from before', async (scene) => {
    const value = [{ manager: 'x', operation: 'Guess', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }];
    await using side = await otherSide(patching([{ op: 'add', path: '/metadata/managedFields', value }]));
    await configure(scene, MUTATING, 'unreadable', [webhook(scene, 'unreadable', side)]);
    const made = await settled(scene, hooked('unreadable', 'unreadable'), ({ warnings }) => warnings.length > 0);
    expect(made.at('metadata.managedFields.0.operation')).toBe('Update');
    expect(made.warnings[0]).toBe(
      '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: operation must be `Apply` or `Update`',
    );
  });

  promises('a mutating one cannot give a field a value of another type', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(patching([{ op: 'add', path: '/spec/containers', value: 'none' }]));
    await configure(scene, MUTATING, 'mistypes', [webhook(scene, 'mistypes', side, { rules: rule('pods', 'CREATE') })]);
    const containers = [{ name: 'main', image: 'nginx' }];
    const answer = await eventually(
      () =>
        api.post(core('pods'), {
          metadata: { generateName: 'g-', labels: { hook: 'mistypes' } },
          spec: { containers },
        }),
      ({ status }) => status !== 201,
    );
    expect([answer.outcome, answer.textAt('message')]).toEqual([
      '500 InternalError',
      'Internal error occurred: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ]);
  });

  promises('mutating ones come before validating ones', async (scene) => {
    await using changing = await otherSide(patching([{ op: 'add', path: '/data', value: { added: 'yes' } }]));
    await using looking = await otherSide(allow);
    await configure(scene, VALIDATING, 'looks', [webhook(scene, 'order', looking)]);
    await configure(scene, MUTATING, 'first', [webhook(scene, 'order', changing)]);
    await settled(
      scene,
      hooked('order', 'order'),
      (answer) => answer.at('data') !== undefined && looking.received.length > 0,
    );
    expect(valueAt(looking.received.at(-1)?.body, 'request.object.data')).toEqual({ added: 'yes' });
  });

  promises('IfNeeded is asked again when a later one has changed the object', async (scene) => {
    await using first = await otherSide(allow);
    await using second = await otherSide(patching([{ op: 'add', path: '/data', value: { late: 'yes' } }]));
    await configure(scene, MUTATING, 'again', [
      webhook(scene, 'again', first, { reinvocationPolicy: 'IfNeeded', name: 'a.again.example.com' }),
      webhook(scene, 'again', second, { name: 'b.again.example.com' }),
    ]);
    await settled(scene, hooked('again', 'again'), (answer) => answer.at('data') !== undefined);
    expect(first.received.length).toBeGreaterThanOrEqual(2);
    expect(valueAt(first.received.at(-1)?.body, 'request.object.data')).toEqual({ late: 'yes' });
  });

  promises('that does not answer in time refuses, or is passed over, as it says itself', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(() => 'hang');
    await configure(scene, VALIDATING, 'slow', [webhook(scene, 'slow', side, { timeoutSeconds: 1 })]);
    await configure(scene, VALIDATING, 'slow-ignored', [
      webhook(scene, 'ignored', side, { timeoutSeconds: 1, failurePolicy: 'Ignore' }),
    ]);
    const refused = await settled(scene, hooked('slow', 'slow'), ({ status }) => status !== 201);
    expect(refused.outcome).toBe('500 InternalError');
    expect(refused.textAt('message')).toContain('failed calling webhook "slow.example.com"');
    expect((await api.post(core('configmaps'), hooked('passed', 'ignored'))).status).toBe(201);
  });

  promises('that answers nonsense counts as one that does not answer', async (scene) => {
    await using side = await otherSide(() => ({ apiVersion: 'v1', kind: 'ConfigMap' }));
    await configure(scene, VALIDATING, 'nonsense', [webhook(scene, 'nonsense', side)]);
    const refused = await settled(scene, hooked('nonsense', 'nonsense'), ({ status }) => status !== 201);
    expect(refused.outcome).toBe('500 InternalError');
  });

  promises('is asked only under its match conditions', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide((request) => verdict(request, { allowed: false }));
    const matchConditions = [{ name: 'only-red', expression: "has(object.data) && object.data.colour == 'red'" }];
    await configure(scene, VALIDATING, 'matched', [webhook(scene, 'matched', side, { matchConditions })]);
    const refused = await settled(scene, hooked('red', 'matched', { colour: 'red' }), ({ status }) => status !== 201);
    expect(refused.status).toBe(400);
    expect((await api.post(core('configmaps'), hooked('blue', 'matched', { colour: 'blue' }))).status).toBe(201);
  });

  promises('gives warnings on', async (scene) => {
    await using side = await otherSide((request) => verdict(request, { allowed: true, warnings: ['mind the gap'] }));
    await configure(scene, VALIDATING, 'warns', [webhook(scene, 'warns', side)]);
    const made = await settled(scene, hooked('warned', 'warns'), ({ warnings }) => warnings.length > 0);
    expect(made.warnings).toContain('mind the gap');
  });

  promises('is asked in a dry run when it has no side effects', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(allow);
    await configure(scene, VALIDATING, 'dry', [webhook(scene, 'dry', side)]);
    await settled(scene, hooked('wet', 'dry'), () => side.received.length > 0);
    await api.post(core('configmaps'), hooked('dry', 'dry'), { query: { dryRun: 'All' } });
    expect(valueAt(side.received.at(-1)?.body, 'request.dryRun')).toBe(true);
  });

  promises('that has side effects lets no dry run through', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(allow);
    const sideEffects = 'NoneOnDryRun';
    await configure(scene, VALIDATING, 'dry-effects', [webhook(scene, 'dry-effects', side, { sideEffects })]);
    await settled(scene, hooked('effects', 'dry-effects'), () => side.received.length > 0);
    const dry = await api.post(core('configmaps'), hooked('effects-dry', 'dry-effects'), { query: { dryRun: 'All' } });
    expect(dry.status).toBe(201);
    expect(side.received.map(({ body }) => valueAt(body, 'request.dryRun')).at(-1)).toBe(true);
    const made = await api.post(VALIDATING, {
      metadata: { name: `${scene.unique}-some` },
      webhooks: [webhook(scene, 'some', side, { sideEffects: 'Some' })],
    });
    expect(made.outcome).toBe('422 Invalid');
  });

  promises('is asked about subresources that its rules name', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide(allow);
    const rules = [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['serviceaccounts/token'] },
    ];
    await configure(scene, VALIDATING, 'sub', [webhook(scene, 'sub', side, { rules, objectSelector: {} })]);
    await api.post(core('serviceaccounts'), { metadata: { name: 'sub' } });
    await eventually(
      () => api.post(core('serviceaccounts', 'sub', 'token'), { spec: {} }),
      () => side.received.length > 0,
    );
    expect(valueAt(side.received.at(-1)?.body, 'request.subResource')).toBe('token');
  });

  promises('is shown questions that are not stored: access reviews and token reviews', async (scene) => {
    const asker = scene.api.as(`asker-${scene.unique}`, 'system:masters');
    const matchConditions = [{ name: 'asker', expression: `request.userInfo.username == 'asker-${scene.unique}'` }];
    await using side = await otherSide((request) =>
      verdict(request, { allowed: valueAt(request.body, 'request.object.spec.user') !== 'nobody' }),
    );
    const groups = ['authorization.k8s.io', 'authentication.k8s.io'];
    const rules = [{ apiGroups: groups, apiVersions: ['v1'], operations: ['CREATE'], resources: ['*'] }];
    await configure(scene, VALIDATING, 'asked', [
      webhook(scene, 'asked', side, { rules, matchConditions, objectSelector: {} }),
    ]);
    const ask = (user: string, query: Query = {}) =>
      asker.post(
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        { spec: { user, nonResourceAttributes: { path: '/version', verb: 'get' } } },
        { query },
      );
    const refused = await eventually(
      () => ask('nobody'),
      ({ status }) => status !== 201,
    );
    expect(refused.textAt('message')).toBe(
      'admission webhook "asked.example.com" denied the request without explanation',
    );
    expect((await ask('jane', { dryRun: 'All' })).status).toBe(201);
    expect(valueAt(side.received.at(-1)?.body, 'request')).toMatchObject({
      kind: { group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview' },
      resource: { group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews' },
      operation: 'CREATE',
      object: { kind: 'SubjectAccessReview', spec: { user: 'jane' } },
      dryRun: true,
    });
    await asker.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'none' } });
    expect(valueAt(side.received.at(-1)?.body, 'request.object.spec')).toEqual({ token: 'none' });
    await asker.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(valueAt(side.received.at(-1)?.body, 'request.kind.kind')).toBe('SelfSubjectReview');
  });

  promises('is asked before anything is connected to, with the options of the connection', async (scene) => {
    const { api, core } = scene;
    await using side = await otherSide((request) =>
      verdict(request, { allowed: false, status: { message: 'not there' } }),
    );
    const resources = ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'];
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources }];
    await configure(scene, VALIDATING, 'connects', [webhook(scene, 'connects', side, { rules, objectSelector: {} })]);
    const told = async (path: string, query: Query = {}) => {
      const refused = await eventually(
        () => api.get(path, query),
        ({ status }) => status === 400,
      );
      expect(refused.textAt('message')).toBe('admission webhook "connects.example.com" denied the request: not there');
      const { body } = side.received.at(-1) ?? {};
      return valueAt(body, 'request.object');
    };
    const command = ['ls', '-l'];
    expect(await told(core('pods', 'none', 'exec'), { command, stdout: 'true', container: 'main' })).toEqual({
      kind: 'PodExecOptions',
      apiVersion: 'v1',
      command,
      stdout: true,
      container: 'main',
    });
    expect(valueAt(side.received.at(-1)?.body, 'request')).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      subResource: 'exec',
      name: 'none',
      operation: 'CONNECT',
      oldObject: null,
      options: null,
    });
    expect(await told(core('pods', 'none', 'attach'), { stdin: 'true' })).toMatchObject({ stdin: true });
    expect(await told(core('pods', 'none', 'portforward'), { ports: '80' })).toMatchObject({ ports: [80] });
    expect(await told(core('pods', 'none', 'portforward'), { ports: '80,443' })).toMatchObject({ ports: [80, 443] });
    expect(await told(core('pods', 'none', 'proxy', 'a', 'b'))).toMatchObject({
      kind: 'PodProxyOptions',
      path: '/a/b',
    });
    expect(await told(core('services', 'none', 'proxy', 'x'))).toMatchObject({
      kind: 'ServiceProxyOptions',
      path: '/x',
    });
  });

  promises('are validated: a URL, side effects, a timeout of thirty seconds at most', async (scene) => {
    await using side = await otherSide(allow);
    const causes = async (more: JsonObject) => {
      const webhooks = [webhook(scene, 'bad', side, more)];
      return (await scene.api.post(VALIDATING, { metadata: { name: `${scene.unique}-bad` }, webhooks })).causes;
    };
    expect(await causes({ clientConfig: { url: 'http://127.0.0.1/' } })).toContain('webhooks[0].clientConfig.url');
    expect(await causes({ sideEffects: 'Some' })).toContain('webhooks[0].sideEffects');
    expect(await causes({ timeoutSeconds: 31 })).toContain('webhooks[0].timeoutSeconds');
    expect(await causes({ admissionReviewVersions: [] })).toContain('webhooks[0].admissionReviewVersions');
    expect(await causes({ matchConditions: [{ name: 'x', expression: 'object.' }] })).toContain(
      'webhooks[0].matchConditions[0].expression',
    );
  });
});

/** `host:80` in v1 is `host` in v2. */
const converting: Responder = ({ body }) => {
  const desired = String(valueAt(body, 'request.desiredAPIVersion'));
  const objects = valueAt(body, 'request.objects');
  const convertedObjects = (Array.isArray(objects) ? objects : []).map((object) => ({
    ...(object as JsonObject),
    apiVersion: desired,
    spec: desired.endsWith('/v2')
      ? { host: String(valueAt(object, 'spec.address')).split(':')[0] ?? '' }
      : { address: `${String(valueAt(object, 'spec.host'))}:80` },
  }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: { uid: String(valueAt(body, 'request.uid')), convertedObjects, result: { status: 'Success' } },
  };
};

/** Defines a kind that is stored as v1, with a webhook that converts it. */
async function convertible(scene: Scene, plural: string, side: OtherSide) {
  const version = (name: string, storage: boolean, properties: JsonObject): JsonObject => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: specSchema(properties) },
  });
  const conversion = {
    strategy: 'Webhook',
    webhook: {
      clientConfig: { url: `${side.url}/convert`, caBundle: side.caBundle },
      conversionReviewVersions: ['v1'],
    },
  };
  const versions = [
    version('v1', true, { address: { type: 'string' } }),
    version('v2', false, { host: { type: 'string' } }),
  ];
  const { group, kind, path } = await define(scene, plural, {}, {}, { versions, conversion });
  const v2 = (...rest: readonly string[]): string => scene.group(`${group}/v2`, plural, ...rest);
  const object = (name: string, at: 'v1' | 'v2', spec: JsonObject): JsonObject => ({
    apiVersion: `${group}/${at}`,
    kind,
    metadata: { name },
    spec,
  });
  return { group, v1: path, v2, object };
}

suite('conversion webhooks', ({ promises }) => {
  promises('convert between versions when objects are written and read', async (scene) => {
    const { api } = scene;
    await using side = await otherSide(converting);
    const { group, v1, v2, object } = await convertible(scene, 'routes', side);
    const made = await api.post(v2(), object('one', 'v2', { host: 'example.com' }));
    expect(made.body).toMatchObject({ apiVersion: `${group}/v2`, spec: { host: 'example.com' } });
    expect((await api.get(v1('one'))).at('spec')).toEqual({ address: 'example.com:80' });
    expect((await api.get(v2())).at('items.0.spec')).toEqual({ host: 'example.com' });
  });

  promises('tell managers of different versions what they have in common', async (scene) => {
    const { api } = scene;
    await using side = await otherSide(converting);
    const { v1, v2, object } = await convertible(scene, 'lanes', side);
    await api.apply(v1('one'), 'first', object('one', 'v1', { address: 'a:80' }));
    const same = await api.apply(v2('one'), 'second', object('one', 'v2', { host: 'a' }));
    expect(same.status).toBe(200);
    const other = await api.apply(v2('one'), 'second', object('one', 'v2', { host: 'b' }));
    expect(other.outcome).toBe('409 Conflict');
    expect(other.textAt('message')).toContain('conflict with "first": .spec.address');
    const forced = await api.apply(v2('one'), 'second', object('one', 'v2', { host: 'b' }), { force: 'true' });
    expect(forced.at('spec')).toEqual({ host: 'b' });
    const managers = forced.at('metadata.managedFields');
    expect(Array.isArray(managers) && managers.map((entry) => valueAt(entry, 'manager'))).toEqual(['second']);
  });

  promises('tell whom an update in another version takes a field from', async (scene) => {
    const { api } = scene;
    await using side = await otherSide(converting);
    const { v1, v2, object } = await convertible(scene, 'tracks', side);
    await api.apply(v1('one'), 'first', object('one', 'v1', { address: 'a:80' }));
    const updated = await api.patch('merge', v2('one'), { spec: { host: 'b' } }, { fieldManager: 'second' });
    const managers = updated.at('metadata.managedFields');
    expect(Array.isArray(managers) && managers.map((entry) => valueAt(entry, 'manager'))).toEqual(['second']);
  });
});
