import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Defined, define, definitionOf, refusedFields } from '../cluster/definition.js';
import { type Scene, suite } from '../suite.js';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { replicas: { type: 'integer' }, note: { type: 'string' } } },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: { type: 'string' }, phase: { type: 'string' } },
    },
  },
};
const SCALE = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};

let farmKind: Promise<Defined> | undefined;
const farms = (scene: Scene): Promise<Defined> => {
  farmKind ??= define(scene, 'farms', SCHEMA, { subresources: { status: {}, scale: SCALE } });
  return farmKind;
};

suite('subresources of custom kinds', ({ promises }) => {
  promises('status is not written through the object', async (scene) => {
    const kind = await farms(scene);
    const made = await scene.api.post(kind.path(), kind.object('main', { spec: {}, status: { phase: 'Sown' } }));
    expect(made.at('status')).toBeUndefined();
    const changed = await scene.api.patch('merge', kind.path('main'), { status: { phase: 'Sown' } });
    expect(changed.at('status')).toBeUndefined();
  });

  promises('the object is not written through status', async (scene) => {
    const kind = await farms(scene);
    await scene.api.post(kind.path(), kind.object('sub', { spec: { note: 'mine' } }));
    const changed = await scene.api.patch('merge', kind.path('sub', 'status'), {
      metadata: { labels: { a: 'b' } },
      spec: { note: 'yours' },
      status: { phase: 'Grown' },
    });
    expect(changed.at('status')).toEqual({ phase: 'Grown' });
    expect(changed.at('spec')).toEqual({ note: 'mine' });
    expect(changed.at('metadata.labels')).toBeUndefined();
    expect(changed.at('metadata.generation')).toBe(1);
  });

  promises('scale reads replicas and selector from where the definition says', async (scene) => {
    const kind = await farms(scene);
    await scene.api.post(kind.path(), kind.object('scaled', { spec: { replicas: 2 } }));
    await scene.api.patch('merge', kind.path('scaled', 'status'), { status: { replicas: 1, selector: 'app=farm' } });
    expect((await scene.api.get(kind.path('scaled', 'scale'))).body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'scaled' },
      spec: { replicas: 2 },
      status: { replicas: 1, selector: 'app=farm' },
    });
  });

  promises('scale writes replicas and nothing else', async (scene) => {
    const kind = await farms(scene);
    await scene.api.post(kind.path(), kind.object('grown', { spec: { replicas: 2, note: 'stays' } }));
    const scaled = await scene.api.patch('merge', kind.path('grown', 'scale'), { spec: { replicas: 5 } });
    expect(scaled.at('spec.replicas')).toBe(5);
    expect((await scene.api.get(kind.path('grown'))).at('spec')).toEqual({ replicas: 5, note: 'stays' });
  });

  promises('scale refuses a negative number', async (scene) => {
    const kind = await farms(scene);
    await scene.api.post(kind.path(), kind.object('negative', { spec: { replicas: 2 } }));
    const scaled = await scene.api.patch('merge', kind.path('negative', 'scale'), { spec: { replicas: -1 } });
    expect(scaled.outcome).toBe('422 Invalid');
    expect(scaled.causes.join()).toMatch(/^\.?spec\.replicas$/);
  });

  promises('what is not declared is not there', async (scene) => {
    const nests = await define(scene, 'nests', { type: 'object' });
    await scene.api.post(nests.path(), nests.object('one'));
    expect((await scene.api.get(nests.path('one', 'status'))).status).toBe(404);
    expect((await scene.api.get(nests.path('one', 'scale'))).status).toBe(404);
  });

  promises('paths of scale are checked with the definition', async (scene) => {
    const scale = { ...SCALE, specReplicasPath: 'spec.replicas', statusReplicasPath: '.spec.replicas' };
    const fields = await refusedFields(scene, definitionOf(scene, 'barns', SCHEMA, { subresources: { scale } }));
    expect(fields).toContain('subresources.scale.specReplicasPath');
    expect(fields).toContain('subresources.scale.statusReplicasPath');
  });
});
