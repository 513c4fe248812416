import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { eventually } from '../cluster/eventually.js';
import { pod } from '../cluster/objects.js';
import { suite } from '../suite.js';

const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const selfReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

/** What a token says of itself, unverified. */
function claims(token: string): unknown {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

suite('authentication', ({ promises }) => {
  promises('whoever shows nothing is anonymous, and may read health and version alone', async ({ api, core }) => {
    await using anyone = api.withToken(undefined);
    expect((await anyone.get('/healthz')).status).toBe(200);
    const refused = await anyone.get(core('configmaps'));
    expect(refused.outcome).toBe('403 Forbidden');
    expect(refused.textAt('message')).toContain('User "system:anonymous" cannot list resource "configmaps"');
  });

  promises('a token that is none is refused, also where nothing is needed', async ({ api }) => {
    await using liar = api.withToken('not-a-token');
    const refused = await liar.get('/healthz');
    expect(refused.status).toBe(401);
    expect((await liar.get('/api/v1')).body).toMatchObject({
      code: 401,
      reason: 'Unauthorized',
      message: 'Unauthorized',
    });
  });

  promises('one may ask who one is', async ({ api }) => {
    const self = await api.post(SELF, selfReview);
    expect(self.status).toBe(201);
    expect(self.at('status.userInfo.groups')).toEqual(
      expect.arrayContaining(['system:authenticated', 'system:masters']),
    );
  });

  promises('a service account gets a token for an audience and a time', async ({ api, core, namespace }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'robot' } });
    const request = { spec: { audiences: ['vault'], expirationSeconds: 900 } };
    const answer = await api.post(core('serviceaccounts', 'robot', 'token'), request);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ kind: 'TokenRequest', spec: { audiences: ['vault'], expirationSeconds: 900 } });
    expect(claims(answer.textAt('status.token'))).toMatchObject({
      aud: ['vault'],
      sub: `system:serviceaccount:${namespace}:robot`,
      'kubernetes.io': { namespace, serviceaccount: { name: 'robot' } },
    });
  });

  promises('the token makes its holder the account, in its groups', async ({ api, core, namespace }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'holder' } });
    const made = await api.post(core('serviceaccounts', 'holder', 'token'), { spec: {} });
    await using holder = api.withToken(made.textAt('status.token'));
    const self = await holder.post(SELF, selfReview);
    expect(self.at('status.userInfo')).toMatchObject({
      username: `system:serviceaccount:${namespace}:holder`,
      groups: expect.arrayContaining([
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ]),
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    });
  });

  promises('a token for another audience does not open the API', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'elsewhere' } });
    const made = await api.post(core('serviceaccounts', 'elsewhere', 'token'), { spec: { audiences: ['vault'] } });
    await using elsewhere = api.withToken(made.textAt('status.token'));
    expect((await elsewhere.get('/api/v1')).outcome).toBe('401 Unauthorized');
  });

  promises('a token ends with its account', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'gone' } });
    const made = await api.post(core('serviceaccounts', 'gone', 'token'), { spec: {} });
    await api.delete(core('serviceaccounts', 'gone'));
    await using gone = api.withToken(made.textAt('status.token'));
    expect((await gone.get('/api/v1')).outcome).toBe('401 Unauthorized');
  });

  promises('a token may be bound to a Secret, and ends with it', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'bound' } });
    const secret = await api.post(core('secrets'), { metadata: { name: 'bond' } });
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: 'bond', uid: secret.textAt('metadata.uid') };
    const made = await api.post(core('serviceaccounts', 'bound', 'token'), { spec: { boundObjectRef } });
    await using bound = api.withToken(made.textAt('status.token'));
    expect((await bound.get('/api/v1')).status).toBe(200);
    await api.delete(core('secrets', 'bond'));
    const ended = await eventually(
      () => bound.get('/api/v1'),
      ({ status }) => status === 401,
    );
    expect(ended.outcome).toBe('401 Unauthorized');
  });

  promises('a token may be bound to a Pod of its account, and ends with it', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'podded' } });
    const made = await api.post(core('pods'), pod('bearer', {}, { serviceAccountName: 'podded' }));
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'bearer', uid: made.textAt('metadata.uid') };
    const token = await api.post(core('serviceaccounts', 'podded', 'token'), { spec: { boundObjectRef } });
    await using bearer = api.withToken(token.textAt('status.token'));
    const self = await bearer.post(SELF, selfReview);
    expect(self.at('status.userInfo.extra')).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['bearer'],
      'authentication.kubernetes.io/pod-uid': [made.textAt('metadata.uid')],
    });
    await api.delete(core('pods', 'bearer'));
    const ended = await eventually(
      () => bearer.get('/api/v1'),
      ({ status }) => status === 401,
    );
    expect(ended.outcome).toBe('401 Unauthorized');
  });

  promises('a token is not bound to a Pod of another account', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'other' } });
    await api.post(core('pods'), pod('foreign'));
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'foreign' };
    const made = await api.post(core('serviceaccounts', 'other', 'token'), { spec: { boundObjectRef } });
    expect(made.outcome).toBe('400 BadRequest');
  });

  promises('a token is not bound to what is not there', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'unbound' } });
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: 'absent' };
    const made = await api.post(core('serviceaccounts', 'unbound', 'token'), { spec: { boundObjectRef } });
    expect(made.outcome).toBe('404 NotFound');
  });

  promises('a token lasts ten minutes at least', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'short' } });
    const made = await api.post(core('serviceaccounts', 'short', 'token'), { spec: { expirationSeconds: 60 } });
    expect(made.outcome).toBe('422 Invalid');
    expect(made.causes).toEqual(['spec.expirationSeconds']);
  });

  promises('TokenReview says whose a token is, and for which audiences', async ({ api, core, namespace }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'reviewed' } });
    const made = await api.post(core('serviceaccounts', 'reviewed', 'token'), { spec: { audiences: ['vault'] } });
    const review = async (token: string, audiences: string[]) =>
      api.post('/apis/authentication.k8s.io/v1/tokenreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences },
      });
    const good = await review(made.textAt('status.token'), ['vault', 'other']);
    expect(good.at('status')).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
      user: { username: `system:serviceaccount:${namespace}:reviewed` },
    });
    expect((await review(made.textAt('status.token'), ['other'])).at('status.authenticated')).not.toBe(true);
    expect((await review('nonsense', ['vault'])).at('status.authenticated')).not.toBe(true);
  });

  promises('the issuer publishes its keys and how to find them', async ({ api }) => {
    const configuration = await api.get('/.well-known/openid-configuration');
    expect(configuration.body).toMatchObject({
      issuer: expect.stringMatching(/^https:/),
      jwks_uri: expect.stringMatching(/\/openid\/v1\/jwks$/),
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
    });
    const keys = await api.get('/openid/v1/jwks', {}, { accept: 'application/jwk-set+json' });
    expect(keys.headers['content-type']).toBe('application/jwk-set+json');
    expect(keys.at('keys.0')).toMatchObject({ use: 'sig', kid: expect.any(String), kty: expect.any(String) });
  });

  promises('a Secret of the old kind is filled with a token', async ({ api, core }) => {
    await api.post(core('serviceaccounts'), { metadata: { name: 'old' } });
    await api.post(core('secrets'), {
      metadata: { name: 'old-token', annotations: { 'kubernetes.io/service-account.name': 'old' } },
      type: 'kubernetes.io/service-account-token',
    });
    await using watch = await api.watch(core('secrets'), { fieldSelector: 'metadata.name=old-token' });
    const { object } = await watch.until((line) => valueAt(line.object, 'data.token') !== undefined);
    await using old = api.withToken(Buffer.from(String(valueAt(object, 'data.token')), 'base64').toString());
    expect((await old.get('/api/v1')).status).toBe(200);
  });
});
