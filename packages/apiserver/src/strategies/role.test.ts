import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, type Answer, ask, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const MERGE = { 'content-type': 'application/merge-patch+json' };
/** Writes roles, and holds `get configmaps` beside that. */
const writer = someone('writer');
const pods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const maps = { verbs: ['get'], apiGroups: [''], resources: ['configmaps'] };

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  const verbs = ['create', 'update', 'patch', 'get'];
  const resources = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];
  const rules = [{ verbs, apiGroups: ['rbac.authorization.k8s.io'], resources }, maps];
  await send(ADMIN, 'POST', 'clusterroles', { metadata: { name: 'writes-roles' }, rules });
  await send(ADMIN, 'POST', 'clusterroles', { metadata: { name: 'reads-pods' }, rules: [pods] });
  await send(ADMIN, 'POST', 'clusterrolebindings', bound('writer', 'writes-roles', 'writer'));
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (as: typeof ADMIN, method: string, path: string, body: object): Promise<Answer> =>
  ask(test.server, method, `${RBAC}/${path}`, body, { as, headers: method === 'PATCH' ? MERGE : {} });
const bound = (name: string, role: string, user: string) => ({
  metadata: { name },
  roleRef: { kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'User', name: user }],
});
const told = ({ status, body }: Answer): unknown => [status, body['message']];

describe('whoever writes roles', () => {
  it('is told which rules they do not hold, by resource', async () => {
    const rules = [pods, maps, { verbs: ['get'], nonResourceURLs: ['/metrics'] }];
    expect(told(await send(writer, 'POST', 'clusterroles', { metadata: { name: 'new' }, rules }))).toEqual([
      403,
      `clusterroles.rbac.authorization.k8s.io "new" is forbidden: user "writer" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}
{NonResourceURLs:["/metrics"], Verbs:["get"]}`,
    ]);
  });

  it('cannot label a role that holds more, which might make its rules part of another', async () => {
    const label = { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } } };
    expect((await send(writer, 'PATCH', 'clusterroles/reads-pods', label)).status).toBe(403);
    expect((await send(ADMIN, 'PATCH', 'clusterroles/reads-pods', { metadata: { labels: { a: 'b' } } })).status).toBe(
      200,
    );
  });

  it('may let go of one that holds more', async () => {
    const finalizers = { metadata: { finalizers: ['x.io/y'] } };
    expect((await send(writer, 'PATCH', 'clusterroles/reads-pods', finalizers)).status).toBe(200);
    expect((await send(writer, 'PATCH', 'clusterroles/reads-pods', { metadata: { finalizers: [] } })).status).toBe(200);
  });

  it('aggregates only what holds everything', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    expect(told(await send(writer, 'POST', 'clusterroles', { metadata: { name: 'sum' }, aggregationRule }))).toEqual([
      403,
      'clusterroles.rbac.authorization.k8s.io "sum" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    ]);
  });

  it('may write any with the verb escalate, on the name that the request says', async () => {
    const escalate = { verbs: ['escalate'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] };
    const rules = [{ ...escalate, resourceNames: ['one'] }];
    const at = 'namespaces/default/roles';
    await send(ADMIN, 'POST', at, { metadata: { name: 'escalates' }, rules });
    await send(ADMIN, 'POST', at, { metadata: { name: 'one' }, rules: [] });
    const roleRef = { kind: 'Role', name: 'escalates' };
    const subjects = [{ kind: 'User', name: 'writer' }];
    await send(ADMIN, 'POST', 'namespaces/default/rolebindings', { metadata: { name: 'e' }, roleRef, subjects });
    expect((await send(writer, 'PATCH', `${at}/one`, { rules: [pods] })).status).toBe(200);
    await send(ADMIN, 'DELETE', `${at}/one`, {});
    expect((await send(writer, 'POST', at, { metadata: { name: 'one' }, rules: [pods] })).status).toBe(403);
  });
});

describe('a role', () => {
  const rule = (...rules: object[]) =>
    send(ADMIN, 'POST', 'namespaces/default/roles', { metadata: { name: 'r' }, rules });
  const invalid = (text: string): unknown => [422, `Role.rbac.authorization.k8s.io "r" is invalid: ${text}`];

  it.each([
    [
      {},
      '[rules[0].verbs: Required value: verbs must contain at least one value, rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]',
    ],
    [
      { verbs: ['get'], nonResourceURLs: ['/a', '/b'] },
      'rules[0].nonResourceURLs: Invalid value: []string{"/a", "/b"}: namespaced rules cannot apply to non-resource URLs',
    ],
  ])('with the rule %j is invalid', async (wrong, why) => {
    expect(told(await rule(wrong))).toEqual(invalid(why));
  });

  it('of the cluster speaks of resources or of paths in one rule', async () => {
    const rules = [{ ...pods, nonResourceURLs: ['/a'] }];
    const { body } = await send(ADMIN, 'POST', 'clusterroles', { metadata: { name: 'r' }, rules });
    expect(body['message']).toContain('rules cannot apply to both regular resources and non-resource URLs');
  });

  it('aggregates by selectors that can be read', async () => {
    const matchExpressions = [{ key: 'a', operator: 'Like' }];
    const body = { metadata: { name: 'r' }, aggregationRule: { clusterRoleSelectors: [{ matchExpressions }] } };
    const at = 'aggregationRule.clusterRoleSelectors[0]';
    expect((await send(ADMIN, 'POST', 'clusterroles', body)).body['message']).toBe(
      `ClusterRole.rbac.authorization.k8s.io "r" is invalid: [${at}.matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator, ${at}: Invalid value: "null": invalid label selector.]`,
    );
  });

  it('that aggregates says what', async () => {
    const body = { metadata: { name: 'r' }, aggregationRule: { clusterRoleSelectors: [] } };
    expect((await send(ADMIN, 'POST', 'clusterroles', body)).body['message']).toBe(
      'ClusterRole.rbac.authorization.k8s.io "r" is invalid: aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    );
  });
});

describe('whoever binds roles', () => {
  const bind = (role: string) =>
    send(writer, 'POST', 'namespaces/default/rolebindings?dryRun=All', bound('x', role, 'friend'));

  it('binds what they hold', async () => {
    await send(ADMIN, 'POST', 'clusterroles', { metadata: { name: 'reads-maps' }, rules: [maps] });
    expect((await bind('reads-maps')).status).toBe(201);
    expect((await bind('reads-pods')).status).toBe(403);
    expect(told(await bind('nowhere'))).toEqual([404, 'rolebindings.rbac.authorization.k8s.io "nowhere" not found']);
  });

  it('binds any that they have the verb bind for', async () => {
    const rules = [
      {
        verbs: ['bind'],
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        resourceNames: ['view'],
      },
    ];
    await send(ADMIN, 'POST', 'clusterroles', { metadata: { name: 'binds' }, rules });
    await send(ADMIN, 'POST', 'namespaces/default/rolebindings', bound('binds', 'binds', 'writer'));
    expect((await bind('view')).status).toBe(201);
    expect((await bind('edit')).status).toBe(403);
    const everywhere = await send(writer, 'POST', 'clusterrolebindings?dryRun=All', bound('x', 'view', 'friend'));
    expect(everywhere.status).toBe(403);
  });
});

describe('a binding', () => {
  const make = (plural: string, body: object) =>
    send(ADMIN, 'POST', `${plural}?dryRun=All`, { metadata: { name: 'b' }, ...body });
  const roleRef = { kind: 'ClusterRole', name: 'view' };

  it.each([
    [
      {},
      '[roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole", roleRef.name: Required value]',
    ],
    [
      { roleRef: { ...roleRef, apiGroup: 'x' } },
      'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
    ],
    [
      { roleRef, subjects: [{ kind: 'Robot', name: 'r' }] },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [{ roleRef, subjects: [{ kind: 'User' }] }, 'subjects[0].name: Required value'],
    [
      { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'a', apiGroup: 'x' }] },
      'subjects[0].apiGroup: Unsupported value: "x": supported values: ""',
    ],
  ])('%j is invalid', async (body, why) => {
    expect((await make('namespaces/default/rolebindings', body)).body['message']).toBe(
      `RoleBinding.rbac.authorization.k8s.io "b" is invalid: ${why}`,
    );
  });

  it('of the cluster says which namespace a service account is of', async () => {
    const body = { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'a' }] };
    expect((await make('clusterrolebindings', body)).body['message']).toContain(
      'subjects[0].namespace: Required value',
    );
    expect((await make('namespaces/default/rolebindings', body)).status).toBe(201);
  });

  it('stays with its role', async () => {
    const { status, body } = await send(ADMIN, 'PATCH', 'clusterrolebindings/writer', { roleRef: { name: 'edit' } });
    expect([status, body['message']]).toEqual([
      422,
      'ClusterRoleBinding.rbac.authorization.k8s.io "writer" is invalid: roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"edit"}: cannot change roleRef',
    ]);
  });
});
