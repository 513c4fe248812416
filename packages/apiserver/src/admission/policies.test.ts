import { describe, expect, it } from 'vitest';
import { type Answer, ask, events, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const GROUP = '/apis/admissionregistration.k8s.io/v1';
const RULE = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

const map = (name: string, data: object = {}, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

const policy = (name: string, spec: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: [RULE] }, ...spec },
});

const binding = (name: string, spec: object = {}) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
});

async function made({ server }: TestServer, plural: string, object: object): Promise<void> {
  const { status, text } = await ask(server, 'POST', plural.startsWith('/') ? plural : `${GROUP}/${plural}`, object);
  if (status !== 201) throw new Error(text);
}

async function withPolicy(spec: object, bound: object, work: (test: TestServer) => Promise<void>): Promise<void> {
  await using test = await openTestServer();
  await made(test, 'validatingadmissionpolicies', policy('p', spec));
  await made(test, 'validatingadmissionpolicybindings', binding('b', bound));
  await work(test);
}

const create = ({ server }: TestServer, object: object): Promise<Answer> => ask(server, 'POST', MAPS, object);
const denied = (message: string): string =>
  `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${message}`;

describe('a validating admission policy', () => {
  it('refuses what its expressions say no to, with the message and the reason it gives', () =>
    withPolicy({ validations: [{ expression: "object.data.size == 'small'" }] }, {}, async (test) => {
      expect((await create(test, map('a', { size: 'small' }))).status).toBe(201);
      const { status, body } = await create(test, map('a', { size: 'large' }));
      const message = denied("failed expression: object.data.size == 'small'");
      expect([status, body['reason'], body['message']]).toEqual([422, 'Invalid', message]);
      expect(body['details']).toMatchObject({
        name: 'a',
        kind: 'configmaps',
        causes: [{ message: message.slice('configmaps "a" is forbidden: '.length) }],
      });
    }));

  it('does nothing before it is bound', async () => {
    await using test = await openTestServer();
    await made(test, 'validatingadmissionpolicies', policy('p', { validations: [{ expression: 'false' }] }));
    expect((await create(test, map('a'))).status).toBe(201);
  });

  it.each([
    [{ expression: 'false', message: ' too big ' }, 422, 'too big'],
    [{ expression: 'false', messageExpression: "'no ' + object.metadata.name" }, 422, 'no a'],
    [{ expression: 'false', messageExpression: 'string(object.nope)', message: 'fallback' }, 422, 'fallback'],
    [{ expression: 'false', message: 'x', reason: 'Forbidden' }, 403, 'x'],
    [{ expression: 'object.nope == 1' }, 422, "expression 'object.nope == 1' resulted in error: no such key: nope"],
  ])('with %j says so', (validation, code, message) =>
    withPolicy({ validations: [validation] }, {}, async (test) => {
      const { status, body } = await create(test, map('a'));
      expect([status, body['message']]).toEqual([code, denied(message)]);
    }),
  );

  it('whose expression fails lets everything pass when its failures are to be ignored', () =>
    withPolicy({ failurePolicy: 'Ignore', validations: [{ expression: 'object.nope == 1' }] }, {}, async (test) => {
      expect((await create(test, map('a'))).status).toBe(201);
    }));

  it('that takes long lets everything else go on, its variables included', () =>
    withPolicy(
      {
        variables: [
          { name: 'keys', expression: 'object.data.map(k, k)' },
          { name: 'pairs', expression: 'variables.keys.map(a, variables.keys.filter(b, a == b).size())' },
          { name: 'same', expression: 'variables.pairs.all(n, n == 1)' },
        ],
        validations: [
          { expression: 'variables.same && variables.keys.all(a, variables.keys.exists(b, a < b) || a == "k99")' },
          { expression: 'variables.pairs.size() == 1' },
        ],
      },
      {},
      async (test) => {
        const data = Object.fromEntries(Array.from({ length: 350 }, (_none, index) => [`k${index}`, 'x']));
        let turns = 0;
        let counting = true;
        const count = (): void => {
          turns += 1;
          if (counting) setImmediate(count);
        };
        setImmediate(count);
        const { status, body } = await create(test, map('a', data));
        counting = false;
        expect([status, body['message']]).toEqual([422, denied('failed expression: variables.pairs.size() == 1')]);
        expect(turns).toBeGreaterThan(5);
      },
    ));

  it('sees the request, the old object, the namespace, its variables, and what the caller may', () =>
    withPolicy(
      {
        variables: [
          { name: 'size', expression: 'size(object.data)' },
          { name: 'twice', expression: 'variables.size * 2' },
        ],
        validations: [
          { expression: "request.operation == 'CREATE' || oldObject.metadata.name == request.name" },
          { expression: "namespaceObject.metadata.name == 'default' && namespaceObject.metadata.labels.size() > 0" },
          { expression: 'variables.twice == 4' },
          { expression: "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()" },
          { expression: "authorizer.requestResource.check('delete').allowed()" },
          { expression: "request.userInfo.username == 'admin'" },
        ],
      },
      {},
      async (test) => {
        expect((await create(test, map('a', { x: '1', y: '2' }))).status).toBe(201);
        expect((await ask(test.server, 'PUT', `${MAPS}/a`, map('a', { x: '1', y: '2' }))).status).toBe(200);
        expect((await create(test, map('b', { x: '1' }))).body['message']).toMatch(
          /failed expression: variables.twice == 4$/,
        );
      },
    ));

  it('asks the authorizer about the caller', () =>
    withPolicy(
      { validations: [{ expression: "authorizer.group('').resource('secrets').check('get').allowed()" }] },
      {},
      async (test) => {
        const rules = [{ verbs: ['create'], apiGroups: [''], resources: ['configmaps'] }];
        const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
        const meta = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'r' } };
        await made(test, `${rbac}/roles`, { ...meta, kind: 'Role', rules });
        const subjects = [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }];
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
        await made(test, `${rbac}/rolebindings`, { ...meta, kind: 'RoleBinding', subjects, roleRef });
        expect((await create(test, map('a'))).status).toBe(201);
        const answer = await ask(test.server, 'POST', MAPS, map('b'), { as: someone('eve') });
        expect([answer.status, answer.body['reason']]).toEqual([422, 'Invalid']);
      },
    ));

  it('is evaluated only when its match conditions hold', () =>
    withPolicy(
      {
        matchConditions: [{ name: 'big', expression: "object.metadata.name.startsWith('big')" }],
        validations: [{ expression: 'false' }],
      },
      {},
      async (test) => {
        expect((await create(test, map('small'))).status).toBe(201);
        expect((await create(test, map('big'))).status).toBe(422);
      },
    ));

  it('leaves out what its constraints exclude, and what its binding does not select', () =>
    withPolicy(
      {
        matchConstraints: { resourceRules: [RULE], excludeResourceRules: [{ ...RULE, resourceNames: ['spared'] }] },
        validations: [{ expression: 'false' }],
      },
      { matchResources: { objectSelector: { matchLabels: { checked: 'yes' } } } },
      async (test) => {
        expect((await create(test, map('a'))).status).toBe(201);
        expect((await create(test, map('b', {}, { checked: 'yes' }))).status).toBe(422);
        expect((await create(test, map('spared', {}, { checked: 'yes' }))).status).toBe(201);
      },
    ));

  it('warns instead of refusing when that is what its binding wants', () =>
    withPolicy(
      { validations: [{ expression: 'false', message: 'careful' }] },
      { validationActions: ['Warn', 'Audit'] },
      async (test) => {
        const { status, headers } = await create(test, map('a'));
        expect([status, headers['warning']]).toEqual([
          201,
          ["299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': careful\""],
        ]);
      },
    ));

  it('takes its parameters from the objects that its binding names or selects', () =>
    withPolicy(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: { resourceRules: [{ ...RULE, operations: ['CREATE'] }] },
        matchConditions: [{ name: 'no-params', expression: '!has(object.data.most)' }],
        validations: [{ expression: 'size(object.data) <= int(params.data.most)' }],
      },
      { paramRef: { name: 'limits', namespace: 'kube-system', parameterNotFoundAction: 'Deny' } },
      async (test) => {
        const missing = 'no params found for policy binding with `Deny` parameterNotFoundAction';
        expect((await create(test, map('a', { x: '1' }))).body['message']).toBe(
          denied(`failed to configure binding: ${missing}`),
        );
        await ask(test.server, 'DELETE', `${GROUP}/validatingadmissionpolicybindings/b`);
        await made(test, MAPS.replace('default', 'kube-system'), map('limits', { most: '1' }, { limit: 'yes' }));
        const selector = { matchLabels: { limit: 'yes' } };
        for (const paramRef of [{ name: 'limits' }, { selector }]) {
          const ref = { ...paramRef, namespace: 'kube-system', parameterNotFoundAction: 'Deny' };
          await made(test, 'validatingadmissionpolicybindings', binding('b', { paramRef: ref }));
          expect((await create(test, map('a', { x: '1', y: '2' }))).status).toBe(422);
          expect((await create(test, map('b', { x: '1' }))).status).toBe(201);
          await ask(test.server, 'DELETE', `${MAPS}/b`);
          await ask(test.server, 'DELETE', `${GROUP}/validatingadmissionpolicybindings/b`);
        }
      },
    ));

  it('tells in its status what its expressions ask in vain of the kinds it names', async () => {
    await using test = await openTestServer();
    const path = `${GROUP}/validatingadmissionpolicies`;
    const rules = [RULE, { ...RULE, apiGroups: ['apps'], resources: ['deployments'] }];
    const spec = {
      matchConstraints: { resourceRules: rules },
      validations: [{ expression: 'object.spec.replicas > 1' }],
    };
    await ask(test.server, 'POST', path, policy('p', spec));
    const warning =
      "/v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'spec'\n | object.spec.replicas > 1\n | ......^\n";
    for await (const { object } of events(test.server, `${path}?watch=1`)) {
      if (object?.['status'] === undefined) continue;
      expect(object['status']).toEqual({
        observedGeneration: 1,
        typeChecking: { expressionWarnings: [{ fieldRef: 'spec.validations[0].expression', warning }] },
      });
      break;
    }
  });

  it('that costs too much is ended, and refuses', () =>
    withPolicy(
      {
        validations: [
          {
            expression:
              "object.data.all(a, object.data.all(b, object.data.all(c, object.data.all(d, a + b + c + d != ''))))",
          },
        ],
      },
      {},
      async (test) => {
        const data = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key${index}`, 'x']));
        expect((await create(test, map('a', data))).body['message']).toMatch(/actual cost limit exceeded$/);
      },
    ));

  it.each([
    [
      { validations: [{ expression: '1 + 1' }] },
      'spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool but got int',
    ],
    [
      { validations: [{ expression: 'object.' }] },
      'spec.validations[0].expression: Invalid value: "object.": compilation failed: ERROR: <input>:1:8: Syntax error',
    ],
    [
      { validations: [{ expression: 'params == null' }] },
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')",
    ],
    [
      { validations: [{ expression: 'request.nope == 1' }] },
      "compilation failed: ERROR: <input>:1:8: undefined field 'nope'",
    ],
    [
      { variables: [{ name: 'a-b', expression: '1' }], validations: [{ expression: 'true' }] },
      'spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier',
    ],
    [{}, 'spec.validations: Required value: validations or auditAnnotations must contain at least one item'],
    [
      { matchConstraints: {}, validations: [{ expression: 'true' }] },
      'spec.matchConstraints.resourceRules: Required value',
    ],
  ])('with %j is refused', async (spec, message) => {
    await using test = await openTestServer();
    const { status, body } = await ask(test.server, 'POST', `${GROUP}/validatingadmissionpolicies`, policy('p', spec));
    expect(status).toBe(422);
    expect(body['message']).toContain(message);
  });

  it.each([
    [{ validationActions: [] }, 'spec.validationActions: Required value: at least one validation action is required'],
    [{ validationActions: ['Deny', 'Warn'] }, 'must not contain both Deny and Warn'],
    [
      { paramRef: { parameterNotFoundAction: 'Deny' } },
      'spec.paramRef: Required value: one of name or selector must be specified',
    ],
    [{ paramRef: { name: 'x' } }, 'spec.paramRef.parameterNotFoundAction: Required value'],
  ])('bound with %j is refused', async (spec, message) => {
    await using test = await openTestServer();
    const path = `${GROUP}/validatingadmissionpolicybindings`;
    const { status, body } = await ask(test.server, 'POST', path, binding('b', spec));
    expect(status).toBe(422);
    expect(body['message']).toContain(message);
  });
});
