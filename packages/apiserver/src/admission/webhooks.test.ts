import { describe, expect, it } from 'vitest';
import { type Answer, ask, type Loose, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';
import { openWebhookServer, patchOf, review, type Webhook, type WebhookServer } from '../testing/webhook-server.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const ROLES = '/apis/rbac.authorization.k8s.io/v1';
const GROUP = '/apis/admissionregistration.k8s.io/v1';
const map = (name: string, data: object = {}, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});
const ALL_MAPS = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

const MERGE = { 'content-type': 'application/merge-patch+json' };

/** Lets a user do what the rules say, everywhere. */
async function grant({ server }: TestServer, user: string, rules: readonly object[]): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: user };
  await ask(server, 'POST', `${ROLES}/clusterroles`, { apiVersion, kind: 'ClusterRole', metadata, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user };
  const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects };
  await ask(server, 'POST', `${ROLES}/clusterrolebindings`, binding);
}

type Kind = 'Mutating' | 'Validating';

/** Registers one webhook for ConfigMaps, as `changes` say otherwise. */
async function register(
  { server }: TestServer,
  kind: Kind,
  name: string,
  clientConfig: object,
  changes: object = {},
): Promise<void> {
  const webhook = {
    name,
    clientConfig,
    rules: [ALL_MAPS],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...changes,
  };
  const { status, text } = await ask(server, 'POST', `${GROUP}/${kind.toLowerCase()}webhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks: [webhook],
  });
  if (status !== 201) throw new Error(text);
}

const create = ({ server }: TestServer, object: object, query = ''): Promise<Answer> =>
  ask(server, 'POST', `${MAPS}${query}`, object);

/** Makes a Deployment, and has it scaled. */
async function scaleDeployment({ server }: TestServer, replicas: number): Promise<Answer> {
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web' }] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await ask(server, 'POST', path, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
  return ask(server, 'PATCH', `${path}/web/scale`, { spec: { replicas } }, { headers: MERGE });
}

const said = ({ status, body }: Answer): unknown[] => [status, body['message']];

const operationsOf = ({ asked }: WebhookServer): unknown[] =>
  asked.map(({ request }) => `${request?.['operation']} ${request?.['name']}`);

describe('a validating webhook', () => {
  it('is asked about each write that its rules name, and told all of it', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document));
    await register(test, 'Validating', 'a.example.com', hook.client('/check'));
    await create(test, map('a', { x: '1' }), '?fieldManager=me');
    await ask(test.server, 'PUT', `${MAPS}/a`, map('a', { x: '2' }));
    await ask(test.server, 'DELETE', `${MAPS}/a`);
    expect(operationsOf(hook)).toEqual(['CREATE a', 'UPDATE a', 'DELETE a']);
    const [created, , deleted] = hook.asked as [Loose, Loose, Loose];
    expect(created).toMatchObject({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        requestResource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'a',
        namespace: 'default',
        userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
        object: { kind: 'ConfigMap', data: { x: '1' } },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
      },
    });
    expect(deleted['request']).toMatchObject({ object: null, oldObject: { data: { x: '2' } } });
  });

  it('refuses in its own words, with the code and reason it gives', async () => {
    await using test = await openTestServer();
    const results: (object | undefined)[] = [
      undefined,
      { message: 'not today' },
      { message: 'never', code: 403, reason: 'Forbidden' },
    ];
    await using hook = await openWebhookServer(test.server, (document) => {
      const status = results.shift();
      return review(document, { allowed: false, ...(status ? { status } : {}) });
    });
    await register(test, 'Validating', 'a.example.com', hook.client());
    const denied = 'admission webhook "a.example.com" denied the request';
    expect(said(await create(test, map('a')))).toEqual([400, `${denied} without explanation`]);
    expect(said(await create(test, map('a')))).toEqual([400, `${denied}: not today`]);
    const last = await create(test, map('a'));
    expect([...said(last), last.body['reason']]).toEqual([403, `${denied}: never`, 'Forbidden']);
    expect((await ask(test.server, 'GET', `${MAPS}/a`)).status).toBe(404);
  });

  it('warns the caller', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document, { warnings: ['careful'] }));
    await register(test, 'Validating', 'a.example.com', hook.client());
    expect((await create(test, map('a'))).headers['warning']).toEqual(['299 - "careful"']);
  });

  it('that does not answer refuses the write, unless its failure is to be ignored', async () => {
    await using test = await openTestServer();
    const nowhere = { url: 'https://127.0.0.1:1/', caBundle: Buffer.from(test.server.caPem).toString('base64') };
    await register(test, 'Validating', 'open.example.com', nowhere, { failurePolicy: 'Ignore' });
    expect((await create(test, map('a'))).status).toBe(201);
    await register(test, 'Validating', 'shut.example.com', nowhere);
    const failed = 'Internal error occurred: failed calling webhook "shut.example.com": failed to call webhook';
    const why = 'Post "https://127.0.0.1:1/?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused';
    expect(said(await create(test, map('b')))).toEqual([500, `${failed}: ${why}`]);
  });

  it.each<[string, Webhook]>([
    ['says nothing', () => undefined],
    ['stalls in the midst of its answer', (_document, _message, answer) => void answer.write('{"kind":')],
  ])('that %s is given up after its time', async (_what, webhook) => {
    await using test = await openTestServer();
    let arrived = (): void => {};
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await using hook = await openWebhookServer(test.server, (...question) => {
      arrived();
      return webhook(...question);
    });
    await register(test, 'Validating', 'slow.example.com', hook.client(), { timeoutSeconds: 3 });
    const answer = create(test, map('a'));
    await asked;
    await test.clock.advance(3_000);
    expect((await answer).body['message']).toMatch(/\?timeout=3s": context deadline exceeded$/);
  });

  it('whose certificate is of another authority, or for another name, is not asked', async () => {
    await using test = await openTestServer();
    await using other = await openTestServer();
    await using hook = await openWebhookServer(other.server, (document) => review(document));
    const { url } = hook.client();
    await register(test, 'Validating', 'a.example.com', {
      url,
      caBundle: Buffer.from(test.server.caPem).toString('base64'),
    });
    expect((await create(test, map('a'))).body['message']).toMatch(/x509: certificate signed by unknown authority$/);
    expect(hook.asked).toEqual([]);
  });

  it.each([
    [
      'another question',
      (document: Loose) => review(document, { uid: 'x' }),
      /expected response.uid="[^"]+", got "x"$/,
    ],
    ['nothing', () => ({}), /received invalid webhook response: webhook response was absent$/],
    [
      'as another kind',
      (document: Loose) => ({ ...review(document), kind: 'Pod' }),
      /got admission.k8s.io\/v1, Kind=Pod$/,
    ],
    [
      'with a patch',
      (document: Loose) => review(document, patchOf()),
      /validating webhook may not return response.patch$/,
    ],
  ])('that answers %s has no say', async (_what, answer, message) => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, answer);
    await register(test, 'Validating', 'a.example.com', hook.client());
    const { status, body } = await create(test, map('a'));
    expect(status).toBe(500);
    expect(body['message']).toMatch(message);
  });

  it('that redirects is not followed', async () => {
    await using test = await openTestServer();
    await using elsewhere = await openWebhookServer(test.server, (document) => review(document));
    await using hook = await openWebhookServer(test.server, (_document, _message, answer) => {
      answer.writeHead(307, { location: elsewhere.client().url }).end();
      return undefined;
    });
    await register(test, 'Validating', 'a.example.com', hook.client());
    expect((await create(test, map('a'))).status).toBe(500);
    expect(elsewhere.asked).toEqual([]);
  });

  it('is told of a dry run', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document));
    await register(test, 'Validating', 'a.example.com', hook.client());
    expect((await create(test, map('a'), '?dryRun=All')).status).toBe(201);
    expect(hook.asked[0]?.['request']).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
  });

  it('is reached through a Service, at an address of its endpoints, under the name of the Service', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document), 'checks.default.svc');
    const service = { namespace: 'default', name: 'checks', path: '/check', port: 443 };
    const { caBundle } = hook;
    await register(test, 'Validating', 'a.example.com', { service, caBundle });
    const post = 'Post "https://checks.default.svc:443/check?timeout=10s"';
    const failed = `Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: ${post}`;
    expect(said(await create(test, map('a')))).toEqual([500, `${failed}: service "checks" not found`]);
    const services = '/api/v1/namespaces/default/services';
    const ports = [{ name: 'https', port: 443, targetPort: hook.port }];
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'checks' }, spec: { ports } };
    await ask(test.server, 'POST', services, object);
    expect(said(await create(test, map('a')))).toEqual([500, `${failed}: no endpoints available for service "checks"`]);
    await ask(test.server, 'POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'checks-1', labels: { 'kubernetes.io/service-name': 'checks' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'] }],
      ports: [{ name: 'https', port: hook.port }],
    });
    expect((await create(test, map('a'))).status).toBe(201);
  });

  it('looks at objects and namespaces that its selectors name', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document));
    await register(test, 'Validating', 'a.example.com', hook.client(), {
      objectSelector: { matchLabels: { checked: 'yes' } },
      namespaceSelector: {
        matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }],
      },
    });
    await create(test, map('a'));
    await create(test, map('b', {}, { checked: 'yes' }));
    await ask(test.server, 'PUT', `${MAPS}/b`, map('b'));
    const elsewhere = MAPS.replace('default', 'kube-system');
    await ask(test.server, 'POST', elsewhere, map('c', {}, { checked: 'yes' }));
    expect(operationsOf(hook)).toEqual(['CREATE b', 'UPDATE b']);
  });

  it('is asked only when its match conditions hold', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document));
    await register(test, 'Validating', 'a.example.com', hook.client(), {
      matchConditions: [
        { name: 'not-mine', expression: "request.userInfo.username != 'admin' || object.metadata.name != 'mine'" },
        { name: 'wide', expression: 'object.data.width == "wide"' },
      ],
    });
    await create(test, map('mine'));
    await create(test, map('a', { width: 'wide' }));
    expect(operationsOf(hook)).toEqual(['CREATE a']);
    const why = 'expression \'object.data.width == "wide"\' resulted in error: no such key: data';
    expect(said(await create(test, map('b', {})))).toEqual([403, `configmaps "b" is forbidden: ${why}`]);
  });

  it('is asked about subresources, with the document that these have', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document));
    const rules = [
      { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['serviceaccounts/token'] },
      { operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments/scale'] },
    ];
    await register(test, 'Validating', 'a.example.com', hook.client(), { rules });
    const account = '/api/v1/namespaces/kube-system/serviceaccounts';
    const identity = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
    await ask(test.server, 'POST', account, identity);
    await ask(test.server, 'POST', `${account}/robot/token`, { spec: {} });
    expect(hook.asked[0]?.['request']).toMatchObject({
      kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      resource: { group: '', version: 'v1', resource: 'serviceaccounts' },
      subResource: 'token',
      name: 'robot',
      object: { kind: 'TokenRequest' },
    });
    await scaleDeployment(test, 3);
    expect(hook.asked[1]?.['request']).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      subResource: 'scale',
      object: { kind: 'Scale', spec: { replicas: 3 } },
      oldObject: { kind: 'Scale', spec: { replicas: 1 } },
    });
  });

  it('never stands in the way of its own configuration', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document, { allowed: false }));
    const everything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
    await register(test, 'Validating', 'a.example.com', hook.client(), { rules: [everything] });
    const path = `${GROUP}/validatingwebhookconfigurations/a.example.com`;
    expect((await create(test, map('a'))).status).toBe(400);
    expect((await ask(test.server, 'DELETE', path)).status).toBe(200);
    expect((await create(test, map('a'))).status).toBe(201);
  });

  it('asked for one version of a kind sees requests for another in its own, unless it wants exact ones', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document));
    const rules = [{ operations: ['*'], apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'] }];
    await register(test, 'Validating', 'a.example.com', hook.client(), { rules });
    await register(test, 'Validating', 'b.example.com', hook.client(), { rules, matchPolicy: 'Exact' });
    await ask(test.server, 'POST', '/api/v1/namespaces/default/events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      message: 'hello',
    });
    expect(hook.asked).toHaveLength(1);
    expect(hook.asked[0]?.['request']).toMatchObject({
      kind: { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
      requestKind: { group: '', version: 'v1', kind: 'Event' },
      object: { apiVersion: 'events.k8s.io/v1', note: 'hello', regarding: { name: 'p' } },
    });
  });
});

describe('a mutating webhook', () => {
  it('changes what is stored, and what it changed is held to the rules again', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => {
      const key = document['request']?.['name'] === ('bad' as unknown) ? 'no/key' : 'key';
      return review(document, patchOf({ op: 'add', path: '/data', value: { [key]: 'added' } }));
    });
    await register(test, 'Mutating', 'm.example.com', hook.client());
    await create(test, map('good'));
    expect((await ask(test.server, 'GET', `${MAPS}/good`)).body['data']).toEqual({ key: 'added' });
    expect((await create(test, map('bad'))).status).toBe(422);
  });

  it('may be what makes an object valid', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) =>
      review(document, patchOf({ op: 'add', path: '/value', value: 7 })),
    );
    const rules = [{ ...ALL_MAPS, apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'] }];
    await register(test, 'Mutating', 'm.example.com', hook.client(), { rules });
    const priority = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'low' } };
    const made = await ask(test.server, 'POST', '/apis/scheduling.k8s.io/v1/priorityclasses', priority);
    expect([made.status, made.body['value']]).toEqual([201, 7]);
  });

  it('gives nobody rights that whoever writes the object does not hold', async () => {
    await using test = await openTestServer();
    const writes = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['create'] };
    await grant(test, 'writer', [writes]);
    await using hook = await openWebhookServer(test.server, (document) =>
      review(
        document,
        patchOf({ op: 'add', path: '/rules', value: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] }),
      ),
    );
    const rules = [{ ...ALL_MAPS, apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] }];
    await register(test, 'Mutating', 'm.example.com', hook.client(), { rules });
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r' },
      rules: [],
    };
    const made = await ask(test.server, 'POST', `${ROLES}/clusterroles`, role, { as: someone('writer') });
    expect([made.status, made.body['message']]).toEqual([
      403,
      expect.stringContaining('attempting to grant RBAC permissions'),
    ]);
  });

  it('comes before the validating ones, which see what it made', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document, message) =>
      review(document, message.url?.startsWith('/mutate') ? patchOf({ op: 'add', path: '/data/key', value: 'v' }) : {}),
    );
    await register(test, 'Validating', 'a.example.com', hook.client('/validate'));
    await register(test, 'Mutating', 'm.example.com', hook.client('/mutate'));
    await create(test, map('a', { own: 'x' }));
    expect(hook.asked[1]?.['request']?.['object']).toMatchObject({ data: { own: 'x', key: 'v' } });
  });

  it('is asked once more about what others changed after it, if it wants', async () => {
    await using test = await openTestServer();
    const seen: string[] = [];
    await using hook = await openWebhookServer(test.server, (document, message) => {
      const [, who = ''] = /^\/(\w+)/.exec(message.url ?? '') ?? [];
      seen.push(`${who} ${Object.keys(document['request']?.['object']?.['data'] ?? {})}`);
      return review(document, patchOf({ op: 'add', path: `/data/${who}`, value: 'x' }));
    });
    await register(test, 'Mutating', 'a.example.com', hook.client('/a'), { reinvocationPolicy: 'IfNeeded' });
    await register(test, 'Mutating', 'b.example.com', hook.client('/b'));
    await register(test, 'Mutating', 'c.example.com', hook.client('/c'), { reinvocationPolicy: 'IfNeeded' });
    await create(test, map('m', { own: 'x' }));
    expect(seen).toEqual(['a own', 'b own,a', 'c own,a,b', 'a own,a,b,c']);
  });

  it('changes the Scale that is written, and so the number of replicas', async () => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) =>
      review(document, patchOf({ op: 'replace', path: '/spec/replicas', value: 2 })),
    );
    const rules = [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments/scale'] }];
    await register(test, 'Mutating', 'm.example.com', hook.client(), { rules });
    expect((await scaleDeployment(test, 9)).body['spec']).toEqual({ replicas: 2 });
  });

  it.each([
    ['does not fit the object', { op: 'remove', path: '/nothing' }],
    ['changes what the object is', { op: 'replace', path: '/kind', value: 'Pod' }],
    ['changes which object it is', { op: 'replace', path: '/metadata/name', value: 'other' }],
  ])('whose patch %s is refused', async (_what, operation) => {
    await using test = await openTestServer();
    await using hook = await openWebhookServer(test.server, (document) => review(document, patchOf(operation)));
    await register(test, 'Mutating', 'm.example.com', hook.client());
    expect((await create(test, map('a'))).status).toBe(500);
  });

  it('cannot change an object that is being deleted', async () => {
    await using test = await openTestServer();
    await create(test, map('a'));
    await using hook = await openWebhookServer(test.server, (document) =>
      review(document, patchOf({ op: 'add', path: '/data', value: {} })),
    );
    await register(test, 'Mutating', 'm.example.com', hook.client());
    expect(said(await ask(test.server, 'DELETE', `${MAPS}/a`))).toEqual([
      500,
      'Internal error occurred: admission webhook "m.example.com" attempted to modify the object, which is not supported for this operation',
    ]);
  });
});
