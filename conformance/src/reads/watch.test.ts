import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { configMap } from '../cluster/objects.js';
import { WatchRefused } from '../cluster/watch.js';
import { type Scene, suite } from '../suite.js';

const revision = async ({ api, core }: Scene): Promise<string> =>
  (await api.get(core('configmaps'), { limit: '1' })).textAt('metadata.resourceVersion');

suite('watch', ({ promises, ours }) => {
  promises('tells of every change after a revision, once and in order', async (scene) => {
    const { api, core } = scene;
    const resourceVersion = await revision(scene);
    await api.post(core('configmaps'), configMap('a', {}, { labels: { seen: 'yes' } }));
    await api.patch('merge', core('configmaps', 'a'), { data: { x: '1' } });
    await api.delete(core('configmaps', 'a'));
    await using watch = await api.watch(core('configmaps'), { resourceVersion, labelSelector: 'seen' });
    expect(await watch.changes(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  promises('from a revision that is to come soon tells of what comes after it', async (scene) => {
    const { api, core } = scene;
    const asked = Number(await revision(scene)) + 3;
    const query = { resourceVersion: String(asked), labelSelector: 'ahead' };
    await using watch = await api.watch(core('configmaps'), query);
    await api.post(core('configmaps'), configMap('ahead', {}, { labels: { ahead: 'yes' } }));
    for (const a of '1234') await api.patch('merge', core('configmaps', 'ahead'), { data: { a } });
    const line = await watch.next();
    expect(line?.type).toBe('MODIFIED');
    expect(Number(valueAt(line?.object, 'metadata.resourceVersion'))).toBeGreaterThan(asked);
  });

  promises('with initial events of a revision that is to come waits for it', async (scene) => {
    const { api, core } = scene;
    const made = await api.post(core('configmaps'), configMap('awaited', {}, { labels: { awaited: 'yes' } }));
    const opening = api.watch(core('configmaps'), {
      resourceVersion: String(Number(made.textAt('metadata.resourceVersion')) + 3),
      resourceVersionMatch: 'NotOlderThan',
      sendInitialEvents: 'true',
      allowWatchBookmarks: 'true',
      labelSelector: 'awaited',
    });
    for (const a of '1234') await api.patch('merge', core('configmaps', 'awaited'), { data: { a } });
    await using watch = await opening;
    expect(await watch.changes(1)).toEqual(['ADDED awaited']);
  });

  promises('a deletion carries the last state, with the revision of the deletion', async (scene) => {
    const { api, core } = scene;
    const made = await api.post(core('configmaps'), configMap('last', { a: '1' }));
    const resourceVersion = await revision(scene);
    await api.delete(core('configmaps', 'last'));
    await using watch = await api.watch(core('configmaps'), { resourceVersion });
    const line = await watch.next();
    expect(line).toMatchObject({ type: 'DELETED', object: { data: { a: '1' } } });
    const deleted = Number(valueAt(line?.object, 'metadata.resourceVersion'));
    expect(deleted).toBeGreaterThan(Number(made.textAt('metadata.resourceVersion')));
  });

  promises('without a revision begins with what is there', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('there', {}, { labels: { there: 'yes' } }));
    await using watch = await api.watch(core('configmaps'), { labelSelector: 'there' });
    expect(await watch.changes(1)).toEqual(['ADDED there']);
    await api.patch('merge', core('configmaps', 'there'), { data: { x: '1' } });
    expect(await watch.changes(1)).toEqual(['MODIFIED there']);
  });

  promises('from 0 begins with what is there as well', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('zero', {}, { labels: { zero: 'yes' } }));
    await using watch = await api.watch(core('configmaps'), { labelSelector: 'zero', resourceVersion: '0' });
    expect(await watch.changes(1)).toEqual(['ADDED zero']);
  });

  promises('what enters a selection is added, what leaves it is deleted', async (scene) => {
    const { api, core } = scene;
    const resourceVersion = await revision(scene);
    const path = core('configmaps', 'moving');
    await api.post(core('configmaps'), configMap('moving', {}, { labels: { in: 'no' } }));
    await api.patch('merge', path, { metadata: { labels: { in: 'yes' } } });
    await api.patch('merge', path, { data: { x: '1' } });
    await api.patch('merge', path, { metadata: { labels: { in: 'no' } } });
    await using watch = await api.watch(core('configmaps'), { resourceVersion, labelSelector: 'in=yes' });
    expect(await watch.changes(3)).toEqual(['ADDED moving', 'MODIFIED moving', 'DELETED moving']);
  });

  promises('of one name sees that object only', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('only'));
    await using watch = await api.watch(core('configmaps'), { fieldSelector: 'metadata.name=only' });
    await api.post(core('configmaps'), configMap('another'));
    await api.delete(core('configmaps', 'only'));
    expect(await watch.changes(2)).toEqual(['ADDED only', 'DELETED only']);
  });

  promises('ends after its timeout, and can be taken up where it ended', async (scene) => {
    const { api, core } = scene;
    await api.post(core('configmaps'), configMap('first', {}, { labels: { timed: 'yes' } }));
    const query = { labelSelector: 'timed', timeoutSeconds: '1' };
    await using first = await api.watch(core('configmaps'), query);
    const seen = await first.rest();
    expect(seen.map(({ type }) => type)).toEqual(['ADDED']);
    await api.post(core('configmaps'), configMap('second', {}, { labels: { timed: 'yes' } }));
    const resourceVersion = String(valueAt(seen.at(-1)?.object, 'metadata.resourceVersion'));
    await using resumed = await api.watch(core('configmaps'), { ...query, resourceVersion });
    expect(await resumed.changes(1)).toEqual(['ADDED second']);
  });

  promises('sends a bookmark before it ends, to whoever asked for bookmarks', async (scene) => {
    const { api, core } = scene;
    const resourceVersion = await revision(scene);
    await using watch = await api.watch(core('configmaps'), {
      resourceVersion,
      labelSelector: 'never=there',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '3',
    });
    await api.post(core('configmaps'), configMap('elsewhere'));
    const lines = await watch.rest();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1' } });
  });

  promises('sends initial events, and marks their end', async (scene) => {
    const { api, core } = scene;
    await api.post(core('configmaps'), configMap('init-1', {}, { labels: { init: 'yes' } }));
    await api.post(core('configmaps'), configMap('init-2', {}, { labels: { init: 'yes' } }));
    await using watch = await api.watch(core('configmaps'), {
      labelSelector: 'init',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(await watch.changes(2)).toEqual(['ADDED init-1', 'ADDED init-2']);
    const mark = await watch.next();
    expect(mark?.type).toBe('BOOKMARK');
    expect(valueAt(mark?.object, 'metadata.annotations')).toMatchObject({ 'k8s.io/initial-events-end': 'true' });
    await api.delete(core('configmaps', 'init-1'));
    expect(await watch.changes(1)).toEqual(['DELETED init-1']);
  });

  promises('initial events need a match, and a match that is NotOlderThan', async ({ api, core }) => {
    const refused = async (query: Record<string, string>) => {
      const answer = await api.get(core('configmaps'), { watch: 'true', sendInitialEvents: 'true', ...query });
      return `${answer.outcome} ${[...new Set(answer.causes)]}`;
    };
    expect(await refused({ allowWatchBookmarks: 'true' })).toBe('422 Invalid resourceVersionMatch');
    expect(await refused({ allowWatchBookmarks: 'true', resourceVersionMatch: 'Exact' })).toBe(
      '422 Invalid resourceVersionMatch',
    );
  });

  promises('initial events are no option of a list', async ({ api, core }) => {
    const answer = await api.get(core('configmaps'), {
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    });
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toContain('sendInitialEvents');
  });

  promises('from a revision that is no number is refused', async ({ api, core }) => {
    const refusal = await api
      .watch(core('configmaps'), { resourceVersion: 'yesterday' })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(WatchRefused);
  });

  promises('the old path of watches still works', async ({ api, core, namespace }) => {
    await api.post(core('configmaps'), configMap('deprecated', {}, { labels: { old: 'yes' } }));
    await using watch = await api.watch(`/api/v1/watch/namespaces/${namespace}/configmaps`, { labelSelector: 'old' });
    expect(await watch.changes(1)).toEqual(['ADDED deprecated']);
  });

  promises('across namespaces sees them all', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('wide', {}, { labels: { wide: 'yes' } }));
    await using watch = await api.watch('/api/v1/configmaps', { labelSelector: 'wide' });
    expect(await watch.changes(1)).toEqual(['ADDED wide']);
  });

  promises('a hundred changes reach ten watchers, none lost and none twice', async (scene) => {
    const { api, core } = scene;
    const resourceVersion = await revision(scene);
    const query = { resourceVersion, labelSelector: 'many' };
    const watches = await Promise.all(Array.from({ length: 10 }, () => api.watch(core('configmaps'), query)));
    const expected = Array.from({ length: 100 }, (_, index) => `ADDED many-${index}`);
    for (let index = 0; index < 100; index++) {
      await api.post(core('configmaps'), configMap(`many-${index}`, {}, { labels: { many: 'yes' } }));
    }
    for (const watch of watches) {
      expect(await watch.changes(100)).toEqual(expected);
      await watch[Symbol.asyncDispose]();
    }
  });

  ours('over a WebSocket is refused', 'kube-apiserver still speaks this deprecated form', async ({ api, core }) => {
    const answer = await api.get(
      core('configmaps'),
      { watch: 'true' },
      {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});
