import { expect } from 'vitest';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

const FUTURE = '9223372036854775000';

suite('resource versions of reads', ({ promises }) => {
  promises('a read without one sees the newest', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('newest', { a: '1' }));
    await api.patch('merge', core('configmaps', 'newest'), { data: { a: '2' } });
    expect((await api.get(core('configmaps', 'newest'))).at('data.a')).toBe('2');
    expect((await api.get(core('configmaps'), { fieldSelector: 'metadata.name=newest' })).at('items.0.data.a')).toBe(
      '2',
    );
  });

  promises('a list says which revision it is of, and its items which they changed in', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('revision'));
    const list = await api.get(core('configmaps'));
    expect(list.textAt('metadata.resourceVersion')).toMatch(/^\d+$/);
    expect(Number(list.textAt('metadata.resourceVersion'))).toBeGreaterThanOrEqual(
      Number(made.textAt('metadata.resourceVersion')),
    );
  });

  promises('0 takes any revision', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('any'));
    expect((await api.get(core('configmaps'), { resourceVersion: '0' })).status).toBe(200);
    expect((await api.get(core('configmaps', 'any'), { resourceVersion: '0' })).status).toBe(200);
  });

  promises('a number takes that revision or a newer one', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('older', { a: '1' }));
    const resourceVersion = made.textAt('metadata.resourceVersion');
    await api.patch('merge', core('configmaps', 'older'), { data: { a: '2' } });
    for (const query of [{ resourceVersion }, { resourceVersion, resourceVersionMatch: 'NotOlderThan' }]) {
      const list = await api.get(core('configmaps'), query);
      expect(Number(list.textAt('metadata.resourceVersion'))).toBeGreaterThanOrEqual(Number(resourceVersion));
      expect(list.names).toContain('older');
    }
  });

  promises('Exact takes that revision as it was', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('exact', { a: '1' }));
    const resourceVersion = made.textAt('metadata.resourceVersion');
    await api.patch('merge', core('configmaps', 'exact'), { data: { a: '2' } });
    const list = await api.get(core('configmaps'), {
      resourceVersion,
      resourceVersionMatch: 'Exact',
      fieldSelector: 'metadata.name=exact',
    });
    expect(list.textAt('metadata.resourceVersion')).toBe(resourceVersion);
    expect(list.at('items.0.data.a')).toBe('1');
  });

  promises('a number with a limit, and no match, takes exactly that revision', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('legacy', { a: '1' }));
    const resourceVersion = made.textAt('metadata.resourceVersion');
    await api.patch('merge', core('configmaps', 'legacy'), { data: { a: '2' } });
    const list = await api.get(core('configmaps'), { resourceVersion, limit: '500' });
    expect(list.textAt('metadata.resourceVersion')).toBe(resourceVersion);
  });

  promises('a revision that is not there yet is too large', async ({ api, core }) => {
    const list = await api.get(core('configmaps'), { resourceVersion: FUTURE });
    expect(list.outcome).toBe('504 Timeout');
    expect(list.textAt('message')).toContain('Too large resource version');
    expect(list.at('details.causes')).toEqual([
      { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
    ]);
    expect(list.at('details.retryAfterSeconds')).toBe(1);
  });

  promises('a read waits for a revision that is to come soon', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('soon'));
    const resourceVersion = String(Number(made.textAt('metadata.resourceVersion')) + 5);
    const reads = [
      api.get(core('configmaps'), { resourceVersion }),
      api.get(core('configmaps'), { resourceVersion, resourceVersionMatch: 'NotOlderThan' }),
      api.get(core('configmaps', 'soon'), { resourceVersion }),
    ];
    for (const a of '123456') await api.patch('merge', core('configmaps', 'soon'), { data: { a } });
    const [list, match, one] = await Promise.all(reads);
    expect([list?.status, match?.status, one?.status]).toEqual([200, 200, 200]);
    expect(Number(list?.textAt('metadata.resourceVersion'))).toBeGreaterThanOrEqual(Number(resourceVersion));
    expect(Number(one?.textAt('metadata.resourceVersion'))).toBeGreaterThanOrEqual(Number(resourceVersion));
  });

  promises('a get of a revision that does not come ends as a list does', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('never'));
    const one = await api.get(core('configmaps', 'never'), { resourceVersion: FUTURE });
    expect(one.outcome).toBe('504 Timeout');
    expect(one.at('details.causes.0.reason')).toBe('ResourceVersionTooLarge');
    expect(one.at('details.retryAfterSeconds')).toBe(1);
  });

  promises('a match needs a resource version, and Exact one that is not 0', async ({ api, core }) => {
    const fields = async (query: Record<string, string>) => (await api.get(core('configmaps'), query)).causes;
    expect(await fields({ resourceVersionMatch: 'Exact' })).toEqual(['resourceVersionMatch']);
    expect(await fields({ resourceVersionMatch: 'NotOlderThan' })).toEqual(['resourceVersionMatch']);
    expect(await fields({ resourceVersionMatch: 'Exact', resourceVersion: '0' })).toEqual(['resourceVersionMatch']);
    expect(await fields({ resourceVersionMatch: 'Roughly', resourceVersion: '5' })).toEqual(['resourceVersionMatch']);
  });

  promises('what is no number is refused', async ({ api, core }) => {
    const list = await api.get(core('configmaps'), { resourceVersion: 'yesterday' });
    expect(list.status).toBeGreaterThanOrEqual(400);
    expect(list.textAt('message')).toContain('resourceVersion: Invalid value: "yesterday"');
  });

  promises('a match is no option of a watch without initial events', async ({ api, core }) => {
    const answer = await api.get(core('configmaps'), {
      watch: 'true',
      resourceVersion: '1',
      resourceVersionMatch: 'NotOlderThan',
    });
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toEqual(['resourceVersionMatch']);
  });
});
