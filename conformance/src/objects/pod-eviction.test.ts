import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { pod } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const POLICY = 'policy/v1';

const eviction = (name: string, deleteOptions?: JsonObject): JsonObject => ({
  apiVersion: POLICY,
  kind: 'Eviction',
  metadata: { name },
  ...(deleteOptions === undefined ? {} : { deleteOptions }),
});

const evict = ({ api, core }: Scene, name: string, deleteOptions?: JsonObject) =>
  api.post(core('pods', name, 'eviction'), eviction(name, deleteOptions));

/** A pod that runs, and is ready or not, as its kubelet would say. */
async function running({ api, core }: Scene, name: string, ready: 'True' | 'False'): Promise<void> {
  await api.post(core('pods'), pod(name, { labels: { app: name } }));
  const conditions = [{ type: 'Ready', status: ready }];
  await api.patch('merge', core('pods', name, 'status'), { status: { phase: 'Running', conditions } });
}

/** A budget for the pods of one name. */
async function budget({ api, group }: Scene, name: string, app: string, spec: JsonObject): Promise<void> {
  const selector = { matchLabels: { app } };
  await api.post(group(POLICY, 'poddisruptionbudgets'), { metadata: { name }, spec: { selector, ...spec } });
}

suite('an eviction', ({ promises }) => {
  promises('of a pod without a budget deletes it', async (scene) => {
    await running(scene, 'free', 'True');
    const answer = await evict(scene, 'free');
    expect(answer.outcome).toBe('201');
    expect(answer.body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
    expect((await scene.api.get(scene.core('pods', 'free'))).outcome).toBe('404 NotFound');
  });

  promises('tells whoever watches why the pod goes', async (scene) => {
    await running(scene, 'told', 'True');
    await using watch = await scene.api.watch(scene.core('pods'), { fieldSelector: 'metadata.name=told' });
    await evict(scene, 'told');
    const { object } = await watch.until(({ type }) => type === 'DELETED');
    expect(object).toMatchObject({
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'EvictionByEvictionAPI',
            message: 'Eviction API: evicting',
          }),
        ]),
      },
    });
  });

  promises('of a pod that has not begun goes past its budget', async (scene) => {
    await scene.api.post(scene.core('pods'), pod('pending', { labels: { app: 'pending' } }));
    await budget(scene, 'pending', 'pending', { minAvailable: 1 });
    expect((await evict(scene, 'pending')).outcome).toBe('201');
    expect((await scene.api.get(scene.core('pods', 'pending'))).outcome).toBe('404 NotFound');
  });

  promises('that a budget does not allow is refused, to be tried again', async (scene) => {
    await running(scene, 'guarded', 'True');
    await budget(scene, 'guarded', 'guarded', { minAvailable: 2 });
    const answer = await evict(scene, 'guarded');
    expect(answer.outcome).toBe('429 TooManyRequests');
    expect(answer.at('message')).toBe("Cannot evict pod as it would violate the pod's disruption budget.");
    expect(answer.at('details.causes')).toMatchObject([{ reason: 'DisruptionBudget' }]);
    expect((await scene.api.get(scene.core('pods', 'guarded'))).status).toBe(200);
  });

  promises('of a pod with several budgets is refused', async (scene) => {
    await running(scene, 'twice', 'True');
    await budget(scene, 'twice-a', 'twice', { minAvailable: 0 });
    await budget(scene, 'twice-b', 'twice', { minAvailable: 0 });
    const answer = await evict(scene, 'twice');
    expect(answer.status).toBe(500);
    expect(answer.at('message')).toBe(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  });

  promises('of a pod that is not ready goes where its budget always allows that', async (scene) => {
    await running(scene, 'unready', 'False');
    await budget(scene, 'unready', 'unready', { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect((await evict(scene, 'unready')).outcome).toBe('201');
  });

  promises('is a dry run when either says so', async (scene) => {
    const { api, core } = scene;
    await running(scene, 'dry', 'True');
    expect((await evict(scene, 'dry', { dryRun: ['All'] })).outcome).toBe('201');
    const query = { dryRun: 'All' };
    expect((await api.post(core('pods', 'dry', 'eviction'), eviction('dry'), { query })).outcome).toBe('201');
    const left = await api.get(core('pods', 'dry'));
    expect(left.at('status.conditions')).toMatchObject([{ type: 'Ready' }]);
  });

  promises('keeps to the preconditions of its options', async (scene) => {
    await running(scene, 'meant', 'True');
    const answer = await evict(scene, 'meant', { preconditions: { uid: 'another' } });
    expect(answer.outcome).toBe('409 Conflict');
    expect((await scene.api.get(scene.core('pods', 'meant'))).status).toBe(200);
  });

  promises('that names another pod, or one that is not there, is refused', async (scene) => {
    const { api, core } = scene;
    await running(scene, 'named', 'True');
    const misnamed = await api.post(core('pods', 'named', 'eviction'), eviction('other'));
    expect(misnamed.outcome).toBe('400 BadRequest');
    expect(misnamed.at('message')).toBe('name in URL does not match name in Eviction object');
    const absent = await evict(scene, 'absent');
    expect([absent.outcome, absent.at('message')]).toEqual(['404 NotFound', 'pods "absent" not found']);
  });

  promises('is in discovery', async ({ api }) => {
    expect((await api.get('/api/v1')).at('resources')).toContainEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
  });
});
