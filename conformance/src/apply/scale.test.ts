import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { type Defined, define } from '../cluster/definition.js';
import { type Scene, suite } from '../suite.js';

const SPEC: JsonObject = {
  type: 'object',
  properties: { count: { type: 'integer' }, size: { type: 'integer' } },
};
const SCHEMA: JsonObject = { type: 'object', properties: { spec: SPEC } };

/** A kind of two versions, of which only the first can be scaled. */
let herds: Promise<Defined> | undefined;
const herdKind = (scene: Scene): Promise<Defined> => {
  const version = (name: string, more: JsonObject): JsonObject => ({
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: SCHEMA },
    ...more,
  });
  const scale = { specReplicasPath: '.spec.count', statusReplicasPath: '.status.count' };
  herds ??= define(
    scene,
    'herds',
    SCHEMA,
    {},
    { versions: [version('v1', { subresources: { scale } }), version('v2', {})] },
  );
  return herds;
};

const scaleOf = (name: string, replicas: number): JsonObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name },
  spec: { replicas },
});

/** Who has which fields of `spec`, each as `one Update v1/scale: count size`. */
function owners(entries: Json | undefined): string[] {
  return (Array.isArray(entries) ? entries : []).map((entry) => {
    const [, version] = String(valueAt(entry, 'apiVersion')).split('/');
    const subresource = valueAt(entry, 'subresource');
    const fields = Object.keys((valueAt(entry, 'fieldsV1.f:spec') ?? {}) as object).filter((field) => field !== '.');
    const where = subresource === undefined ? version : `${version}/${String(subresource)}`;
    return `${String(valueAt(entry, 'manager'))} ${String(valueAt(entry, 'operation'))} ${where}: ${fields.map((field) => field.slice(2)).join(' ')}`;
  });
}

suite('server-side apply: the number of replicas', ({ promises }) => {
  promises('is taken from its applier by who scales to another', async (scene) => {
    const kind = await herdKind(scene);
    await scene.api.apply(kind.path('taken'), 'one', kind.object('taken', { spec: { count: 1, size: 2 } }));
    const scaled = await scene.api.patch(
      'merge',
      kind.path('taken', 'scale'),
      { spec: { replicas: 3 } },
      { fieldManager: 'two' },
    );
    expect(scaled.at('spec.replicas')).toBe(3);
    const object = await scene.api.get(kind.path('taken'));
    expect(owners(object.at('metadata.managedFields'))).toEqual(['one Apply v1: size', 'two Update v1/scale: count']);
  });

  promises('is shared by who applies the same through its scale', async (scene) => {
    const kind = await herdKind(scene);
    await scene.api.apply(kind.path('shared'), 'one', kind.object('shared', { spec: { count: 1 } }));
    const applied = await scene.api.apply(kind.path('shared', 'scale'), 'two', scaleOf('shared', 1));
    expect(applied.status).toBe(200);
    const object = await scene.api.get(kind.path('shared'));
    expect(owners(object.at('metadata.managedFields')).sort()).toEqual([
      'one Apply v1: count',
      'two Apply v1/scale: count',
    ]);
    const other = await scene.api.apply(kind.path('shared', 'scale'), 'three', scaleOf('shared', 2));
    expect(other.outcome).toBe('409 Conflict');
    expect(other.textAt('message')).toContain('.spec.replicas');
  });

  promises('is told apart for an updater who keeps it when the scale is written', async (scene) => {
    const kind = await herdKind(scene);
    await scene.api.post(kind.path(), kind.object('apart', { spec: { count: 1, size: 2 } }), {
      query: { fieldManager: 'one' },
    });
    const same = { spec: { replicas: 1 } };
    const written = await scene.api.patch('merge', kind.path('apart', 'scale'), same, { fieldManager: 'two' });
    expect(written.status).toBe(200);
    const object = await scene.api.get(kind.path('apart'));
    expect(owners(object.at('metadata.managedFields'))).toEqual(['one Update v1: count', 'one Update v1: size']);
  });

  promises('is nothing that a Scale tells when it is zero, and a conflict to apply', async (scene) => {
    const kind = await herdKind(scene);
    await scene.api.apply(kind.path('zero'), 'one', kind.object('zero', { spec: { count: 0 } }));
    const scale = await scene.api.get(kind.path('zero', 'scale'));
    expect(scale.at('spec')).toEqual({});
    expect(scale.at('status.replicas')).toBe(0);
    const applied = await scene.api.apply(kind.path('zero', 'scale'), 'two', scaleOf('zero', 0));
    expect(applied.outcome).toBe('409 Conflict');
    const patched = await scene.api.patch(
      'merge',
      kind.path('zero', 'scale'),
      { spec: { replicas: 0 } },
      { fieldManager: 'two' },
    );
    expect(patched.status).toBe(200);
    const object = await scene.api.get(kind.path('zero'));
    expect(owners(object.at('metadata.managedFields'))).toEqual(['one Apply v1: count']);
  });

  promises('leaves who knows the object in a version that cannot be scaled', async (scene) => {
    const kind = await herdKind(scene);
    await scene.api.apply(kind.path('versions'), 'one', kind.object('versions', { spec: { count: 1 } }));
    const inSecond = scene.group(`${kind.group}/v2`, 'herds', 'versions');
    const second = { ...kind.object('versions', { spec: { size: 2 } }), apiVersion: `${kind.group}/v2` };
    await scene.api.apply(inSecond, 'other', second);
    await scene.api.patch('merge', kind.path('versions', 'scale'), { spec: { replicas: 3 } }, { fieldManager: 'two' });
    const object = await scene.api.get(kind.path('versions'));
    expect(owners(object.at('metadata.managedFields')).sort()).toEqual([
      'other Apply v2: size',
      'two Update v1/scale: count',
    ]);
  });
});
