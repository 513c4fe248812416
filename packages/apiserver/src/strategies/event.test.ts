import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const about = { kind: 'Pod', namespace: 'default', name: 'p' };
const dry = (path: string, fields: object): Promise<Answer> =>
  ask(test.server, 'POST', `${path}?dryRun=All`, { metadata: { name: 'e' }, ...fields });
const core = (fields: object, namespace = 'default') => dry(`/api/v1/namespaces/${namespace}/events`, fields);
const newer = (fields: object) => dry('/apis/events.k8s.io/v1/namespaces/default/events', fields);
const messageOf = async (answer: Promise<Answer>): Promise<unknown> => (await answer).body['message'];

describe('an Event', () => {
  it('is about something in its namespace, or in default about what has none', async () => {
    const elsewhere = { involvedObject: { ...about, namespace: 'other' } };
    expect(await messageOf(core(elsewhere))).toBe(
      'Event "e" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    );
    const node = { involvedObject: { kind: 'Node', name: 'n' } };
    expect((await core(node)).status).toBe(201);
    expect((await core(node, 'kube-public')).status).toBe(422);
  });

  it('of the core group says that nobody tells of it, that of the newer group does not', async () => {
    const { body } = await ask(test.server, 'POST', '/api/v1/namespaces/default/events', {
      metadata: { name: 'plain' },
      involvedObject: about,
    });
    expect(body).toMatchObject({ reportingComponent: '', reportingInstance: '' });
    const { body: newer } = await ask(test.server, 'GET', '/apis/events.k8s.io/v1/namespaces/default/events/plain');
    expect(newer).not.toHaveProperty('reportingController');
    expect(newer).not.toHaveProperty('reportingInstance');
  });

  it('that says when it was says by whom, too', async () => {
    const eventTime = '2026-01-01T00:00:00.000000Z';
    expect(await messageOf(core({ involvedObject: about, eventTime }))).toContain('reportingComponent: Required value');
    const said = { reportingComponent: 'a.b/c', reportingInstance: 'i', action: 'a', reason: 'r' };
    expect((await core({ involvedObject: about, eventTime, ...said })).status).toBe(201);
  });

  it('of the newer group says when, and is Normal or a Warning', async () => {
    expect(await messageOf(newer({ regarding: about }))).toContain('eventTime: Required value');
    const eventTime = '2026-01-01T00:00:00.000000Z';
    const said = { reportingController: 'a.b/c', reportingInstance: 'i', action: 'a', reason: 'r', type: 'Normal' };
    expect((await newer({ regarding: about, eventTime, ...said })).status).toBe(201);
    expect(await messageOf(newer({ regarding: about, eventTime, ...said, type: 'Odd' }))).toContain(
      'type: Invalid value: "": has invalid value: Odd',
    );
    expect(await messageOf(newer({ regarding: about, eventTime, ...said, note: 'x'.repeat(1025) }))).toContain(
      'message: Invalid value: "": can have at most 1024 characters',
    );
  });
});

describe('a Lease', () => {
  it.each([
    [{ leaseDurationSeconds: 0 }, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    [{ leaseTransitions: -1 }, 'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
  ])('with %j is invalid', async (spec, why) => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    expect(await messageOf(dry(path, { spec }))).toBe(`Lease.coordination.k8s.io "e" is invalid: ${why}`);
  });
});
