import { expect } from 'vitest';
import { configMap, pod, service } from '../cluster/objects.js';
import { suite } from '../suite.js';

const HOLD = 'example.com/hold';

suite('deletion', ({ promises }) => {
  promises('answers with a Status that names what is gone', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('gone'));
    expect((await api.delete(core('configmaps', 'gone'))).body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'gone', kind: 'configmaps', uid: made.at('metadata.uid') },
    });
    expect((await api.get(core('configmaps', 'gone'))).outcome).toBe('404 NotFound');
  });

  promises('of what is not there is refused', async ({ api, core }) => {
    expect((await api.delete(core('configmaps', 'absent'))).outcome).toBe('404 NotFound');
  });

  promises('waits for finalizers, and answers with the object meanwhile', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('held', {}, { finalizers: [HOLD] }));
    const deleted = await api.delete(core('configmaps', 'held'));
    expect(deleted.body).toMatchObject({
      kind: 'ConfigMap',
      metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0, finalizers: [HOLD] },
    });
    await api.patch('merge', core('configmaps', 'held'), { metadata: { finalizers: null } });
    expect((await api.get(core('configmaps', 'held'))).outcome).toBe('404 NotFound');
  });

  promises('lets nobody add a finalizer once it has begun', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('late', {}, { finalizers: [HOLD] }));
    await api.delete(core('configmaps', 'late'));
    const added = await api.patch('merge', core('configmaps', 'late'), {
      metadata: { finalizers: [HOLD, 'example.com/more'] },
    });
    expect(added.outcome).toBe('422 Invalid');
    expect(added.causes).toContain('metadata.finalizers');
    await api.patch('merge', core('configmaps', 'late'), { metadata: { finalizers: null } });
  });

  promises('cannot be taken back', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('final', {}, { finalizers: [HOLD] }));
    const deleted = await api.delete(core('configmaps', 'final'));
    const revived = await api.patch('merge', core('configmaps', 'final'), { metadata: { deletionTimestamp: null } });
    expect(revived.at('metadata.deletionTimestamp')).toBe(deleted.at('metadata.deletionTimestamp'));
    await api.patch('merge', core('configmaps', 'final'), { metadata: { finalizers: null } });
  });

  promises('a finalizer has a qualified name', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('plain', {}, { finalizers: ['not a name'] }));
    expect(made.outcome).toBe('422 Invalid');
    expect(made.causes.join()).toContain('metadata.finalizers');
  });

  promises('happens only under its preconditions', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('meant'));
    const path = core('configmaps', 'meant');
    const uid = '00000000-0000-0000-0000-000000000000';
    const wrong = await api.delete(path, { preconditions: { uid } });
    expect(wrong.outcome).toBe('409 Conflict');
    expect(wrong.textAt('message')).toBe(
      `Operation cannot be fulfilled on ConfigMap "meant": the UID in the precondition (${uid}) does not match the UID in record (${made.textAt('metadata.uid')}). The object might have been deleted and then recreated`,
    );
    expect((await api.delete(path, { preconditions: { resourceVersion: '1' } })).outcome).toBe('409 Conflict');
    const right = { uid: made.textAt('metadata.uid'), resourceVersion: made.textAt('metadata.resourceVersion') };
    expect((await api.delete(path, { preconditions: right })).status).toBe(200);
  });

  promises('takes its options from the query as well', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('query', {}, { finalizers: [HOLD] }));
    const path = core('configmaps', 'query');
    const deleted = await api.request('DELETE', path, { query: { propagationPolicy: 'Foreground' } });
    expect(deleted.at('metadata.finalizers')).toEqual([HOLD, 'foregroundDeletion']);
    await api.patch('merge', path, { metadata: { finalizers: null } });
  });

  promises('refuses a propagation policy that is none, and two ways of saying it at once', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('policy'));
    const path = core('configmaps', 'policy');
    const wrong = await api.delete(path, { propagationPolicy: 'Sideways' });
    expect(wrong.outcome).toBe('422 Invalid');
    expect(wrong.causes).toEqual(['propagationPolicy']);
    const both = await api.delete(path, { propagationPolicy: 'Orphan', orphanDependents: true });
    expect(both.causes).toEqual(['propagationPolicy']);
  });

  promises('Orphan and Foreground wait for the collector by a finalizer', async ({ api, core }) => {
    for (const [policy, finalizer] of [
      ['Orphan', 'orphan'],
      ['Foreground', 'foregroundDeletion'],
    ]) {
      const name = `waits-${finalizer?.toLowerCase()}`;
      await api.post(core('configmaps'), configMap(name, {}, { finalizers: [HOLD] }));
      const deleted = await api.delete(core('configmaps', name), { propagationPolicy: policy ?? '' });
      expect(deleted.at('metadata.finalizers')).toContain(finalizer);
      await api.patch('merge', core('configmaps', name), { metadata: { finalizers: null } });
    }
  });

  promises('of a Pod that no node has is at once', async ({ api, core }) => {
    await api.post(core('pods'), pod('unscheduled'));
    await api.delete(core('pods', 'unscheduled'));
    expect((await api.get(core('pods', 'unscheduled'))).outcome).toBe('404 NotFound');
  });

  promises('of a Pod on a node gives it its time, which can only be shortened', async ({ api, core }) => {
    await api.post(core('pods'), pod('running', {}, { nodeName: 'no-such-node', terminationGracePeriodSeconds: 100 }));
    const path = core('pods', 'running');
    const first = await api.delete(path);
    expect(first.at('metadata.deletionGracePeriodSeconds')).toBe(100);
    const longer = await api.delete(path, { gracePeriodSeconds: 200 });
    expect(longer.at('metadata.deletionGracePeriodSeconds')).toBe(100);
    const shorter = await api.delete(path, { gracePeriodSeconds: 10 });
    expect(shorter.at('metadata.deletionGracePeriodSeconds')).toBe(10);
    await api.delete(path, { gracePeriodSeconds: 0 });
    expect((await api.get(path)).outcome).toBe('404 NotFound');
  });

  promises('in a dry run leaves the object', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('spared'));
    expect((await api.delete(core('configmaps', 'spared'), { dryRun: ['All'] })).status).toBe(200);
    expect((await api.get(core('configmaps', 'spared'))).status).toBe(200);
  });

  promises('of a collection takes what the selectors name, and answers with it', async ({ api, core }) => {
    for (const name of ['many-1', 'many-2']) {
      await api.post(core('configmaps'), configMap(name, {}, { labels: { many: 'yes' } }));
    }
    await api.post(core('configmaps'), configMap('other', {}, { labels: { many: 'no' } }));
    const deleted = await api.delete(core('configmaps'), {}, { labelSelector: 'many=yes' });
    expect(deleted.at('kind')).toBe('ConfigMapList');
    expect(deleted.names).toEqual(['many-1', 'many-2']);
    expect((await api.get(core('configmaps'), { labelSelector: 'many' })).names).toEqual(['other']);
  });

  promises('of a collection runs dry as well', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('dry', {}, { labels: { dry: 'yes' } }));
    const query = { labelSelector: 'dry=yes', dryRun: 'All' };
    expect((await api.request('DELETE', core('configmaps'), { query })).names).toEqual(['dry']);
    expect((await api.get(core('configmaps', 'dry'))).status).toBe(200);
  });

  promises('of Services is possible as a collection', async ({ api, core }) => {
    await api.post(core('services'), service('web', { clusterIP: 'None' }));
    expect((await api.delete(core('services'))).status).toBe(200);
    expect((await api.get(core('services'))).names).toEqual([]);
  });
});
