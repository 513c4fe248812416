import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import type { Answer } from '../cluster/answer.js';
import { eventually } from '../cluster/eventually.js';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const ownedBy = (owner: Answer, more: JsonObject = {}): JsonObject => ({
  ownerReferences: [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: owner.textAt('metadata.name'),
      uid: owner.textAt('metadata.uid'),
      ...more,
    },
  ],
});

/** An owner and what it owns. */
async function family({ api, core }: Scene, name: string, more: JsonObject = {}): Promise<Answer> {
  const owner = await api.post(core('configmaps'), configMap(name));
  await api.post(core('configmaps'), configMap(`${name}-child`, {}, ownedBy(owner, more)));
  return owner;
}

const gone = async ({ api, core }: Scene, name: string): Promise<boolean> =>
  (
    await eventually(
      () => api.get(core('configmaps', name)),
      ({ status }) => status === 404,
    )
  ).status === 404;

suite('garbage collection', ({ promises }) => {
  promises('in the background: the owner goes at once, its dependents follow', async (scene) => {
    const { api, core } = scene;
    await family(scene, 'background');
    await api.delete(core('configmaps', 'background'), { propagationPolicy: 'Background' });
    expect((await api.get(core('configmaps', 'background'))).status).toBe(404);
    expect(await gone(scene, 'background-child')).toBe(true);
  });

  promises('in the foreground: the owner waits for dependents that block it', async (scene) => {
    const { api, core } = scene;
    const owner = await api.post(core('configmaps'), configMap('foreground'));
    const metadata = { ...ownedBy(owner, { blockOwnerDeletion: true }), finalizers: ['example.com/hold'] };
    await api.post(core('configmaps'), configMap('foreground-child', {}, metadata));
    const deleted = await api.delete(core('configmaps', 'foreground'), { propagationPolicy: 'Foreground' });
    expect(deleted.at('metadata.finalizers')).toEqual(['foregroundDeletion']);
    await eventually(
      () => api.get(core('configmaps', 'foreground-child')),
      (child) => child.at('metadata.deletionTimestamp') !== undefined,
    );
    expect((await api.get(core('configmaps', 'foreground'))).status).toBe(200);
    await api.patch('merge', core('configmaps', 'foreground-child'), { metadata: { finalizers: null } });
    expect(await gone(scene, 'foreground')).toBe(true);
  });

  promises('orphaning: the dependents stay, without their owner', async (scene) => {
    const { api, core } = scene;
    await family(scene, 'orphan');
    await api.delete(core('configmaps', 'orphan'), { propagationPolicy: 'Orphan' });
    expect(await gone(scene, 'orphan')).toBe(true);
    const child = await api.get(core('configmaps', 'orphan-child'));
    expect(child.status).toBe(200);
    expect(child.at('metadata.ownerReferences')).toBeUndefined();
  });

  promises('a dependent with another owner stays, and forgets the one that went', async (scene) => {
    const { api, core } = scene;
    const first = await api.post(core('configmaps'), configMap('first'));
    const second = await api.post(core('configmaps'), configMap('second'));
    const references = [first, second].flatMap((owner) => ownedBy(owner)['ownerReferences'] as JsonObject[]);
    await api.post(core('configmaps'), configMap('shared', {}, { ownerReferences: references }));
    await api.delete(core('configmaps', 'first'), { propagationPolicy: 'Background' });
    const child = await eventually(
      () => api.get(core('configmaps', 'shared')),
      (answer) => (answer.at('metadata.ownerReferences') as unknown[] | undefined)?.length === 1,
    );
    expect(child.at('metadata.ownerReferences')).toMatchObject([{ name: 'second' }]);
  });

  promises('a dependent of an owner that never was goes', async (scene) => {
    const { api, core } = scene;
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: '7f1d8a0c-3c1b-4b5e-8f43-2a1a4f0d9d11' },
    ];
    await api.post(core('configmaps'), configMap('foundling', {}, { ownerReferences }));
    expect(await gone(scene, 'foundling')).toBe(true);
  });

  promises('an owner of the same name and another uid is another owner', async (scene) => {
    const { api, core } = scene;
    const owner = await api.post(core('configmaps'), configMap('reborn'));
    await api.post(core('configmaps'), configMap('old-child', {}, ownedBy(owner)));
    await api.delete(core('configmaps', 'reborn'), { propagationPolicy: 'Orphan' });
    await gone(scene, 'reborn');
    await api.post(core('configmaps'), configMap('reborn'));
    const stale = {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'reborn', uid: owner.textAt('metadata.uid') }],
    };
    await api.post(core('configmaps'), configMap('stale-child', {}, stale));
    expect(await gone(scene, 'stale-child')).toBe(true);
  });
});
