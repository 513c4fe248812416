import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { eventually } from '../cluster/eventually.js';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const CLUSTER_ROLES = `/apis/${RBAC}/clusterroles`;
const CLUSTER_BINDINGS = `/apis/${RBAC}/clusterrolebindings`;

const rule = (resources: string[], verbs: string[], more: JsonObject = {}): JsonObject => ({
  apiGroups: [''],
  resources,
  verbs,
  ...more,
});

/** Grants rules in the suite's namespace to a user. */
async function grant({ api, group }: Scene, user: string, rules: readonly JsonObject[]): Promise<void> {
  await api.post(group(RBAC, 'roles'), { metadata: { name: user }, rules });
  await api.post(group(RBAC, 'rolebindings'), {
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
}

/** Waits until a role or binding that was just made is in force: the real server follows them by a watch. */
const granted = (look: () => Promise<{ readonly status: number }>) =>
  eventually(look, ({ status }) => status !== 403, 5_000);

suite('roles and bindings', ({ promises }) => {
  promises('a user without any may do nothing', async ({ api, core }) => {
    const refused = await api.as('stranger').get(core('configmaps'));
    expect(refused.body).toMatchObject({ code: 403, reason: 'Forbidden', details: { kind: 'configmaps' } });
    expect(refused.textAt('message')).toMatch(
      /^configmaps is forbidden: User "stranger" cannot list resource "configmaps" in API group "" in the namespace "conformance-[0-9a-f]+"$/,
    );
  });

  promises('a role gives its verbs on its resources, in its namespace', async (scene) => {
    const { api, core } = scene;
    await grant(scene, 'reader', [rule(['configmaps'], ['get', 'list'])]);
    const reader = api.as('reader');
    expect((await granted(() => reader.get(core('configmaps')))).status).toBe(200);
    expect((await reader.post(core('configmaps'), configMap('x'))).outcome).toBe('403 Forbidden');
    expect((await reader.get('/api/v1/configmaps')).outcome).toBe('403 Forbidden');
    expect((await reader.get('/api/v1/namespaces/default/configmaps')).outcome).toBe('403 Forbidden');
    expect((await reader.get(core('secrets'))).outcome).toBe('403 Forbidden');
  });

  promises('a role may be for some names only', async (scene) => {
    const { api, core } = scene;
    await grant(scene, 'named', [rule(['configmaps'], ['get', 'list', 'watch'], { resourceNames: ['mine'] })]);
    await api.post(core('configmaps'), configMap('mine'));
    const named = api.as('named');
    expect((await granted(() => named.get(core('configmaps', 'mine')))).status).toBe(200);
    expect((await named.get(core('configmaps', 'other'))).outcome).toBe('403 Forbidden');
    expect((await named.get(core('configmaps'))).outcome).toBe('403 Forbidden');
    expect((await named.get(core('configmaps'), { fieldSelector: 'metadata.name=mine' })).status).toBe(200);
  });

  promises('subresources are resources of their own', async (scene) => {
    const { api, group } = scene;
    await grant(scene, 'scaler', [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get'] }]);
    const scaler = api.as('scaler');
    const scale = group('apps/v1', 'deployments', 'absent', 'scale');
    expect((await granted(() => scaler.get(scale))).status).toBe(404);
    expect((await scaler.get(group('apps/v1', 'deployments', 'absent'))).outcome).toBe('403 Forbidden');
  });

  promises('* stands for every verb, group, resource and subresource', async (scene) => {
    const { api, core, group } = scene;
    await grant(scene, 'star', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
    const star = api.as('star');
    expect((await granted(() => star.get(core('secrets')))).status).toBe(200);
    expect((await star.get(group('apps/v1', 'deployments', 'absent', 'scale'))).status).toBe(404);
    expect((await star.get('/api/v1/nodes')).outcome).toBe('403 Forbidden');
  });

  promises('a change of a role is in force at once', async (scene) => {
    const { api, core, group } = scene;
    await grant(scene, 'fickle', [rule(['configmaps'], ['list'])]);
    const fickle = api.as('fickle');
    await granted(() => fickle.get(core('configmaps')));
    await api.delete(group(RBAC, 'rolebindings', 'fickle'));
    const refused = await eventually(
      () => fickle.get(core('configmaps')),
      ({ status }) => status === 403,
      5_000,
    );
    expect(refused.outcome).toBe('403 Forbidden');
  });

  promises('nobody gives away what they do not have', async (scene) => {
    const { api, core, group } = scene;
    await grant(scene, 'climber', [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create', 'update'] },
      rule(['configmaps'], ['get']),
    ]);
    const climber = api.as('climber');
    await granted(() => climber.get(core('configmaps', 'absent')));
    const role = (name: string, rules: Json) => climber.post(group(RBAC, 'roles'), { metadata: { name }, rules });
    expect((await role('within', [rule(['configmaps'], ['get'])])).status).toBe(201);
    const beyond = await role('beyond', [rule(['secrets'], ['get'])]);
    expect(beyond.outcome).toBe('403 Forbidden');
    expect(beyond.textAt('message')).toContain('is attempting to grant RBAC permissions not currently held');
    const bind = await climber.post(group(RBAC, 'rolebindings'), {
      metadata: { name: 'bind' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'climber' }],
    });
    expect(bind.outcome).toBe('403 Forbidden');
  });

  promises('a change that comes to a creation needs the right to create', async (scene) => {
    const { api, core, group, namespace } = scene;
    const LEASES = 'coordination.k8s.io/v1';
    const changes = ['get', 'patch', 'update'];
    await grant(scene, 'changer', [
      rule(['configmaps'], changes),
      rule(['leases'], changes, { apiGroups: ['coordination.k8s.io'] }),
    ]);
    const changer = api.as('changer');
    await granted(() => changer.get(core('configmaps', 'absent')));
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' } };
    const applied = await changer.apply(core('configmaps', 'made'), 'changer', made);
    expect([applied.outcome, applied.textAt('message')]).toEqual([
      '403 Forbidden',
      `configmaps "made" is forbidden: User "changer" cannot create resource "configmaps" in API group "" in the namespace "${namespace}"`,
    ]);
    const put = await changer.put(group(LEASES, 'leases', 'made'), { metadata: { name: 'made' } });
    expect([put.outcome, put.textAt('message')]).toEqual([
      '403 Forbidden',
      `leases.coordination.k8s.io "made" is forbidden: User "changer" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "${namespace}"`,
    ]);
    await api.post(core('configmaps'), configMap('made'));
    expect((await changer.apply(core('configmaps', 'made'), 'changer', made)).status).toBe(200);
  });

  promises('escalate and bind let it be', async (scene) => {
    const { api, core, group } = scene;
    const apiGroups = ['rbac.authorization.k8s.io'];
    await grant(scene, 'trusted', [
      { apiGroups, resources: ['roles'], verbs: ['create', 'escalate'] },
      { apiGroups, resources: ['rolebindings'], verbs: ['create'] },
      { apiGroups, resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['view'] },
      rule(['configmaps'], ['get']),
    ]);
    const trusted = api.as('trusted');
    await granted(() => trusted.get(core('configmaps', 'absent')));
    const beyond = await trusted.post(group(RBAC, 'roles'), {
      metadata: { name: 'escalated' },
      rules: [rule(['secrets'], ['get'])],
    });
    expect(beyond.status).toBe(201);
    const bind = (name: string) =>
      trusted.post(group(RBAC, 'rolebindings'), {
        metadata: { name: `bound-${name}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody' }],
      });
    expect((await bind('view')).status).toBe(201);
    expect((await bind('edit')).outcome).toBe('403 Forbidden');
  });

  promises('a binding never changes its role', async (scene) => {
    const { api, group } = scene;
    await grant(scene, 'fixed', [rule(['configmaps'], ['get'])]);
    const changed = await api.patch('merge', group(RBAC, 'rolebindings', 'fixed'), { roleRef: { name: 'other' } });
    expect(changed.outcome).toBe('422 Invalid');
    expect(changed.causes).toEqual(['roleRef']);
  });

  promises('rules have verbs, and resources or URLs', async ({ api, group, unique }) => {
    const role = await api.post(group(RBAC, 'roles'), { metadata: { name: 'empty' }, rules: [{ apiGroups: [''] }] });
    expect(role.causes).toEqual(expect.arrayContaining(['rules[0].verbs', 'rules[0].resources']));
    const urls = await api.post(group(RBAC, 'roles'), {
      metadata: { name: 'urls' },
      rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }],
    });
    expect(urls.causes).toContain('rules[0].nonResourceURLs');
    expect(unique).not.toBe('');
  });

  promises('a cluster role gives URLs that are no resources', async ({ api, unique, afterwards }) => {
    const user = `${unique}-urls`;
    await api.post(CLUSTER_ROLES, {
      metadata: { name: user },
      rules: [{ nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] }],
    });
    await api.post(CLUSTER_BINDINGS, {
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
    afterwards(`${CLUSTER_ROLES}/${user}`);
    afterwards(`${CLUSTER_BINDINGS}/${user}`);
    expect((await granted(() => api.as(user).get('/metrics'))).status).toBe(200);
  });

  promises('cluster roles are put together from those that their labels name', async ({ api, unique, afterwards }) => {
    const label = `example.com/${unique}`;
    await api.post(CLUSTER_ROLES, {
      metadata: { name: `${unique}-whole` },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'yes' } }] },
      rules: [],
    });
    afterwards(`${CLUSTER_ROLES}/${unique}-whole`);
    await api.post(CLUSTER_ROLES, {
      metadata: { name: `${unique}-part`, labels: { [label]: 'yes' } },
      rules: [rule(['configmaps'], ['get'])],
    });
    afterwards(`${CLUSTER_ROLES}/${unique}-part`);
    await using watch = await api.watch(CLUSTER_ROLES, { fieldSelector: `metadata.name=${unique}-whole` });
    const { object } = await watch.until((line) => {
      const rules = valueAt(line.object, 'rules');
      return Array.isArray(rules) && rules.length === 1;
    });
    expect(object['rules']).toEqual([rule(['configmaps'], ['get'])]);
  });

  promises('every default role and binding is there', async ({ api }) => {
    const roles = await api.get(CLUSTER_ROLES, { labelSelector: 'kubernetes.io/bootstrapping=rbac-defaults' });
    expect(roles.names).toEqual(
      expect.arrayContaining([
        'admin',
        'cluster-admin',
        'edit',
        'system:aggregate-to-admin',
        'system:aggregate-to-edit',
        'system:aggregate-to-view',
        'system:auth-delegator',
        'system:basic-user',
        'system:controller:generic-garbage-collector',
        'system:controller:namespace-controller',
        'system:controller:resourcequota-controller',
        'system:discovery',
        'system:kube-controller-manager',
        'system:kube-scheduler',
        'system:monitoring',
        'system:node',
        'system:public-info-viewer',
        'system:service-account-issuer-discovery',
        'view',
      ]),
    );
    const bindings = await api.get(CLUSTER_BINDINGS, { labelSelector: 'kubernetes.io/bootstrapping=rbac-defaults' });
    expect(bindings.names).toEqual(
      expect.arrayContaining([
        'cluster-admin',
        'system:basic-user',
        'system:discovery',
        'system:monitoring',
        'system:public-info-viewer',
        'system:service-account-issuer-discovery',
      ]),
    );
    const system = await api.get(`/apis/${RBAC}/namespaces/kube-system/roles`);
    expect(system.names).toEqual(
      expect.arrayContaining([
        'extension-apiserver-authentication-reader',
        'system::leader-locking-kube-controller-manager',
        'system:controller:token-cleaner',
      ]),
    );
  });

  promises('view, edit and admin contain one another', async ({ api }) => {
    const rulesOf = async (name: string) => (await api.get(`${CLUSTER_ROLES}/${name}`)).text;
    expect(await rulesOf('view')).not.toContain('"secrets"');
    expect(await rulesOf('edit')).toContain('"secrets"');
    expect(await rulesOf('admin')).toContain('"rolebindings"');
  });
});
