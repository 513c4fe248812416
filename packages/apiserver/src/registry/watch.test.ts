import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, events, type Loose, next, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const MAPS = '/api/v1/namespaces/default/configmaps';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  // What the server's own controllers put into the namespace is there before a test looks.
  const settling = events(test.server, `${MAPS}?watch=1`);
  expect(told(await next(settling))).toEqual(['ADDED', 'kube-root-ca.crt']);
  await settling.return(undefined);
});
afterAll(() => test[Symbol.asyncDispose]());

const write = (method: string, url: string, body?: object) => ask(test.server, method, url, body);
const map = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
});
const label = (name: string, labels: Record<string, string | null>) =>
  ask(
    test.server,
    'PATCH',
    `${MAPS}/${name}`,
    { metadata: { labels } },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  );
const told = ({ type, object }: Loose): unknown[] => [type, object!['metadata']!['name']];
const watch = (query: string) => events(test.server, `${MAPS}?watch=1&${query}`);
const now = (): string => `resourceVersion=${test.store.revision}`;

describe('a watch from a revision that is to come', () => {
  it('begins with what comes after it', async () => {
    const watcher = watch(`resourceVersion=${test.store.revision + 1}`);
    const first = next(watcher);
    await write('POST', MAPS, map('passed-over'));
    await write('POST', MAPS, map('told'));
    expect(told(await first)).toEqual(['ADDED', 'told']);
    await watcher.return(undefined);
  });

  it('ends with an error when it does not come within three seconds', async () => {
    for (const query of ['', '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan']) {
      const watcher = watch(`resourceVersion=${test.store.revision + 1000}${query}`);
      const first = next(watcher);
      await test.clock.advance(3_000);
      expect(await first).toMatchObject({
        type: 'ERROR',
        object: { code: 504, details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 } },
      });
      expect((await watcher.next()).done).toBe(true);
    }
  });
});

describe('a watch from a revision', () => {
  it('tells each change after it once and in order, with the object as it became', async () => {
    const from = now();
    await write('POST', MAPS, map('one'));
    await label('one', { a: 'b' });
    const watcher = watch(from);
    expect(told(await next(watcher))).toEqual(['ADDED', 'one']);
    const changed = await next(watcher);
    expect(changed['object']!['metadata']!['labels']).toEqual({ a: 'b' });
    await write('DELETE', `${MAPS}/one`);
    const gone = await next(watcher);
    expect(told(gone)).toEqual(['DELETED', 'one']);
    expect(Number(gone['object']!['metadata']!['resourceVersion'])).toBe(test.store.revision);
    await watcher.return(undefined);
  });

  it('of one name tells of that one, and of none that begins alike', async () => {
    const watcher = watch(`${now()}&fieldSelector=metadata.name=alike`);
    for (const name of ['alik', 'alike-not', 'alike', 'alike2']) await write('POST', MAPS, map(name));
    await write('DELETE', `${MAPS}/alike-not`);
    await write('DELETE', `${MAPS}/alike`);
    expect(told(await next(watcher))).toEqual(['ADDED', 'alike']);
    expect(told(await next(watcher))).toEqual(['DELETED', 'alike']);
    await watcher.return(undefined);
  });

  it('that is forgotten ends with a 410 event', async () => {
    const from = now();
    await write('POST', MAPS, map('forgotten'));
    await test.store.compact(test.store.revision);
    const watcher = watch(from);
    expect(await next(watcher)).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect((await watcher.next()).done).toBe(true);
  });
});

describe('a watch without a revision', () => {
  it('tells what is there first', async () => {
    await write('POST', MAPS, map('there', { find: 'me' }));
    const watcher = watch('labelSelector=find=me');
    expect(told(await next(watcher))).toEqual(['ADDED', 'there']);
    await label('there', { more: 'x' });
    expect(told(await next(watcher))).toEqual(['MODIFIED', 'there']);
    await watcher.return(undefined);
  });

  it('marks where what was there ends, when asked for a streamed list', async () => {
    await write('POST', MAPS, map('streamed', { streamed: 'yes' }));
    const query =
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=streamed=yes';
    const watcher = watch(query);
    expect(told(await next(watcher))).toEqual(['ADDED', 'streamed']);
    expect(await next(watcher)).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        metadata: {
          resourceVersion: String(test.store.revision),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    });
    await watcher.return(undefined);
  });
});

describe('a watch with a selector', () => {
  it('tells of an object that begins to match as ADDED, and of one that ceases as DELETED', async () => {
    await write('POST', MAPS, map('moving', { team: 'a' }));
    const watcher = watch(`${now()}&labelSelector=team=b`);
    await label('moving', { team: 'b' });
    expect(told(await next(watcher))).toEqual(['ADDED', 'moving']);
    await label('moving', { more: 'x' });
    expect(told(await next(watcher))).toEqual(['MODIFIED', 'moving']);
    await label('moving', { team: 'c' });
    const left = await next(watcher);
    expect(told(left)).toEqual(['DELETED', 'moving']);
    expect(Number(left['object']!['metadata']!['resourceVersion'])).toBe(test.store.revision);
    await watcher.return(undefined);
  });

  it('of a name tells of no other', async () => {
    const watcher = watch(`${now()}&fieldSelector=metadata.name=wanted`);
    await write('POST', MAPS, map('other'));
    await write('POST', MAPS, map('wanted'));
    expect(told(await next(watcher))).toEqual(['ADDED', 'wanted']);
    await watcher.return(undefined);
  });
});

describe('a watch by its old path', () => {
  const OLD = MAPS.replace('/v1/', '/v1/watch/');

  it('tells what a watch of the collection does', async () => {
    await write('POST', MAPS, map('deprecated', { old: 'path' }));
    const watcher = events(test.server, `${OLD}?labelSelector=old`);
    expect(told(await next(watcher))).toEqual(['ADDED', 'deprecated']);
    await watcher.return(undefined);
  });

  it('of one name tells of that one only', async () => {
    for (const name of ['by-name', 'by-name-2']) await write('POST', MAPS, map(name));
    const watcher = events(test.server, `${OLD}/by-name-2`);
    expect(told(await next(watcher))).toEqual(['ADDED', 'by-name-2']);
    await watcher.return(undefined);
  });

  it.each([
    ['GET', '/by-name?fieldSelector=metadata.name=other', 400],
    ['GET', '/by-name/status', 404],
    ['POST', '', 405],
  ])('%s %s is refused with %d', async (method, rest, status) => {
    expect((await write(method, `${OLD}${rest}`)).status).toBe(status);
  });

  it('needs the right to watch', async () => {
    expect((await ask(test.server, 'GET', OLD, undefined, { as: someone('nobody') })).body['message']).toContain(
      'cannot watch resource "configmaps"',
    );
  });
});

describe('an idle watch', () => {
  it('is told each minute how far the server is, when it takes bookmarks', async () => {
    const watcher = watch(`${now()}&allowWatchBookmarks=true&fieldSelector=metadata.name=nothing`);
    const first = next(watcher);
    await write('POST', MAPS, map('elsewhere'));
    await test.clock.advance(61_000);
    expect(await first).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: String(test.store.revision) } },
    });
    await watcher.return(undefined);
  });

  it('is told how far the server is shortly before it ends, when it takes bookmarks', async () => {
    const watcher = watch(`${now()}&allowWatchBookmarks=true&timeoutSeconds=5&fieldSelector=metadata.name=nothing`);
    const first = next(watcher);
    await write('POST', MAPS, map('elsewhere-again'));
    await test.clock.advance(3_000);
    expect(await first).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: String(test.store.revision) } },
    });
    const end = watcher.next();
    await test.clock.advance(2_000);
    expect((await end).done).toBe(true);
  });

  it('ends after the time it asked for', async () => {
    const watcher = watch(`${now()}&timeoutSeconds=5&fieldSelector=metadata.name=nothing`);
    const end = watcher.next();
    await test.clock.advance(5_000);
    expect((await end).done).toBe(true);
  });
});

describe('many watchers of the same', () => {
  it('are all told', async () => {
    const from = now();
    const watchers = Array.from({ length: 50 }, () => watch(`${from}&fieldSelector=metadata.name=shared`));
    await write('POST', MAPS, map('shared'));
    const seen = await Promise.all(watchers.map(next));
    expect(new Set(seen.map((event) => JSON.stringify(event))).size).toBe(1);
    await Promise.all(watchers.map((watcher) => watcher.return(undefined)));
  });
});
