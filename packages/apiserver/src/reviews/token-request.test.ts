import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  await make('serviceaccounts', 'ServiceAccount', 'sa');
  const spec = { serviceAccountName: 'sa', nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
  await make('pods', 'Pod', 'p', { spec });
  await make('pods', 'Pod', 'other', { spec: { ...spec, serviceAccountName: 'default' } });
});
afterAll(() => test[Symbol.asyncDispose]());

const make = (plural: string, kind: string, name: string, more: object = {}): Promise<Answer> =>
  ask(test.server, 'POST', `/api/v1/namespaces/default/${plural}`, {
    apiVersion: 'v1',
    kind,
    metadata: { name },
    ...more,
  });
const request = (spec: object, account = 'sa', metadata: object = {}): Promise<Answer> =>
  ask(test.server, 'POST', `${ACCOUNTS}/${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata,
    spec,
  });
const review = async (spec: object): Promise<unknown> => {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
  return (await ask(test.server, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', body)).body['status'];
};
const tokenOf = ({ body }: Answer): string => String(body['status']?.['token']);
const claimsOf = (answer: Answer): Record<string, unknown> =>
  JSON.parse(Buffer.from(tokenOf(answer).split('.')[1] ?? '', 'base64url').toString());

describe('a token request', () => {
  it('is answered with a token for this API and an hour, unless it asks for others', async () => {
    const { status, body } = await request({});
    expect(status).toBe(201);
    expect(body['metadata']).toEqual({ name: 'sa', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' });
    expect(body['spec']).toEqual({ audiences: [ISSUER], boundObjectRef: null, expirationSeconds: 3600 });
    expect(body['status']?.['expirationTimestamp']).toBe('2026-01-01T01:00:00Z');
    const asked = await request({ audiences: ['vault'], expirationSeconds: 600 });
    expect(asked.body['status']?.['expirationTimestamp']).toBe('2026-01-01T00:10:00Z');
    expect(claimsOf(asked)['aud']).toEqual(['vault']);
  });

  it.each([
    [{ expirationSeconds: 599 }, 'may not specify a duration less than 10 minutes'],
    [{ expirationSeconds: 2 ** 32 + 1 }, 'may not specify a duration larger than 2^32 seconds'],
  ])('for %j is invalid', async (spec, why) => {
    const { status, body } = await request(spec);
    expect([status, body['message']]).toEqual([
      422,
      `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${spec.expirationSeconds}: ${why}`,
    ]);
  });

  it('names the account of its path, if it names one, and one that is there', async () => {
    expect((await request({}, 'nobody')).body['message']).toBe('serviceaccounts "nobody" not found');
    const { status, body } = await request({}, 'sa', { name: 'default' });
    expect([status, body['message']]).toEqual([
      422,
      'TokenRequest.authentication.k8s.io "sa" is invalid: metadata.name: Invalid value: "default": must match the service account name if specified',
    ]);
  });

  it('bound to a pod tells the pod and its node, and to a node the node', async () => {
    const bound = await request({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } });
    expect(claimsOf(bound)['kubernetes.io']).toMatchObject({ pod: { name: 'p' }, node: { name: 'n' } });
    await ask(test.server, 'POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'm' } });
    const toNode = await request({ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'm' } });
    expect(claimsOf(toNode)['kubernetes.io']).toMatchObject({ node: { name: 'm', uid: expect.any(String) } });
  });

  it.each([
    [{ apiVersion: 'v1', kind: 'Pod', name: 'gone' }, 404, 'pods "gone" not found'],
    [
      { apiVersion: 'v1', kind: 'Pod', name: 'other' },
      400,
      'cannot bind token for serviceaccount "sa" to pod running with different serviceaccount name.',
    ],
    [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'x' },
      400,
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
    [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      400,
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    ],
    [
      { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'another' },
      409,
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (another) does not match the UID in record. The object might have been deleted and then recreated',
    ],
  ])('bound to %j is refused with %i', async (boundObjectRef, code, message) => {
    const { status, body } = await request({ boundObjectRef });
    expect([status, body['message']]).toEqual([code, message]);
  });

  it('of a kubelet for a pod that chose nothing is good for a year, and says when to renew', async () => {
    const answer = await request({
      expirationSeconds: 3607,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' },
    });
    const {
      iat,
      exp,
      'kubernetes.io': kubernetes,
    } = claimsOf(answer) as Record<'iat' | 'exp', number> & {
      'kubernetes.io': object;
    };
    expect(exp - iat).toBe(365 * 24 * 3600);
    expect(kubernetes).toMatchObject({ warnafter: iat + 3607 });
    expect(answer.body['status']?.['expirationTimestamp']).toBe('2026-01-01T01:00:07Z');
  });
});

describe('a token review', () => {
  it('tells who a token is, for this API unless asked for others', async () => {
    const token = tokenOf(await request({}));
    const user = expect.objectContaining({
      username: 'system:serviceaccount:default:sa',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    });
    expect(await review({ token })).toEqual({ authenticated: true, user, audiences: [ISSUER] });
    expect(await review({ token, audiences: ['vault', ISSUER] })).toMatchObject({ audiences: [ISSUER] });
    expect(await review({ token, audiences: ['vault'] })).toEqual({
      user: {},
      error: `[invalid bearer token, token audiences ["${ISSUER}"] is invalid for the target audiences ["vault"]]`,
    });
  });

  it('tells that nobody knows a token', async () => {
    expect(await review({ token: 'made-up' })).toEqual({ user: {}, error: 'invalid bearer token' });
  });

  it('takes the token of the administrator for this API only', async () => {
    const token = /token: "(.*)"/.exec(await test.server.adminKubeconfig('https://x'))?.[1];
    expect(await review({ token })).toMatchObject({ authenticated: true, audiences: [ISSUER] });
    expect(await review({ token, audiences: ['vault'] })).toEqual({ user: {}, error: 'invalid bearer token' });
  });
});

describe('the keys of tokens', () => {
  it('are published for service accounts, and for nobody who is not known', async () => {
    const document = '/.well-known/openid-configuration';
    const { body, headers } = await ask(test.server, 'GET', document);
    expect(body).toEqual({
      issuer: ISSUER,
      jwks_uri: 'https://127.0.0.1:6443/openid/v1/jwks',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect(headers['cache-control']).toBe('public, max-age=3600');
    const authorization = `Bearer ${tokenOf(await request({}))}`;
    for (const path of [document, '/openid/v1/jwks']) {
      const as = { as: 'headers', headers: { authorization } } as const;
      expect((await ask(test.server, 'GET', path, undefined, as)).status).toBe(200);
      expect((await ask(test.server, 'GET', path, undefined, { as: 'headers' })).status).toBe(403);
    }
  });
});
