import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, ask, events, next, someone } from '../testing/ask.js';
import { recordingSink } from '../testing/recording-sink.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';
import { parseAuditPolicy } from './policy-document.js';

const sink = recordingSink(true);
const json = { 'content-type': 'application/json' };
const policy = parseAuditPolicy({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [
    { level: 'None', verbs: ['deletecollection'] },
    { level: 'Metadata', resources: [{ group: '', resources: ['namespaces'] }], omitStages: ['RequestReceived'] },
    { level: 'Request', resources: [{ group: '', resources: ['serviceaccounts'] }] },
    { level: 'RequestResponse', omitManagedFields: true },
  ],
});
let test: TestServer;
beforeAll(async () => {
  test = await openTestServer({
    audit: { policy, sinks: [sink], credentials: ['/limitranges'] },
    paths: [{ prefix: '/garbled', handle: async () => ({ status: 200, headers: json, body: Buffer.from('{') }) }],
  });
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() => {
  sink.events.length = 0;
});

const maps = '/api/v1/namespaces/default/configmaps';
const stages = (): unknown[] => sink.events.map(({ stage, responseStatus }) => [stage, responseStatus?.code]);

describe('the audit events of a request', () => {
  it('tell who asked for what, from where, and what came of it', async () => {
    const headers = { 'audit-id': 'mine', 'user-agent': 'test/1', 'x-forwarded-for': '192.0.2.1, 192.0.2.2' };
    const answer = await ask(test.server, 'GET', '/api/v1/namespaces/default?pretty=false', undefined, { headers });
    expect(answer.headers['audit-id']).toBe('mine');
    expect(sink.events).toEqual([
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'mine',
        stage: 'ResponseComplete',
        requestURI: '/api/v1/namespaces/default?pretty=false',
        verb: 'get',
        user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
        sourceIPs: ['192.0.2.1', '192.0.2.2'],
        userAgent: 'test/1',
        objectRef: { resource: 'namespaces', namespace: 'default', name: 'default', apiVersion: 'v1' },
        responseStatus: { metadata: {}, code: 200 },
        requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
        stageTimestamp: '2026-01-01T00:00:00.000000Z',
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
      },
    ]);
  });

  it('tell both who asks and whom that one acts as', async () => {
    await ask(test.server, 'GET', '/api/v1/namespaces', undefined, { headers: { 'impersonate-user': 'ann' } });
    expect(sink.events).toMatchObject([
      {
        user: { username: 'admin' },
        impersonatedUser: { username: 'ann' },
        responseStatus: { status: 'Failure', reason: 'Forbidden', code: 403 },
        annotations: { 'authorization.k8s.io/decision': 'forbid' },
      },
    ]);
  });

  it('tell nobody as acted as where that was refused', async () => {
    await ask(test.server, 'GET', maps, undefined, { as: someone('ann'), headers: { 'impersonate-user': 'ben' } });
    expect(sink.events).toMatchObject([{ user: { username: 'ann' }, responseStatus: { code: 403 } }]);
    expect(sink.events[0]).not.toHaveProperty('impersonatedUser');
  });

  it('tell of who was not recognized', async () => {
    const headers = { authorization: 'Bearer made-up' };
    await ask(test.server, 'GET', maps, undefined, { as: 'headers', headers });
    expect(sink.events).toMatchObject([{ user: {}, verb: 'list', responseStatus: { code: 401 } }]);
    expect(JSON.stringify(sink.events)).not.toContain('made-up');
  });

  it('tell bodies at the level for it, without managed fields where the policy says so', async () => {
    await ask(test.server, 'POST', maps, { metadata: { generateName: 'a-' }, data: { key: 'value' } });
    const [received, complete] = sink.events;
    expect(received).toMatchObject({ stage: 'RequestReceived' });
    expect(received).not.toHaveProperty('requestObject');
    expect(complete).toMatchObject({
      requestObject: { data: { key: 'value' } },
      responseObject: { kind: 'ConfigMap', data: { key: 'value' } },
      objectRef: { name: expect.stringMatching(/^a-/) },
    });
    expect(JSON.stringify(complete)).not.toContain('managedFields');
  });

  it('tell requests and no answers at the level between', async () => {
    await ask(test.server, 'POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
    expect(sink.events.at(-1)).toMatchObject({
      level: 'Request',
      requestObject: { metadata: { name: 'robot' } },
      objectRef: { name: 'robot' },
    });
    expect(sink.events.at(-1)).not.toHaveProperty('responseObject');
  });

  it('never tell what a secret, a token or a kind of the embedder’s holds', async () => {
    const value = Buffer.from('canary').toString('base64');
    await ask(test.server, 'POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 's' }, data: { value } });
    await ask(test.server, 'GET', '/api/v1/namespaces/default/secrets');
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    await ask(test.server, 'PATCH', '/api/v1/namespaces/default/secrets/s', { data: { value } }, patch);
    const token = await ask(test.server, 'POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const issued = String(token.body['status']!['token']);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: issued } };
    await ask(test.server, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', review);
    await ask(test.server, 'GET', '/api/v1/namespaces/default/limitranges');
    const told = JSON.stringify(sink.events);
    expect([told.includes(value), told.includes(issued), told.includes('responseObject')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(sink.events.filter(({ stage }) => stage === 'ResponseComplete')).toHaveLength(6);
  });

  it('tell of a refusal about a secret no more than its reason', async () => {
    const value = Buffer.from('canary').toString('base64');
    const secrets = '/api/v1/namespaces/default/secrets';
    await ask(test.server, 'POST', secrets, { metadata: { name: 'quoted' }, data: { value } });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const strict = `${secrets}/quoted?fieldValidation=Strict`;
    expect((await ask(test.server, 'PATCH', strict, { unknown: 1 }, { headers })).text).toContain(value);
    expect(sink.events.at(-1)?.responseStatus).toEqual({
      metadata: {},
      status: 'Failure',
      reason: 'Invalid',
      code: 422,
    });
  });

  it('tell an answer that is packed on its way', async () => {
    const text = 'x'.repeat(200_000);
    const headers = { 'accept-encoding': 'gzip' };
    const answer = await ask(test.server, 'POST', maps, { metadata: { name: 'packed' }, data: { text } }, { headers });
    expect([answer.status, answer.headers['content-encoding']]).toEqual([201, 'gzip']);
    expect(sink.events.at(-1)).toMatchObject({ stage: 'ResponseComplete', responseObject: { data: { text } } });
  });

  it('tell an answer in protobuf', async () => {
    const headers = { accept: 'application/vnd.kubernetes.protobuf' };
    await ask(test.server, 'POST', maps, { metadata: { name: 'binary' }, data: { key: 'value' } }, { headers });
    expect(sink.events.at(-1)).toMatchObject({ responseObject: { kind: 'ConfigMap', data: { key: 'value' } } });
    await ask(test.server, 'GET', `${maps}/absent`, undefined, { headers });
    expect(sink.events.at(-1)).toMatchObject({ responseStatus: { reason: 'NotFound', code: 404 } });
  });

  it('tell of an answer that is not the JSON it claims to be, without it', async () => {
    const { signal } = new AbortController();
    const request = { method: 'GET', url: '/garbled', headers: {}, body: (async function* () {})(), signal };
    expect((await test.server.handle(request, ADMIN)).status).toBe(200);
    expect(sink.events.at(-1)).toMatchObject({ stage: 'ResponseComplete', responseStatus: { code: 200 } });
    expect(sink.events.at(-1)).not.toHaveProperty('responseObject');
  });

  it('leave out a body that is too large, and say so', async () => {
    await ask(test.server, 'POST', maps, { metadata: { name: 'large' }, data: { key: 'x'.repeat(900_000) } });
    await ask(test.server, 'POST', maps, { metadata: { name: 'too-large' }, data: { key: 'x'.repeat(1_048_500) } });
    expect(sink.events.at(-3)?.annotations).not.toHaveProperty(['audit.k8s.io/truncated']);
    expect(Object.keys(sink.events.at(-1) ?? {})).not.toContain('responseObject');
    expect(sink.events.at(-1)?.annotations).toMatchObject({ 'audit.k8s.io/truncated': 'true' });
  });

  it('tell when a watch begins and when it ends', async () => {
    const watch = events(test.server, '/api/v1/namespaces?watch=true');
    await next(watch);
    expect(stages()).toEqual([['ResponseStarted', 200]]);
    await watch.return(undefined);
    expect(stages()).toEqual([
      ['ResponseStarted', 200],
      ['ResponseComplete', 200],
    ]);
  });

  it('are none where the policy wants none', async () => {
    await ask(test.server, 'DELETE', '/api/v1/namespaces/default/configmaps?labelSelector=none', undefined);
    expect(sink.events).toEqual([]);
    expect((await ask(test.server, 'GET', '/metrics')).text).toMatch(
      /^apiserver_audit_level_total\{level="None"\} 1$/m,
    );
  });

  it('are written before anything is done, or nothing is', async () => {
    sink.broken = true;
    const refused = await ask(test.server, 'POST', maps, { metadata: { name: 'unseen' } });
    sink.broken = false;
    expect([refused.status, refused.body['message']]).toEqual([
      500,
      'Internal error occurred: failed to store audit event',
    ]);
    expect((await ask(test.server, 'GET', `${maps}/unseen`)).status).toBe(404);
    expect((await ask(test.server, 'GET', '/metrics')).text).toMatch(/^apiserver_audit_requests_rejected_total 1$/m);
  });

  it('tell a bystander’s refusal as that of anybody else', async () => {
    await ask(test.server, 'GET', maps, undefined, { as: someone('ann') });
    expect(sink.events.at(-1)).toMatchObject({ user: { username: 'ann' }, responseStatus: { code: 403 } });
  });
});
