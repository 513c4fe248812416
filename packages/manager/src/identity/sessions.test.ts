import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { managementSettings, managementTokens, userAttributes, users } from '@drover/api';
import { Secret } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Answered, type Installation, startInstallation } from '../testing/installation.js';

let drover: Installation;
beforeAll(async () => {
  drover = await startInstallation({ bootstrapPassword: new Secret('admin') });
});
afterAll(() => drover[Symbol.asyncDispose]());

const LOGIN = '/v3-public/localProviders/local?action=login';
const CHANGE = '/v3/users?action=changepassword';
const signIn = (username: string, password: string, more: object = {}) =>
  drover.ask('POST', LOGIN, { body: { username, password, ...more } });
const cookiesOf = (answer: Answered): string =>
  (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0]).join('; ');

describe('signing in', () => {
  it('answers 201 with exactly what clients of Rancher read', async () => {
    const { status, json } = await signIn('admin', 'admin');
    expect(status).toBe(201);
    expect(Object.keys(json).sort()).toEqual(['baseType', 'expiresAt', 'id', 'token', 'type']);
    expect(json['token']).toMatch(/^token-[a-z0-9]{5}:[bcdfghjklmnpqrstvwxz2456789]{54}$/);
  });

  it('keeps only a hash of the key', async () => {
    const { json } = await signIn('admin', 'admin');
    const [name = '', key = ''] = String(json['token']).split(':');
    const stored = JSON.stringify(await drover.client.get(managementTokens, { name }));
    expect(stored).toContain('"token":"$3:1:');
    expect(stored).not.toContain(key);
  });

  it('with responseType cookie answers 200 without a body, and a session a browser keeps for itself', async () => {
    const answer = await signIn('admin', 'admin', { responseType: 'cookie' });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^R_SESS=token-\S+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    expect(answer.headers['set-cookie']?.[1]).toMatch(/^CSRF=[0-9a-f]{32}; Path=\/; Secure; SameSite=Lax$/);
  });

  it('at the newer address does the same, and refuses providers it does not have by name', async () => {
    const body = { type: 'localProvider', username: 'admin', password: 'admin' };
    expect((await drover.ask('POST', '/v1-public/login', { body })).status).toBe(201);
    const saml = await drover.ask('POST', '/v1-public/login', { body: { ...body, type: 'pingProvider' } });
    expect(saml.json).toMatchObject({
      status: 422,
      message: expect.stringContaining('"pingProvider" is not implemented'),
    });
  });

  it('tells a wrong name and a wrong password apart in nothing', async () => {
    const [name, password] = await Promise.all([signIn('nobody', 'wrong'), signIn('admin', 'wrong')]);
    expect(name.status).toBe(401);
    expect(name.text).toBe(password.text);
    const fields = ({ headers }: typeof name) => Object.keys(headers).sort();
    expect(fields(name)).toEqual(fields(password));
  });

  it('is slowed down for whoever guesses', async () => {
    for (let guess = 0; guess < 5; guess += 1) await signIn('guessed', `wrong ${guess}`);
    const next = await signIn('guessed', 'wrong');
    expect(next.status).toBe(429);
    expect(next.headers['retry-after']).toBe('1');
  });
});

describe('a session of a browser', () => {
  it('must prove that a request which changes something comes from our page', async () => {
    const cookie = cookiesOf(await signIn('admin', 'admin', { responseType: 'cookie' }));
    const csrf = /CSRF=([0-9a-f]+)/.exec(cookie)?.[1] ?? '';
    const logout = (headers: Record<string, string>) =>
      drover.ask('POST', '/v1/logout', { headers: { cookie, ...headers }, body: {} });
    expect((await logout({})).json).toMatchObject({ status: 422, code: 'InvalidCSRFToken' });
    expect((await logout({ 'x-api-csrf': 'f'.repeat(32) })).status).toBe(422);
    expect((await logout({ 'x-api-csrf': csrf, origin: 'https://evil.example' })).status).toBe(403);
    const left = await logout({ 'x-api-csrf': csrf, origin: 'https://drover.example' });
    expect(left.status).toBe(200);
    expect(left.headers['set-cookie']?.[0]).toMatch(/^R_SESS=; .*Max-Age=0$/);
    expect((await drover.ask('GET', '/v3/users?me=true', { headers: { cookie } })).status).toBe(401);
  });

  it('is told on every answer whether it holds', async () => {
    const cookie = cookiesOf(await signIn('admin', 'admin', { responseType: 'cookie' }));
    const header = async (headers: Record<string, string>) =>
      (await drover.ask('GET', '/ping', { headers })).headers['x-api-cattle-auth'];
    expect([await header({ cookie }), await header({})]).toEqual(['true', 'false']);
  });
});

describe('a password that the server chose', () => {
  it('is good for seeing oneself, choosing another and leaving; everything else says so', async () => {
    const token = String((await signIn('admin', 'admin')).json['token']);
    const me = await drover.ask('GET', '/v3/users?me=true', { token });
    expect(me.json).toMatchObject({ data: [{ username: 'admin', mustChangePassword: true, me: true }] });
    const refused = await drover.ask('GET', '/apis', { token });
    expect(refused.json).toMatchObject({
      kind: 'Status',
      code: 403,
      message: expect.stringContaining('must be changed'),
    });

    const change = (currentPassword: string, newPassword: string) =>
      drover.ask('POST', CHANGE, { token, body: { currentPassword, newPassword } });
    expect((await change('wrong', 'correct horse battery')).json).toMatchObject({
      status: 422,
      fieldName: 'currentPassword',
    });
    expect((await change('admin', 'short')).json).toMatchObject({ status: 422, fieldName: 'newPassword' });
    const other = String((await signIn('admin', 'admin')).json['token']);
    expect((await change('admin', 'correct horse battery')).status).toBe(200);
    expect((await drover.ask('GET', '/apis', { token })).status).toBe(200);
    expect((await drover.ask('GET', '/apis', { token: other })).status).toBe(401);
    expect((await signIn('admin', 'admin')).status).toBe(401);
    expect((await drover.ask('GET', '/v3/settings/first-login')).json).toMatchObject({ value: 'false' });
  });
});

describe('whoever has an API key, and guesses the password of its user', () => {
  it('has no more guesses by making more keys', async () => {
    const token = await drover.user({ name: 'u-keys', username: 'keys' });
    const answers: number[] = [];
    for (let guess = 0; guess < 6; guess += 1) {
      const key = String((await drover.ask('POST', '/v3/tokens', { token, body: {} })).json['token']);
      const body = { currentPassword: `wrong ${guess}`, newPassword: 'correct horse battery' };
      answers.push((await drover.ask('POST', CHANGE, { token: key, body })).status);
    }
    expect(answers).toEqual([422, 422, 422, 422, 422, 429]);
  });
});

describe('a session that idles', () => {
  it('ends, and so do the requests of whoever shows it, while one that is used goes on', async () => {
    const idle = String((await signIn('admin', 'correct horse battery')).json['token']);
    const used = String((await signIn('admin', 'correct horse battery')).json['token']);
    const me = async (token: string) => (await drover.ask('GET', '/v3/users?me=true', { token })).status;
    const minutes = (value: string) =>
      drover.client.patch(
        managementSettings,
        { name: 'auth-user-session-idle-ttl-minutes' },
        { type: 'merge', patch: { value } },
      );
    await minutes('10');
    for (let ten = 0; ten < 3; ten += 1) {
      await drover.clock.advance(5 * 60_000);
      expect(await me(used)).toBe(200);
    }
    expect(await me(idle)).toBe(401);
    await minutes('');
  });

  it('ends with what it has open', async () => {
    const token = String((await signIn('admin', 'correct horse battery')).json['token']);
    const socket = new WebSocket(`ws://127.0.0.1:${drover.port}/v1/subscribe`, {
      headers: { host: 'drover.example', authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await drover.clock.advance(16 * 3_600_000);
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4401, 'the session has expired']);
  });

  it('in a browser is not kept by what a page asks by itself', async () => {
    const cookie = cookiesOf(await signIn('admin', 'correct horse battery', { responseType: 'cookie' }));
    const me = async () => (await drover.ask('GET', '/v3/users?me=true', { headers: { cookie } })).status;
    for (let hours = 0; hours < 15; hours += 5) {
      await drover.clock.advance(5 * 3_600_000);
      expect(await me()).toBe(200);
    }
    await drover.clock.advance(3_600_000 + 1_000);
    expect(await me()).toBe(401);
  });
});

describe('the last sign-in of a user', () => {
  it('is told where users are listed', async () => {
    const { name } =
      (await drover.client.list(users)).items.find(({ username }) => username === 'admin')?.metadata ?? {};
    await signIn('admin', 'correct horse battery');
    const at = `${new Date(drover.clock.now()).toISOString().slice(0, 19)}Z`;
    await vi.waitFor(async () => {
      expect((await drover.client.get(userAttributes, { name: name ?? '' })).lastLogin).toBe(at);
    });
    const token = await drover.user({ name: 'user-lister' });
    const listed = await drover.ask('GET', '/v3/users?username=admin', { token });
    expect(listed.json).toMatchObject({
      data: [{ lastLogin: at, labels: { 'cattle.io/last-login': String(Math.floor(drover.clock.now() / 1_000)) } }],
    });
  });
});

describe('a token', () => {
  it('can be made, is shown once, listed without its text, and ended', async () => {
    const token = await drover.user({ name: 'u-alice', username: 'alice' });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { description: 'ci', ttl: 60_000 } });
    expect(made.json).toMatchObject({ type: 'token', isDerived: true, ttl: 60_000, description: 'ci' });
    const derived = String(made.json['token']);
    expect((await drover.ask('GET', '/v3/users?me=true', { token: derived })).status).toBe(200);
    const listed = await drover.ask('GET', '/v3/tokens', { token });
    expect(listed.text).not.toContain(derived.split(':')[1]);
    expect(listed.text).not.toContain('$3:1');
    expect((await drover.ask('DELETE', `/v3/tokens/${derived.split(':')[0]}`, { token })).status).toBe(200);
    expect((await drover.ask('GET', '/v3/users?me=true', { token: derived })).status).toBe(401);
  });

  it('of somebody else is not there', async () => {
    const [mine, theirs] = [await drover.user({ name: 'u-mine' }), await drover.user({ name: 'u-theirs' })];
    const path = `/v3/tokens/${theirs.split(':')[0]}`;
    expect((await drover.ask('GET', path, { token: mine })).status).toBe(404);
    expect((await drover.ask('DELETE', path, { token: mine })).status).toBe(404);
  });

  it('that has expired, and one of a disabled user, hold no more', async () => {
    const token = await drover.user({ name: 'u-short' });
    await drover.client.patch(
      managementTokens,
      { name: token.split(':')[0] ?? '' },
      { type: 'merge', patch: { ttl: 1_000 } },
    );
    await drover.clock.advance(2_000);
    expect((await drover.ask('GET', '/v3/users?me=true', { token })).status).toBe(401);
    const disabled = await drover.user({ name: 'u-disabled', enabled: false });
    expect((await drover.ask('GET', '/v3/users?me=true', { token: disabled })).status).toBe(401);
  });

  it('never lasts longer than the setting allows, whatever is asked', async () => {
    const token = await drover.user({ name: 'u-forever' });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { ttl: 0 } });
    expect(made.json['ttl']).toBe(129_600 * 60_000);
  });

  it('of others is listed and ended by who may manage them, and by nobody else', async () => {
    const [admin, plain] = [await drover.user({ name: 'user-keeper' }), await drover.user({ name: 'u-kept' })];
    const list = (token: string, owner: string) => drover.ask('GET', `/v3/tokens?userId=${owner}`, { token });
    expect((await list(admin, 'u-kept')).json).toMatchObject({ data: [{ userId: 'u-kept', current: false }] });
    expect((await list(admin, 'u-kept')).text).not.toContain('$3:1');
    expect((await list(plain, 'user-keeper')).json).toMatchObject({
      status: 403,
      message: 'you may not see the tokens of user "user-keeper"',
    });
    const path = `/v3/tokens/${plain.split(':')[0]}`;
    expect((await drover.ask('DELETE', path, { token: admin })).status).toBe(200);
    expect((await drover.ask('GET', '/v3/users?me=true', { token: plain })).status).toBe(401);
  });

  it('of a kind that never ends is for those who may create tokens, and is not cut short', async () => {
    const body = { kind: 'provisioning', description: 'a machine' };
    const make = (token: string) => drover.ask('POST', '/v3/tokens', { token, body });
    expect((await make(await drover.user({ name: 'u-impatient' }))).json).toMatchObject({ status: 403 });
    const made = (await make(await drover.user({ name: 'user-machines' }))).json;
    expect(made).toMatchObject({ ttl: 0, expiresAt: '', name: expect.stringMatching(/^user-machines-/) });
    expect(
      (await drover.ask('POST', '/v3/tokens', { token: String(made['token']), body: { kind: 'x' } })).json,
    ).toMatchObject({ status: 422, fieldName: 'kind' });
  });

  it('is good with the prefix of Rancher’s newer API in front of it', async () => {
    const token = `ext/${await drover.user({ name: 'u-newer' })}`;
    expect((await drover.ask('GET', '/v3/users?me=true', { token })).status).toBe(200);
  });
});

describe('an API key for one cluster', () => {
  const OTHER = 'c-m-zzzzzzzz';
  const sentence = (cluster: string) =>
    `the API key is for the cluster ${cluster} only: it reaches nothing but /k8s/clusters/${cluster}`;

  async function scoped(cluster: string): Promise<string> {
    const token = await drover.user({ name: `user-scoped-${randomBytes(3).toString('hex')}` });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { clusterId: cluster } });
    expect(made.json).toMatchObject({ clusterId: cluster });
    return String(made.json['token']);
  }

  it('is made for a cluster that there is', async () => {
    const token = await drover.user({ name: 'user-mistaken' });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { clusterId: OTHER } });
    expect(made.json).toMatchObject({ status: 404, message: expect.stringContaining(OTHER) });
  });

  it('is refused by every route that is not for everybody, and is told why', async () => {
    const token = await scoped('local');
    const beyond = drover.manager.routes.filter(({ access }) => access === 'signed-in' || access === 'own-password');
    for (const { method, path, action } of beyond) {
      const sample = path.replace(/:\w+/g, 'sample') + (action === undefined ? '' : `?action=${action}`);
      const answer = await drover.ask(method, sample, {
        token,
        ...(method === 'POST' || method === 'PUT' ? { body: {} } : {}),
      });
      expect([path, answer.json]).toEqual([path, expect.objectContaining({ status: 403, message: sentence('local') })]);
    }
  });

  it('reaches that cluster and no other', async () => {
    const token = await scoped('local');
    const get = (path: string) => drover.ask('GET', path, { token });
    expect((await get('/k8s/clusters/local/api')).status).toBe(200);
    expect((await get('/api')).status).toBe(200);
    expect((await get('/k8s/clusters/local/v1/schemas')).status).toBe(200);
    expect((await get(`/k8s/clusters/${OTHER}/api`)).json).toMatchObject({
      code: 403,
      message: expect.stringContaining(sentence('local')),
    });
    const [name = ''] = token.split(':');
    await drover.client.patch(managementTokens, { name }, { type: 'merge', patch: { clusterName: OTHER } });
    for (const path of ['schemas', 'schemas/pod', 'pods', 'pods/blue'])
      expect((await get(`/k8s/clusters/local/v1/${path}`)).json).toMatchObject({
        status: 403,
        message: expect.stringContaining(sentence(OTHER)),
      });
    for (const path of ['/k8s/clusters/local/api', '/api', '/apis', '/version'])
      expect([path, (await get(path)).json]).toEqual([
        path,
        expect.objectContaining({ code: 403, message: expect.stringContaining(sentence(OTHER)) }),
      ]);
  });
});

describe('a request to the local Kubernetes API', () => {
  const sent = () => drover.passedOn.at(-1)?.headers ?? {};

  it('of a user goes on in that user’s name, whatever it claims', async () => {
    const token = await drover.user({ name: 'u-limited', username: 'limited' });
    await drover.ask('GET', '/api/v1/secrets', {
      token,
      headers: { 'Impersonate-User': 'system:admin', 'Impersonate-Group': 'system:masters' },
    });
    expect(sent()).toMatchObject({
      'impersonate-user': 'u-limited',
      'impersonate-group': ['system:authenticated', 'system:cattle:authenticated'],
    });
    expect(sent()).not.toHaveProperty('authorization');
  });

  it('with a bearer of the Kubernetes API goes on as it is, without a word about identity', async () => {
    await drover.ask('GET', '/api/v1/secrets', {
      token: 'eyJhbGciOi.e30.x',
      headers: { 'Impersonate-User': 'system:admin' },
    });
    expect(sent()['authorization']).toBe('Bearer eyJhbGciOi.e30.x');
    expect(Object.keys(sent()).filter((name) => name.startsWith('impersonate'))).toEqual([]);
  });

  it('cannot leave its path', async () => {
    const token = await drover.user({ name: 'u-dots' });
    const before = drover.passedOn.length;
    for (const path of ['/api/../v3/users', '/k8s/clusters/local/../../../v3/users', '/api/%2e%2e/v3/users']) {
      await drover.ask('GET', path, { token });
    }
    expect(drover.passedOn.length).toBe(before);
  });
});

describe('somebody else’s password', () => {
  it('is not for users to set, and an administrator’s only for an administrator', async () => {
    const plain = await drover.user({ name: 'u-plain' });
    const admin = await drover.user({ name: 'user-boss' });
    const set = (token: string, user: string) =>
      drover.ask('POST', `/v3/users/${user}?action=setpassword`, {
        token,
        body: { newPassword: 'correct horse battery' },
      });
    expect((await set(plain, 'user-boss')).status).toBe(403);
    expect((await set(admin, 'u-plain')).status).toBe(200);
    expect((await set(admin, 'u-nobody')).status).toBe(404);
    expect((await drover.client.get(users, { name: 'u-plain' })).mustChangePassword).toBe(false);
  });
});

describe('a body', () => {
  it.each([
    ['no JSON', 'x', 'InvalidBodyContent'],
    ['a list', '[]', 'InvalidBodyContent'],
    ['very deep', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'InvalidBodyContent'],
    ['very long', `{"username":"${'x'.repeat(2 << 20)}"}`, 'InvalidBodyContent'],
    ['of other types', '{"username":1,"password":{}}', 'InvalidFormat'],
    ['incomplete', '{"username":"admin"}', 'MissingRequired'],
  ])('that is %s is refused by name', async (_, body, code) => {
    expect((await drover.ask('POST', LOGIN, { body })).json).toMatchObject({ type: 'error', status: 422, code });
  });
});
