import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, events, next } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const CORE = '/api/v1/namespaces/default/events';
const NEW = '/apis/events.k8s.io/v1/namespaces/default/events';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(test.server, method, url, body, { headers });

const event = (name: string) => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.org/test',
  reportingInstance: 'one',
  action: 'Testing',
  reason: 'Tested',
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'pod' },
  note: 'it was tested',
  type: 'Normal',
});

describe('an Event of events.k8s.io', () => {
  it('is the same object as the core group’s, under other names', async () => {
    const made = await send('POST', NEW, event('made'));
    expect([made.status, made.body['note'], made.body['apiVersion']]).toEqual([
      201,
      'it was tested',
      'events.k8s.io/v1',
    ]);
    const { body } = await send('GET', `${CORE}/made`);
    expect(body).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { uid: made.body['metadata']!['uid'], resourceVersion: made.body['metadata']!['resourceVersion'] },
      involvedObject: { kind: 'Pod', name: 'pod' },
      message: 'it was tested',
      reportingComponent: 'example.org/test',
    });
    expect(body).not.toHaveProperty('note');
  });

  it('shows what was written as the core group’s', async () => {
    await send('POST', CORE, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'old', namespace: 'default' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'old-pod' },
      message: 'from before',
      source: { component: 'kubelet' },
      count: 3,
      firstTimestamp: '2026-01-01T00:00:00Z',
    });
    const { body } = await send('GET', `${NEW}/old`);
    expect(body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { name: 'old-pod' },
      note: 'from before',
      deprecatedSource: { component: 'kubelet' },
      deprecatedCount: 3,
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    });
  });

  it('can be changed through either', async () => {
    await send('POST', NEW, event('changed'));
    const patch = { 'content-type': 'application/merge-patch+json' };
    await send('PATCH', `${NEW}/changed`, { note: 'new words' }, patch);
    expect((await send('GET', `${CORE}/changed`)).body['message']).toBe('new words');
    await send('PATCH', `${CORE}/changed`, { message: 'old words' }, patch);
    expect((await send('GET', `${NEW}/changed`)).body['note']).toBe('old words');
    await send('DELETE', `${NEW}/changed`);
    expect((await send('GET', `${CORE}/changed`)).status).toBe(404);
  });

  it('is listed and selected by the names of its own version', async () => {
    await send('POST', NEW, { ...event('listed'), reason: 'Listed' });
    const { body } = await send('GET', `${NEW}?fieldSelector=reason=Listed,regarding.name=pod`);
    expect(body).toMatchObject({
      kind: 'EventList',
      apiVersion: 'events.k8s.io/v1',
      items: [{ note: 'it was tested' }],
    });
    const core = await send('GET', `${CORE}?fieldSelector=reason=Listed,involvedObject.name=pod`);
    expect(core.body).toMatchObject({ apiVersion: 'v1', items: [{ message: 'it was tested' }] });
  });

  it('is told to watchers of both, each in their own form', async () => {
    const from = `?watch=1&resourceVersion=${test.store.revision}&fieldSelector=metadata.name=watched`;
    const [core, newer] = [events(test.server, `${CORE}${from}`), events(test.server, `${NEW}${from}`)];
    await send('POST', NEW, event('watched'));
    expect((await next(core))['object']).toMatchObject({ apiVersion: 'v1', message: 'it was tested' });
    expect((await next(newer))['object']).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'it was tested' });
    await Promise.all([core.return(undefined), newer.return(undefined)]);
  });
});
