import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { eventually } from '../cluster/eventually.js';
import { type Scene, suite } from '../suite.js';

const AUTHORIZATION = 'authorization.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

const review = (kind: string, spec: JsonObject): JsonObject => ({ apiVersion: AUTHORIZATION, kind, spec });

async function grant({ api, group }: Scene): Promise<void> {
  await api.post(group(RBAC, 'roles'), {
    metadata: { name: 'reviewed' },
    rules: [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'], resourceNames: ['one'] },
    ],
  });
  await api.post(group(RBAC, 'rolebindings'), {
    metadata: { name: 'reviewed' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reviewed' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'reviewers' }],
  });
}

suite('access reviews', ({ promises }) => {
  promises('SelfSubjectAccessReview says what one may, and why', async (scene) => {
    const { api, namespace } = scene;
    await grant(scene);
    const jane = api.as('jane', 'reviewers');
    const ask = (verb: string) =>
      jane.post(
        `/apis/${AUTHORIZATION}/selfsubjectaccessreviews`,
        review('SelfSubjectAccessReview', {
          resourceAttributes: { namespace, verb, resource: 'configmaps' },
        }),
      );
    const yes = await eventually(
      () => ask('get'),
      (answer) => answer.at('status.allowed') === true,
    );
    expect(yes.status).toBe(201);
    expect(yes.textAt('status.reason')).toBe(
      `RBAC: allowed by RoleBinding "reviewed/${namespace}" of Role "reviewed" to Group "reviewers"`,
    );
    expect((await ask('delete')).at('status')).toEqual({ allowed: false });
  });

  promises('SubjectAccessReview asks for somebody else', async ({ api, namespace }) => {
    const ask = (spec: JsonObject) =>
      api.post(`/apis/${AUTHORIZATION}/subjectaccessreviews`, review('SubjectAccessReview', spec));
    const resourceAttributes = { namespace, verb: 'list', resource: 'configmaps' };
    expect((await ask({ user: 'jane', groups: ['reviewers'], resourceAttributes })).at('status.allowed')).toBe(true);
    expect((await ask({ user: 'jane', resourceAttributes })).at('status.allowed')).toBe(false);
    expect((await ask({ user: 'jane', groups: ['system:masters'], resourceAttributes })).at('status.allowed')).toBe(
      true,
    );
  });

  promises('LocalSubjectAccessReview asks within a namespace', async ({ api, namespace, group }) => {
    const ask = (inside: string) =>
      api.post(
        group(AUTHORIZATION, 'localsubjectaccessreviews'),
        review('LocalSubjectAccessReview', {
          user: 'jane',
          groups: ['reviewers'],
          resourceAttributes: { namespace: inside, verb: 'get', resource: 'configmaps' },
        }),
      );
    expect((await ask(namespace)).at('status.allowed')).toBe(true);
    expect((await ask('default')).outcome).toBe('422 Invalid');
  });

  promises('a review is about a resource or a path, and not about both', async ({ api }) => {
    const path = `/apis/${AUTHORIZATION}/selfsubjectaccessreviews`;
    const nonResourceAttributes = { path: '/metrics', verb: 'get' };
    const url = await api.as('jane').post(path, review('SelfSubjectAccessReview', { nonResourceAttributes }));
    expect(url.at('status.allowed')).toBe(false);
    const none = await api.post(path, review('SelfSubjectAccessReview', {}));
    expect(none.outcome).toBe('422 Invalid');
    const both = await api.post(
      path,
      review('SelfSubjectAccessReview', {
        nonResourceAttributes,
        resourceAttributes: { verb: 'get', resource: 'pods' },
      }),
    );
    expect(both.outcome).toBe('422 Invalid');
  });

  promises('SelfSubjectRulesReview lists what one may in a namespace', async ({ api, namespace }) => {
    const answer = await api
      .as('jane', 'reviewers')
      .post(`/apis/${AUTHORIZATION}/selfsubjectrulesreviews`, review('SelfSubjectRulesReview', { namespace }));
    expect(answer.at('status.incomplete')).toBe(false);
    expect(answer.at('status.resourceRules')).toContainEqual({
      verbs: ['get', 'list'],
      apiGroups: [''],
      resources: ['configmaps'],
    });
    expect(answer.at('status.resourceRules')).toContainEqual({
      verbs: ['get'],
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: ['one'],
    });
    expect(answer.at('status.nonResourceRules')).toContainEqual(expect.objectContaining({ verbs: ['get'] }));
  });

  promises('a subject needs a name', async ({ api }) => {
    const answer = await api.post(
      `/apis/${AUTHORIZATION}/subjectaccessreviews`,
      review('SubjectAccessReview', { resourceAttributes: { verb: 'get', resource: 'pods' } }),
    );
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toContain('spec.user');
  });
});
