import { expect } from 'vitest';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

/** More than sockets and servers keep for a reader: 28 MiB of changes. */
const ROUNDS = 28;
const OBJECTS = 4;
const PIECE = 'x'.repeat(256 * 1024);

suite('slow watchers', ({ promises }) => {
  promises('are let go when they do not read, and nobody else loses anything for them', async ({ api, core }) => {
    const resourceVersion = (await api.get(core('configmaps'), { limit: '1' })).textAt('metadata.resourceVersion');
    const query = { resourceVersion, labelSelector: 'flood' };
    await using slow = await api.watch(core('configmaps'), query);
    await using quick = await api.watch(core('configmaps'), query);
    const names = Array.from({ length: OBJECTS }, (_, index) => `flood-${index}`);
    const flood = { labels: { flood: 'yes' } };
    for (const name of names) await api.post(core('configmaps'), configMap(name, { piece: PIECE }, flood));
    expect(await quick.changes(OBJECTS)).toEqual(names.map((name) => `ADDED ${name}`));
    for (let round = 1; round < ROUNDS; round++) {
      const data = { round: String(round) };
      await Promise.all(names.map((name) => api.patch('merge', core('configmaps', name), { data })));
      expect((await quick.changes(OBJECTS)).toSorted()).toEqual(names.map((name) => `MODIFIED ${name}`));
    }
    expect((await slow.rest()).length).toBeLessThan(ROUNDS * OBJECTS);
  });
});
