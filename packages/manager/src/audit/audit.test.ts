import { Secret } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from '../testing/installation.js';
import type { AuditEvent } from './audit-event.js';
import type { AuditLevel, AuditLog } from './audit-log.js';

/** A log in memory, with as much room as a test gives it. */
class MemoryLog implements AuditLog {
  readonly lines: string[] = [];
  full = false;
  constructor(readonly level: AuditLevel) {}

  async write(line: string): Promise<boolean> {
    if (this.full) return false;
    this.lines.push(line);
    return true;
  }

  async *read(place?: { file: string; before: number }) {
    const count = place?.before ?? this.lines.length;
    for (let index = count - 1; index >= 0; index -= 1)
      yield { text: this.lines[index] ?? '', place: { file: '1', before: index } };
  }

  get events(): AuditEvent[] {
    return this.lines.map((line) => JSON.parse(line) as AuditEvent);
  }
}

let drover: Installation;
let log: MemoryLog;
afterEach(() => drover[Symbol.asyncDispose]());
async function start(level: AuditLevel = 1): Promise<void> {
  log = new MemoryLog(level);
  drover = await startInstallation({ audit: log, bootstrapPassword: new Secret('admin') });
}
const LOGIN = '/v3-public/localProviders/local?action=login';
const SENTENCE = 'the audit log cannot be written, and what it cannot tell of is not done: make room for it';

describe('the audit log', () => {
  it('tells who did what, to what, from where and with which outcome, before and after', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna', username: 'anna' });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { description: 'ci' } });
    expect(log.events.map(({ stage }) => stage)).toEqual(['received', 'answered']);
    expect(log.events[1]).toMatchObject({
      id: made.headers['x-request-id'],
      time: '2030-01-01T00:00:00.000Z',
      user: { id: 'user-anna', name: 'anna', groups: ['system:authenticated', 'system:cattle:authenticated'] },
      token: token.split(':')[0],
      via: 'bearer',
      from: '127.0.0.1',
      method: 'POST',
      path: '/v3/tokens',
      object: { cluster: 'local', resource: 'tokens' },
      status: 201,
      outcome: 'done',
    });
  });

  it('tells of requests that are passed on to a cluster what they are about', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna' });
    await drover.ask(
      'GET',
      '/k8s/clusters/local/apis/apps/v1/namespaces/shop/deployments/web/scale?watch=true&token=x',
      {
        token,
      },
    );
    expect(log.events).toMatchObject([
      {
        object: {
          cluster: 'local',
          group: 'apps',
          resource: 'deployments',
          namespace: 'shop',
          name: 'web',
          subresource: 'scale',
        },
        query: { watch: 'true', token: '[left out]' },
        status: 200,
      },
    ]);
  });

  it('tells the secret in the path of an import manifest to nobody, also where it is asked for by mistake', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna' });
    for (const path of ['/v3/import/s3cret_c-m-abcd2345.yaml', '//v3/IMPORT/s3cret.yaml/x']) {
      await drover.ask('POST', path, { token, body: {} });
      await drover.ask('PUT', path, { body: {} });
    }
    expect(log.events).toHaveLength(4);
    expect(log.lines.join()).not.toContain('s3cret');
  });

  it('tells once of a question about rights, which does nothing', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna' });
    await drover.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { token });
    expect(log.events.map(({ stage }) => stage)).toEqual(['answered']);
  });

  it('tells the name of what was made, which no path had', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna' });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: {} });
    const body = '{"metadata":{"name":"shop"}}';
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    await drover.ask('POST', '/api/v1/namespaces', { token, headers, body });
    expect(log.events.filter(({ stage }) => stage === 'answered').map(({ object }) => object.name)).toEqual([
      made.json['id'],
      'shop',
    ]);
    expect(log.events.every((event) => event.request === undefined)).toBe(true);
  });

  it('tells what was refused, to whom and why, and of sign-ins as whom they were tried', async () => {
    await start();
    const token = await drover.user({ name: 'u-plain' });
    await drover.ask('POST', '/v3/users/u-plain?action=setpassword', { token, body: { newPassword: 'x' } });
    await drover.ask('POST', LOGIN, { body: { username: 'admin', password: 'wrong' } });
    await drover.ask('POST', LOGIN, { body: { username: 'not-a-name', password: 'wrong' } });
    expect(log.events.filter(({ stage }) => stage === 'answered')).toMatchObject([
      { user: { id: 'u-plain' }, status: 403, outcome: 'refused', reason: 'you may not change this user' },
      { attempted: 'admin', status: 401, outcome: 'refused', reason: 'authentication failed' },
      { status: 401 },
    ]);
    expect(log.lines.join()).not.toContain('not-a-name');
  });

  it('names who shows credentials of the Kubernetes API, as that takes them', async () => {
    await start();
    await drover.ask('GET', '/api/v1/pods', {
      token: 'known-to-kubernetes',
      headers: { 'x-forwarded-for': '192.0.2.7' },
    });
    await drover.ask('GET', '/api/v1/pods', { token: 'unknown' });
    expect(log.events).toMatchObject([
      { user: { id: 'system:serviceaccount:a:b' }, via: 'kubernetes', forwardedFor: '192.0.2.7' },
      { path: '/api/v1/pods' },
    ]);
    expect(log.events[1]?.user).toBeUndefined();
    expect(log.lines.join()).not.toContain('known-to-kubernetes');
  });

  it('tells nothing of probes, of the files of the console, and at level 0', async () => {
    await start();
    for (const path of ['/ping', '/readyz', '/dashboard/', '/v3/settings/cacerts']) await drover.ask('GET', path);
    expect(log.lines).toEqual([]);
    await drover[Symbol.asyncDispose]();
    await start(0);
    await drover.ask('GET', '/v3', { token: await drover.user({ name: 'u-x' }) });
    expect(log.lines).toEqual([]);
  });

  it('tells what was sent and answered at levels 2 and 3, and no secret at any', async () => {
    await start(3);
    const token = await drover.user({ name: 'user-anna' });
    const body = { username: 'ben', password: 'correct horse battery', description: 'new here' };
    await drover.ask('POST', '/v3/users', { token, body });
    const made = await drover.ask('POST', '/v3/tokens', { token, body: { description: 'ci' } });
    await drover.ask('POST', '/api/v1/namespaces/a/secrets', {
      token,
      headers: { 'content-type': 'application/json', 'content-length': '67' },
      body: '{"apiVersion":"v1","kind":"Secret","stringData":{"any":"a-marker"}}',
    });
    const answered = log.events.filter(({ stage }) => stage === 'answered');
    expect(answered[0]).toMatchObject({
      request: { username: 'ben', password: '[redacted]', description: 'new here' },
    });
    expect(answered[1]).toMatchObject({ request: { description: 'ci' }, response: { token: '[redacted]' } });
    expect(answered[2]).toMatchObject({ request: { kind: 'Secret', stringData: '[redacted]' } });
    expect(log.events.at(-1)).toMatchObject({ stage: 'body', response: {} });
    await drover.ask('POST', LOGIN, { body: { username: 'a-marker in the wrong field', password: 'x' } });
    expect(log.events.at(-1)).toMatchObject({ status: 401, request: '[left out: sent by a stranger]' });
    for (const secret of ['correct horse', String(made.json['token']).split(':')[1], token.split(':')[1], 'a-marker'])
      expect(log.lines.join()).not.toContain(secret);
  });

  it('is not filled by strangers: what they are refused is told ten times a second, and how often it was not', async () => {
    await start();
    for (let request = 0; request < 250; request += 1) await drover.ask('GET', '/v3/clusters');
    expect(log.lines).toHaveLength(200);
    const token = await drover.user({ name: 'u-x' });
    await drover.ask('GET', '/v3', { token });
    expect(log.events.at(-1)).toMatchObject({ user: { id: 'u-x' }, unwritten: 50 });
  });
});

describe('when the audit log cannot be written', () => {
  it('nothing is done that it would have to tell of, and it says so', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna' });
    log.full = true;
    const refused = await drover.ask('POST', '/v3/tokens', { token, body: {} });
    expect(refused.json).toMatchObject({ status: 503, code: 'ClusterUnavailable', message: SENTENCE });
    expect(refused.headers['retry-after']).toBe('5');
    const proxied = await drover.ask('DELETE', '/k8s/clusters/local/api/v1/namespaces/a', { token });
    expect(proxied.json).toMatchObject({ kind: 'Status', code: 503, message: SENTENCE });
    expect(drover.passedOn).toEqual([]);
    expect((await drover.ask('GET', '/v3/tokens', { token })).json).toMatchObject({ status: 503, message: SENTENCE });
    expect((await drover.ask('GET', '/api/v1/pods', { token })).json).toMatchObject({ code: 503, message: SENTENCE });
    log.full = false;
    expect((await drover.ask('GET', '/v3/tokens', { token })).json['data']).toHaveLength(1);
  });

  it('nobody is let in, and probes are answered as ever', async () => {
    await start();
    log.full = true;
    const login = await drover.ask('POST', LOGIN, { body: { username: 'admin', password: 'admin' } });
    expect([login.status, login.text.includes('token-')]).toEqual([503, false]);
    for (const path of ['/ping', '/healthz', '/readyz']) expect((await drover.ask('GET', path)).status).toBe(200);
    expect((await drover.ask('GET', '/metrics', {})).status).toBe(401);
  });

  it('it goes on by itself when there is room again, and the number of lost lines is told', async () => {
    await start();
    const token = await drover.user({ name: 'user-anna' });
    log.full = true;
    await drover.ask('POST', '/v3/tokens', { token, body: {} });
    log.full = false;
    expect((await drover.ask('POST', '/v3/tokens', { token, body: {} })).status).toBe(201);
    expect((await drover.ask('GET', '/metrics', { token })).text).toMatch(/drover_audit_lost_events [1-9]/);
  });
});

describe('GET /v1/audit', () => {
  const get = (token: string, query = '') => drover.ask('GET', `/v1/audit${query}`, { token });

  it('is for whoever may list audit events, and for nobody else', async () => {
    await start();
    const plain = await get(await drover.user({ name: 'u-plain' }));
    expect(plain.json).toMatchObject({
      status: 403,
      message: expect.stringContaining('list on auditevents (drover.io)'),
    });
    expect((await get(await drover.user({ name: 'user-auditor' }))).status).toBe(200);
  });

  it('answers with the newest first, by user, time, object and outcome, page by page', async () => {
    await start();
    const [anna, ben] = [await drover.user({ name: 'user-anna' }), await drover.user({ name: 'u-ben' })];
    await drover.ask('GET', '/v3/clusters/local', { token: anna });
    await drover.clock.advance(60_000);
    await drover.ask('GET', '/v3/clusters/local', { token: ben });
    await drover.ask('GET', '/v3/projects', { token: ben });
    const about = async (query: string) => {
      const { json } = await get(anna, `?${query}`);
      return (json['data'] as AuditEvent[]).map(({ user, object }) => `${user?.id} ${object.resource}`);
    };
    expect(await about('user=u-ben')).toEqual(['u-ben projects', 'u-ben clusters']);
    expect(await about('resource=clusters&name=local')).toEqual(['u-ben clusters', 'user-anna clusters']);
    expect(await about('outcome=refused')).toEqual(['u-ben clusters']);
    expect(await about('until=2030-01-01T00:00:30Z')).toEqual(['user-anna clusters']);
    expect(await about('from=2030-01-01T00:00:30Z&resource=clusters')).toEqual(['u-ben clusters']);
    const first = (await get(anna, '?resource=clusters&limit=1')).json;
    const { continue: next } = first['pagination'] as { continue: string };
    expect(await about(`resource=clusters&limit=1&continue=${next}`)).toEqual(['user-anna clusters']);
  });

  it.each([
    ['outcome=fine', 'outcome', '"fine" is no outcome: use done, refused or failed'],
    ['from=yesterday', 'from', '"yesterday" is no time: write it as 2026-01-31 or 2026-01-31T12:00:00Z'],
    ['limit=5000', 'limit', '"5000" is no number of events from 1 to 1000'],
    ['continue=x', 'continue', '"x" is not where a page ended'],
    ['colour=red', 'colour', 'the parameter "colour" is not implemented'],
  ])('refuses ?%s by name', async (query, fieldName, message) => {
    await start();
    const { json } = await get(await drover.user({ name: 'user-auditor' }), `?${query}`);
    expect(json).toMatchObject({ status: 422, fieldName, message });
  });

  it('says when there is none', async () => {
    await start(0);
    const { json } = await get(await drover.user({ name: 'user-auditor' }));
    expect(json).toMatchObject({ status: 404, message: expect.stringContaining('--audit-level 0') });
  });
});
