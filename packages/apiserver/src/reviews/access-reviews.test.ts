import type { Identity } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, type Answer, ask, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const get = { verb: 'get', resource: 'configmaps', namespace: 'default' };

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  const subjects = [{ kind: 'User', name: 'ann' }];
  for (const name of ['view', 'not-there-yet']) {
    // Only who may bind anything may bind what is not there.
    const body = { metadata: { name }, roleRef: { kind: 'ClusterRole', name }, subjects };
    await ask(test.server, 'POST', `${RBAC}/namespaces/default/rolebindings`, body);
  }
});
afterAll(() => test[Symbol.asyncDispose]());

const review = (kind: string, spec: object, more: { as?: Identity; metadata?: object; namespace?: string } = {}) => {
  const { as = ADMIN, metadata = {}, namespace } = more;
  const place = namespace === undefined ? AUTHORIZATION : `${AUTHORIZATION}/namespaces/${namespace}`;
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, metadata, spec };
  return ask(test.server, 'POST', `${place}/${kind.toLowerCase()}s`, body, { as });
};
const told = ({ status, body }: Answer): unknown => [status, body['message']];
const invalid = (text: string): unknown => [422, `.authorization.k8s.io "" is invalid: ${text}`];

describe('an access review', () => {
  it('tells which binding allows, and which is in vain', async () => {
    const ours = { user: 'ann', resourceAttributes: get };
    expect((await review('SubjectAccessReview', ours)).body['status']).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "view/default" of ClusterRole "view" to User "ann"',
    });
    const not = { user: 'ann', resourceAttributes: { ...get, verb: 'delete' } };
    expect((await review('SubjectAccessReview', not)).body['status']).toEqual({
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "not-there-yet" not found',
    });
  });

  it.each([
    [
      {},
      'spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      { resourceAttributes: get, nonResourceAttributes: { path: '/x', verb: 'get' } },
      'spec.nonResourceAttributes: Invalid value: authorization.NonResourceAttributes{Path:"/x", Verb:"get"}: cannot be specified in combination with resourceAttributes',
    ],
    [
      { resourceAttributes: { ...get, fieldSelector: {} } },
      'spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
    ],
    [
      {
        resourceAttributes: {
          ...get,
          labelSelector: { rawSelector: 'a', requirements: [{ key: 'a', operator: 'In' }] },
        },
      },
      "[spec.resourceAttributes.labelSelector.rawSelector: Invalid value: \"a\": may not specified at the same time as requirements, spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn']",
    ],
  ])('of %j is invalid', async (spec, why) => {
    expect(told(await review('SelfSubjectAccessReview', spec))).toEqual(invalid(why));
  });

  it('names somebody, and has no metadata', async () => {
    expect(told(await review('SubjectAccessReview', { resourceAttributes: get }))).toEqual(
      invalid('spec.user: Invalid value: "": at least one of user or group must be specified'),
    );
    const named = await review(
      'SubjectAccessReview',
      { user: 'a', resourceAttributes: get },
      { metadata: { name: 'x' } },
    );
    expect(told(named)).toEqual(invalid('metadata: Invalid value: {"name":"x"}: must be empty'));
  });

  it('takes selectors whose operator it does not know: its sender may be newer', async () => {
    const fieldSelector = { requirements: [{ key: 'a', operator: 'Like', values: ['b'] }] };
    const { body } = await review('SelfSubjectAccessReview', { resourceAttributes: { ...get, fieldSelector } });
    expect(body['status']).toEqual({
      allowed: true,
      evaluationError: 'spec.resourceAttributes.fieldSelector ignored due to parse error',
    });
  });

  it('is asked with POST only', async () => {
    const { status, body } = await ask(test.server, 'GET', `${AUTHORIZATION}/subjectaccessreviews`);
    expect([status, body['reason']]).toEqual([405, 'MethodNotAllowed']);
  });

  it('of a namespace asks about that namespace only', async () => {
    const local = (spec: object, metadata = {}) =>
      review('LocalSubjectAccessReview', { user: 'ann', ...spec }, { namespace: 'default', metadata });
    expect((await local({ resourceAttributes: get })).body['status']).toMatchObject({ allowed: true });
    expect(told(await local({ resourceAttributes: { ...get, namespace: 'other' } }))).toEqual(
      invalid('spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace'),
    );
    expect(told(await local({ resourceAttributes: get }, { namespace: 'other' }))).toEqual([
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ]);
  });
});

describe('a rules review', () => {
  it('tells what bindings give, and which are in vain', async () => {
    const { body } = await review('SelfSubjectRulesReview', { namespace: 'default' }, { as: someone('ann') });
    expect([body['spec'], body['status']?.['incomplete'], body['status']?.['evaluationError']]).toEqual([
      {},
      false,
      'clusterrole.rbac.authorization.k8s.io "not-there-yet" not found',
    ]);
    expect(body['status']?.['resourceRules']).toContainEqual(
      expect.objectContaining({ apiGroups: ['apps'], resources: expect.arrayContaining(['deployments']) }),
    );
  });

  it('tells an administrator what every known person may too', async () => {
    const { body } = await review('SelfSubjectRulesReview', { namespace: 'default' });
    expect(body['status']?.['resourceRules']).toContainEqual({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    expect(body['status']?.['nonResourceRules']).toContainEqual(
      expect.objectContaining({ nonResourceURLs: expect.arrayContaining(['/openapi/*']) }),
    );
  });

  it('is about a namespace', async () => {
    expect(told(await review('SelfSubjectRulesReview', {}))).toEqual([400, 'no namespace on request']);
  });
});
