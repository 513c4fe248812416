import type { Identity } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, type Answer, type AskOptions, ask, events, next, someone } from './testing/ask.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  await ask(test.server, 'POST', `${RBAC}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'read-maps' },
    rules: [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['configmaps'] }],
  });
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (as: Identity, method: string, url: string, body?: object, more: AskOptions = {}): Promise<Answer> =>
  ask(test.server, method, url, body, { as, ...more });

const role = (name: string, rules: object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name },
  rules,
});
const binding = (name: string, roleRef: object, ...subjects: object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef },
  subjects,
});
const grant = (name: string, roleName: string, user: string): Promise<Answer> =>
  send(
    ADMIN,
    'POST',
    `${RBAC}/namespaces/default/rolebindings`,
    binding(name, { kind: 'ClusterRole', name: roleName }, { kind: 'User', name: user }),
  );

describe('a request', () => {
  it('that no rule allows is refused in the words of Kubernetes', async () => {
    const { status, body } = await send(someone('ann'), 'GET', '/api/v1/namespaces/default/secrets/s');
    expect([status, body['message']]).toEqual([
      403,
      'secrets "s" is forbidden: User "ann" cannot get resource "secrets" in API group "" in the namespace "default"',
    ]);
  });

  it('is allowed where a binding says, and nowhere else', async () => {
    await grant('bob-reads', 'read-maps', 'bob');
    expect((await send(someone('bob'), 'GET', '/api/v1/namespaces/default/configmaps')).status).toBe(200);
    expect((await send(someone('bob'), 'GET', '/api/v1/namespaces/kube-system/configmaps')).status).toBe(403);
    expect((await send(someone('bob'), 'DELETE', '/api/v1/namespaces/default/configmaps')).status).toBe(403);
  });

  it('to list one name is allowed by a rule for that name', async () => {
    await send(
      ADMIN,
      'POST',
      `${RBAC}/namespaces/default/roles`,
      role('one', [{ verbs: ['list'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['x'] }]),
    );
    await send(
      ADMIN,
      'POST',
      `${RBAC}/namespaces/default/rolebindings`,
      binding('one', { kind: 'Role', name: 'one' }, { kind: 'User', name: 'eve' }),
    );
    const url = '/api/v1/namespaces/default/configmaps';
    expect((await send(someone('eve'), 'GET', `${url}?fieldSelector=metadata.name%3Dx`)).status).toBe(200);
    expect((await send(someone('eve'), 'GET', url)).status).toBe(403);
  });

  it.each([
    ['apply', 'PATCH', '/api/v1/namespaces/default/configmaps', 'v1', 'ConfigMap'],
    ['replacement', 'PUT', '/apis/coordination.k8s.io/v1/namespaces/default/leases', 'coordination.k8s.io/v1', 'Lease'],
  ])('that makes an object by %s needs the right to create it', async (_what, method, url, apiVersion, kind) => {
    const apiGroups = ['', 'coordination.k8s.io'];
    const changing = [{ verbs: ['patch', 'update'], apiGroups, resources: ['configmaps', 'leases'] }];
    await send(ADMIN, 'POST', `${RBAC}/clusterroles`, { ...role('change', changing), kind: 'ClusterRole' });
    await grant('changes', 'change', 'changer');
    const headers = { 'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json' };
    const write = (as: Identity, query = ''): Promise<Answer> =>
      send(as, method, `${url}/made${query}`, { apiVersion, kind, metadata: { name: 'made' } }, { headers });
    for (const query of ['?fieldManager=m', '?fieldManager=m&dryRun=All']) {
      const { status, body } = await write(someone('changer'), query);
      expect([status, body['message']]).toEqual([
        403,
        expect.stringContaining('"made" is forbidden: User "changer" cannot create resource'),
      ]);
    }
    const { status, body } = await write(ADMIN, '?fieldManager=m');
    expect(status).toBe(201);
    const again = await send(someone('changer'), 'PUT', `${url}/made`, body);
    expect(again.status).toBe(200);
    await send(ADMIN, 'DELETE', `${url}/made`);
  });

  it('without credentials sees health and version, and nothing else', async () => {
    const status = async (url: string) => (await ask(test.server, 'GET', url, undefined, { as: 'headers' })).status;
    expect([await status('/healthz'), await status('/readyz'), await status('/version')]).toEqual([200, 200, 200]);
    expect([await status('/api'), await status('/metrics'), await status('/api/v1/namespaces')]).toEqual([
      403, 403, 403,
    ]);
  });

  it('with credentials that do not hold is unauthorized', async () => {
    const headers = { authorization: 'Bearer not-a-token' };
    expect((await ask(test.server, 'GET', '/version', undefined, { as: 'headers', headers })).status).toBe(401);
    expect(
      (
        await ask(test.server, 'GET', '/version', undefined, {
          as: 'headers',
          headers: { authorization: 'Basic eA==' },
        })
      ).status,
    ).toBe(401);
  });

  it('acts as whom it impersonates, if it may', async () => {
    const headers = { 'impersonate-user': 'bob' };
    expect((await send(ADMIN, 'GET', '/api/v1/namespaces/default/secrets', undefined, { headers })).status).toBe(403);
    expect((await send(ADMIN, 'GET', '/api/v1/namespaces/default/configmaps', undefined, { headers })).status).toBe(
      200,
    );
    expect(
      (
        await send(someone('bob'), 'GET', '/api/v1/namespaces/default/configmaps', undefined, {
          headers: { 'impersonate-user': 'admin' },
        })
      ).status,
    ).toBe(403);
  });
});

describe('nobody', () => {
  const write = (as: Identity, rules: object[]) =>
    send(as, 'POST', `${RBAC}/namespaces/default/roles?dryRun=All`, role('new', rules));
  const ruleWriter = someone('writer');
  beforeAll(async () => {
    const rules = [{ verbs: ['*'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'] }];
    // The verbs escalate and bind are among "*": this role leaves them out.
    rules[0]!.verbs = ['create', 'update', 'patch', 'get'];
    await send(ADMIN, 'POST', `${RBAC}/namespaces/default/roles`, role('write-roles', rules));
    await send(
      ADMIN,
      'POST',
      `${RBAC}/namespaces/default/rolebindings`,
      binding('writer', { kind: 'Role', name: 'write-roles' }, { kind: 'User', name: 'writer' }),
    );
    await grant('writer-reads', 'read-maps', 'writer');
  });

  it('writes a rule they do not hold', async () => {
    expect((await write(ruleWriter, [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'] }])).status).toBe(
      201,
    );
    const { status, body } = await write(ruleWriter, [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }]);
    expect(status).toBe(403);
    expect(body['message']).toContain('is attempting to grant RBAC permissions not currently held');
    expect((await write(ruleWriter, [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }])).status).toBe(403);
  });

  it('gives away a role they do not hold, or one that is not there', async () => {
    const bind = (name: string) =>
      send(
        ruleWriter,
        'POST',
        `${RBAC}/namespaces/default/rolebindings?dryRun=All`,
        binding('x', { kind: 'ClusterRole', name }, { kind: 'User', name: 'friend' }),
      );
    expect((await bind('read-maps')).status).toBe(201);
    expect((await bind('cluster-admin')).status).toBe(403);
    expect((await bind('not-yet-there')).status).toBe(404);
  });

  it('turns a binding to another role', async () => {
    const url = `${RBAC}/namespaces/default/rolebindings/bob-reads`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { status } = await send(ADMIN, 'PATCH', url, { roleRef: { name: 'cluster-admin' } }, { headers });
    expect(status).toBe(422);
  });
});

describe('a watch ends within five seconds', () => {
  const maps = '/api/v1/namespaces/default/configmaps?watch=true';
  /** Opens a watch, takes its right away, and resolves with what came of it after five seconds: nothing, and its end. */
  async function afterwards(as: AskOptions, revoke: () => Promise<Answer>): Promise<unknown[]> {
    const watch = events(test.server, maps, as);
    await next(watch);
    expect((await revoke()).status).toBe(200);
    await test.clock.advance(5000);
    const rest: unknown[] = [];
    for await (const event of watch) if (event['type'] !== ('BOOKMARK' as unknown)) rest.push(event);
    return rest;
  }

  it('when its binding is gone', async () => {
    await grant('eph', 'read-maps', 'passing');
    const binding = `${RBAC}/namespaces/default/rolebindings/eph`;
    expect(await afterwards({ as: someone('passing') }, () => send(ADMIN, 'DELETE', binding))).toEqual([]);
  });

  it('when its role does not allow it any more', async () => {
    const rules = [{ verbs: ['list', 'watch'], apiGroups: [''], resources: ['configmaps'] }];
    await send(ADMIN, 'POST', `${RBAC}/clusterroles`, { metadata: { name: 'watch-maps' }, rules });
    await grant('role', 'watch-maps', 'watcher');
    const headers = { 'content-type': 'application/merge-patch+json' };
    const lose = () => send(ADMIN, 'PATCH', `${RBAC}/clusterroles/watch-maps`, { rules: [] }, { headers });
    expect(await afterwards({ as: someone('watcher') }, lose)).toEqual([]);
  });

  it('when the account of its token, or what the token is bound to, is gone', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const secret = '/api/v1/namespaces/default/secrets/binds';
    await send(ADMIN, 'POST', accounts, { metadata: { name: 'leaving' } });
    await send(ADMIN, 'POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 'binds' } });
    await grant('leaving', 'read-maps', 'system:serviceaccount:default:leaving');
    const bearer = async (spec: object): Promise<AskOptions> => {
      const { body } = await send(ADMIN, 'POST', `${accounts}/leaving/token`, { spec });
      return { as: 'headers', headers: { authorization: `Bearer ${String(body['status']!['token'])}` } };
    };
    const bound = await bearer({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'binds' } });
    expect(await afterwards(bound, () => send(ADMIN, 'DELETE', secret))).toEqual([]);
    expect(await afterwards(await bearer({}), () => send(ADMIN, 'DELETE', `${accounts}/leaving`))).toEqual([]);
  });

  it('when who opened it may not impersonate any more', async () => {
    const rules = [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'] }];
    await send(ADMIN, 'POST', `${RBAC}/clusterroles`, { metadata: { name: 'acts' }, rules });
    const roleRef = { kind: 'ClusterRole', name: 'acts' };
    const subjects = [{ kind: 'User', name: 'agent' }];
    await send(ADMIN, 'POST', `${RBAC}/clusterrolebindings`, { metadata: { name: 'acts' }, roleRef, subjects });
    const acting = { as: someone('agent'), headers: { 'impersonate-user': 'bob' } };
    const lose = () => send(ADMIN, 'DELETE', `${RBAC}/clusterrolebindings/acts`);
    expect(await afterwards(acting, lose)).toEqual([]);
  });
});

describe('a service account', () => {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  const token = async (name: string, spec: object = {}): Promise<Answer> =>
    send(ADMIN, 'POST', `${accounts}/${name}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec,
    });
  const as = (text: unknown): AskOptions => ({ as: 'headers', headers: { authorization: `Bearer ${String(text)}` } });

  it('is who its token says, until it is deleted', async () => {
    await send(ADMIN, 'POST', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'agent' } });
    const { status, body } = await token('agent');
    expect(status).toBe(201);
    const who = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const url = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { body: told } = await ask(test.server, 'POST', url, who, as(body['status']!['token']));
    expect(told['status']!['userInfo']).toMatchObject({
      username: 'system:serviceaccount:default:agent',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    await send(ADMIN, 'DELETE', `${accounts}/agent`);
    expect((await ask(test.server, 'POST', url, who, as(body['status']!['token']))).status).toBe(401);
  });

  it('is told who it is in protobuf, in each version', async () => {
    for (const version of ['v1', 'v1beta1']) {
      const who = { apiVersion: `authentication.k8s.io/${version}`, kind: 'SelfSubjectReview' };
      const url = `/apis/authentication.k8s.io/${version}/selfsubjectreviews`;
      const headers = { accept: 'application/vnd.kubernetes.protobuf' };
      const { status, text } = await ask(test.server, 'POST', url, who, { headers });
      expect([status, text.startsWith('k8s\0'), text.includes('system:masters')]).toEqual([201, true, true]);
    }
  });

  it('is known to who reviews its token, without the token coming back', async () => {
    await send(ADMIN, 'POST', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reviewed' } });
    const { body } = await token('reviewed');
    const review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: body['status']!['token'] },
    };
    const { body: told } = await send(ADMIN, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', review);
    expect(told['status']).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:reviewed' },
    });
    expect(told['spec']!['token']).toBeUndefined();
  });
});

describe('an access review', () => {
  const url = '/apis/authorization.k8s.io/v1';
  const review = (kind: string, spec: object) => ({ apiVersion: 'authorization.k8s.io/v1', kind, spec });
  const get = { verb: 'get', resource: 'configmaps', namespace: 'default' };

  it('answers for oneself and for others', async () => {
    const own = await send(
      someone('bob'),
      'POST',
      `${url}/selfsubjectaccessreviews`,
      review('SelfSubjectAccessReview', { resourceAttributes: get }),
    );
    expect(own.body['status']).toMatchObject({ allowed: true, reason: expect.stringContaining('bob-reads') });
    const other = await send(
      ADMIN,
      'POST',
      `${url}/subjectaccessreviews`,
      review('SubjectAccessReview', { user: 'ann', resourceAttributes: get }),
    );
    expect(other.body['status']!['allowed']).toBe(false);
    const local = `${url}/namespaces/default/localsubjectaccessreviews`;
    const inside = await send(
      ADMIN,
      'POST',
      local,
      review('LocalSubjectAccessReview', { user: 'bob', resourceAttributes: get }),
    );
    expect(inside.body['status']!['allowed']).toBe(true);
  });

  it('lists the rules one holds', async () => {
    const { body } = await send(
      someone('bob'),
      'POST',
      `${url}/selfsubjectrulesreviews`,
      review('SelfSubjectRulesReview', { namespace: 'default' }),
    );
    expect(body['status']!['resourceRules']).toContainEqual({
      verbs: ['get', 'list', 'watch'],
      apiGroups: [''],
      resources: ['configmaps'],
    });
  });

  it('about others is not for everyone', async () => {
    const body = review('SubjectAccessReview', { user: 'ann', resourceAttributes: get });
    expect((await send(someone('bob'), 'POST', `${url}/subjectaccessreviews`, body)).status).toBe(403);
  });
});
