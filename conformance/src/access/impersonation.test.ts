import { expect } from 'vitest';
import { suite } from '../suite.js';

const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const UID = 'a8f0c8f2-71d8-4d4a-9d30-1b3a8cb3f2a1';

suite('impersonation', ({ promises }) => {
  promises('makes one another user, in the groups given', async ({ api }) => {
    const self = await api.as('jane', 'devs', 'ops').post(SELF, review);
    expect(self.at('status.userInfo')).toMatchObject({
      username: 'jane',
      groups: ['devs', 'ops', 'system:authenticated'],
    });
  });

  promises('carries a uid and extras', async ({ api }) => {
    const jane = api.with({
      'impersonate-user': 'jane',
      'impersonate-uid': UID,
      'impersonate-extra-scopes': ['view', 'dev'],
      'impersonate-extra-acme.com%2fproject': 'x',
    });
    expect((await jane.post(SELF, review)).at('status.userInfo')).toMatchObject({
      username: 'jane',
      uid: UID,
      extra: { scopes: ['view', 'dev'], 'acme.com/project': ['x'] },
    });
  });

  promises('of a service account brings its groups', async ({ api, namespace }) => {
    const self = await api.as(`system:serviceaccount:${namespace}:any`).post(SELF, review);
    expect(self.at('status.userInfo.groups')).toEqual(
      expect.arrayContaining(['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']),
    );
  });

  promises('of nobody in particular brings the group of the unauthenticated', async ({ api }) => {
    const answer = await api.as('system:anonymous').get('/api/v1/namespaces');
    expect(answer.outcome).toBe('403 Forbidden');
  });

  promises('of a group needs a user', async ({ api }) => {
    const answer = await api.with({ 'impersonate-group': 'devs' }).get('/api/v1/namespaces');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).toContain('without impersonating a user');
  });

  promises('needs the right to it', async ({ api }) => {
    const jane = api.as('jane');
    // Whoever is impersonated has the rights of the impersonated, so the right is asked of a real user.
    const name = 'conformance:impersonator';
    const answer = await jane.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'impersonate', resource: 'users', name } },
    });
    expect(answer.at('status.allowed')).toBe(false);
  });

  promises('is granted for users, groups, uids and extras one by one', async (scene) => {
    const { api, core, namespace, unique, afterwards } = scene;
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    await api.post(core('serviceaccounts'), { metadata: { name: 'actor' } });
    await api.post(roles, {
      metadata: { name: unique },
      rules: [
        { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['jane'] },
        { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'], resourceNames: ['devs'] },
        {
          apiGroups: ['authentication.k8s.io'],
          resources: ['userextras/scopes'],
          verbs: ['impersonate'],
          resourceNames: ['view'],
        },
      ],
    });
    await api.post(bindings, {
      metadata: { name: unique },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: unique },
      subjects: [{ kind: 'ServiceAccount', name: 'actor', namespace }],
    });
    afterwards(`${roles}/${unique}`);
    afterwards(`${bindings}/${unique}`);
    const token = (await api.post(core('serviceaccounts', 'actor', 'token'), { spec: {} })).textAt('status.token');
    await using actor = api.withToken(token);
    const outcome = async (headers: Record<string, string>) => (await actor.with(headers).post(SELF, review)).outcome;
    expect(
      await outcome({ 'impersonate-user': 'jane', 'impersonate-group': 'devs', 'impersonate-extra-scopes': 'view' }),
    ).toBe('201');
    expect(await outcome({ 'impersonate-user': 'john' })).toBe('403 Forbidden');
    expect(await outcome({ 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' })).toBe('403 Forbidden');
    expect(await outcome({ 'impersonate-user': 'jane', 'impersonate-extra-scopes': 'edit' })).toBe('403 Forbidden');
    expect(await outcome({ 'impersonate-user': 'jane', 'impersonate-uid': UID })).toBe('403 Forbidden');
  });
});
