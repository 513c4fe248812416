import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { builtinSchemas } from '../schemas.js';
import { applyObject } from './server-side-apply.js';
import { updateManagedFields } from './update.js';

const components = builtinSchemas();
const schemaOf = (component: string) => openSchema(components[component] ?? {}, components);
const deploymentSchema = schemaOf('io.k8s.api.apps.v1.Deployment');
const configMapSchema = schemaOf('io.k8s.api.core.v1.ConfigMap');
const T1 = '2026-01-01T00:00:00Z';
const T2 = '2026-01-02T00:00:00Z';

const configMap = (data: JsonObject, metadata: JsonObject = {}): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'b', ...metadata },
    data,
  }) as unknown as KubeObject;
const deployment = (spec: JsonObject): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', namespace: 'b' },
    spec,
  }) as unknown as KubeObject;
const containers = (...all: JsonObject[]): JsonObject => ({ template: { spec: { containers: all } } });

const apply = (
  live: KubeObject | undefined,
  applied: KubeObject,
  manager: string,
  more: { force?: boolean; time?: string } = {},
): KubeObject =>
  applyObject(
    { live, applied, force: more.force ?? false },
    { manager, schema: applied.kind === 'Deployment' ? deploymentSchema : configMapSchema, time: more.time ?? T1 },
  );
const update = (live: KubeObject | undefined, updated: KubeObject, manager: string, time = T1): KubeObject =>
  updateManagedFields(
    { live, updated },
    { manager, time, schema: updated.kind === 'Deployment' ? deploymentSchema : configMapSchema },
  );
const field = (object: KubeObject, name: string): Json | undefined => (object as unknown as JsonObject)[name];
const owners = (object: KubeObject): Record<string, Json | undefined> =>
  Object.fromEntries(
    (object.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      fieldsV1,
    ]),
  );

describe('what is applied', () => {
  it("makes an object whose fields are its manager's", () => {
    const made = apply(undefined, configMap({ k: 'v' }, { labels: { x: 'y' } }), 'me');
    expect(field(made, 'data')).toEqual({ k: 'v' });
    expect(made.metadata.managedFields).toEqual([
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'v1',
        time: T1,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:k': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } },
      },
    ]);
  });

  it('changes nothing, not even the time, when applied again', () => {
    const made = apply(undefined, configMap({ k: 'v' }), 'me');
    expect(apply(made, configMap({ k: 'v' }), 'me', { time: T2 })).toBe(made);
  });

  it("leaves others' fields alone", () => {
    const made = update(undefined, configMap({ other: '1' }), 'editor');
    const applied = apply(made, configMap({ mine: '2' }), 'me');
    expect(field(applied, 'data')).toEqual({ other: '1', mine: '2' });
    expect(owners(applied)).toEqual({
      'me Apply': { 'f:data': { 'f:mine': {} } },
      'editor Update': { 'f:data': { '.': {}, 'f:other': {} } },
    });
  });

  it('takes away what it no longer says', () => {
    const made = apply(undefined, configMap({ a: '1', b: '2' }), 'me');
    expect(field(apply(made, configMap({ a: '1' }), 'me'), 'data')).toEqual({ a: '1' });
  });

  it('takes away a whole part when it was all its own', () => {
    const made = apply(undefined, configMap({ a: '1' }, { labels: { x: 'y' } }), 'me');
    const { data: _gone, ...rest } = configMap({}) as unknown as JsonObject;
    const applied = apply(made, rest as unknown as KubeObject, 'me');
    expect(field(applied, 'data')).toBeUndefined();
    expect(applied.metadata.labels).toBeUndefined();
    expect(applied.metadata.name).toBe('a');
  });

  it('leaves what another applies too', () => {
    const both = apply(apply(undefined, configMap({ a: '1' }), 'me'), configMap({ a: '1' }), 'you');
    expect(owners(both)).toEqual({ 'me Apply': { 'f:data': { 'f:a': {} } }, 'you Apply': { 'f:data': { 'f:a': {} } } });
    expect(field(apply(both, configMap({}), 'me'), 'data')).toEqual({ a: '1' });
  });

  it('conflicts with who else manages a field, and says with whom', () => {
    const made = update(undefined, configMap({ a: '1', b: '1' }), 'kubectl-edit');
    expect(() => apply(made, configMap({ a: '2' }), 'me')).toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.a',
    );
    expect(() => apply(made, configMap({ a: '2', b: '2' }), 'me')).toThrow(
      'Apply failed with 2 conflicts: conflicts with "kubectl-edit" using v1:\n- .data.a\n- .data.b',
    );
    expect(() => apply(made, configMap({ a: '2' }), 'me')).toThrow(
      expect.objectContaining({
        code: 409,
        details: {
          causes: [
            { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using v1', field: '.data.a' },
          ],
        },
      }),
    );
  });

  it('does not conflict about what is the same', () => {
    const made = update(undefined, configMap({ a: '1' }), 'editor');
    expect(Object.keys(owners(apply(made, configMap({ a: '1' }), 'me')))).toEqual(['me Apply', 'editor Update']);
  });

  it('takes fields over when forced', () => {
    const made = update(undefined, configMap({ a: '1' }), 'editor');
    const applied = apply(made, configMap({ a: '2' }), 'me', { force: true });
    expect(field(applied, 'data')).toEqual({ a: '2' });
    expect(owners(applied)).toEqual({ 'me Apply': { 'f:data': { 'f:a': {} } }, 'editor Update': { 'f:data': {} } });
  });

  it("merges keyed lists, each element its owners' own", () => {
    const first = apply(undefined, deployment(containers({ name: 'a', image: '1' })), 'me');
    const both = apply(first, deployment(containers({ name: 'b', image: '1' })), 'you');
    expect(field(both, 'spec')).toEqual(containers({ name: 'a', image: '1' }, { name: 'b', image: '1' }));
    expect(owners(both)['me Apply']).toEqual({
      'f:spec': {
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } },
      },
    });
    expect(field(apply(both, deployment(containers()), 'me'), 'spec')).toEqual(containers({ name: 'b', image: '1' }));
  });

  it('keeps what a controller set inside an element', () => {
    const first = apply(undefined, deployment(containers({ name: 'a', image: '1' })), 'me');
    const grown = deployment(containers({ name: 'a', image: '1', resources: { limits: { cpu: '1' } } }));
    const live = update(first, { ...grown, metadata: first.metadata }, 'autoscaler');
    expect(field(apply(live, deployment(containers({ name: 'a', image: '2' })), 'me'), 'spec')).toEqual(
      containers({ name: 'a', image: '2', resources: { limits: { cpu: '1' } } }),
    );
  });

  it('fills a key that an element leaves out with its default', () => {
    const spec = containers({ name: 'a', ports: [{ containerPort: 80 }] });
    const port = { containerPort: 80, protocol: 'TCP', name: 'http' };
    const live = update(undefined, deployment(containers({ name: 'a', ports: [port] })), 'editor');
    expect(field(apply(live, deployment(spec), 'me'), 'spec')).toEqual(containers({ name: 'a', ports: [port] }));
  });

  it('takes applied elements in their order, others before the next one they share', () => {
    const live = update(
      undefined,
      deployment(containers({ name: 'a' }, { name: 'x' }, { name: 'b' }, { name: 'y' })),
      'editor',
    );
    const applied = apply(live, deployment(containers({ name: 'b' }, { name: 'n' }, { name: 'a' })), 'me');
    const spec = field(applied, 'spec') as { template: { spec: { containers: { name: string }[] } } };
    expect(spec.template.spec.containers.map(({ name }) => name)).toEqual(['x', 'b', 'y', 'n', 'a']);
  });

  it('is refused with an element twice, or with managed fields', () => {
    expect(() => apply(undefined, deployment(containers({ name: 'a' }, { name: 'a' })), 'me')).toThrow(
      'duplicate entries for key [name="a"]',
    );
    const own = configMap({}, { managedFields: [{ manager: 'x', operation: 'Apply' }] });
    expect(() => apply(undefined, own, 'me')).toThrow('must be nil');
  });

  it('finds an object nobody managed in the hands of who was there before', () => {
    const applied = apply(configMap({ a: '1', b: '2' }), configMap({ a: '1' }), 'me');
    expect(owners(applied)).toEqual({
      'me Apply': { 'f:data': { 'f:a': {} } },
      'before-first-apply Update': { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
    });
  });

  it('says nothing with null', () => {
    const applied = apply(undefined, configMap({ a: '1' }, { creationTimestamp: null }), 'me');
    expect(owners(applied)).toEqual({ 'me Apply': { 'f:data': { 'f:a': {} } } });
  });

  it('manages nothing that the request cannot write', () => {
    const config = { ...deployment({ replicas: 1 }), status: { replicas: 7 } } as KubeObject;
    const applied = applyObject(
      { applied: config, force: false },
      { manager: 'me', schema: deploymentSchema, time: T1, ignored: [['status']] },
    );
    expect(owners(applied)).toEqual({ 'me Apply': { 'f:spec': { 'f:replicas': {} } } });
  });

  it('names the subresource it came through', () => {
    const config = { ...deployment({}), status: { replicas: 1 } } as KubeObject;
    const applied = applyObject(
      { applied: config, force: false },
      { manager: 'me', schema: deploymentSchema, time: T1, subresource: 'status', ignored: [['spec']] },
    );
    expect(applied.metadata.managedFields?.[0]).toMatchObject({
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    });
  });
});

describe('kubectl', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const clientApplied = (data: JsonObject): KubeObject => {
    const text = JSON.stringify({ ...configMap(data), metadata: { name: 'a', namespace: 'b', annotations: {} } });
    return configMap(data, { annotations: { [annotation]: text } });
  };

  it('takes over without conflict what it applied on the client, and keeps the annotation up to date', () => {
    const live = update(undefined, clientApplied({ a: '1' }), 'kubectl-client-side-apply');
    const applied = apply(live, configMap({ a: '2' }), 'kubectl');
    expect(field(applied, 'data')).toEqual({ a: '2' });
    expect(applied.metadata.annotations?.[annotation]).toBe(
      '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"a","namespace":"b"}}\n',
    );
  });

  it('does not take over what somebody changed since, and nobody else takes over anything', () => {
    const live = update(undefined, clientApplied({ a: '1', b: '1' }), 'kubectl-client-side-apply');
    const changed = configMap({ a: '1', b: '9' }, { ...live.metadata } as unknown as JsonObject);
    const edited = update(live, changed, 'editor');
    expect(() => apply(edited, configMap({ a: '2', b: '2' }), 'kubectl')).toThrow(
      'Apply failed with 1 conflict: conflict with "editor" using v1: .data.b',
    );
    expect(() => apply(live, configMap({ a: '2' }), 'flux')).toThrow('Apply failed with 1 conflict');
  });
});

describe('an update', () => {
  it('manages what it adds and changes, and nobody manages what it removes', () => {
    const made = update(undefined, configMap({ a: '1', b: '1' }), 'one');
    const changed = update(made, { ...configMap({ a: '2', c: '1' }), metadata: made.metadata }, 'two', T2);
    expect(owners(changed)).toEqual({
      'one Update': { 'f:data': {} },
      'two Update': { 'f:data': { 'f:a': {}, 'f:c': {} } },
    });
  });

  it('keeps the times of managers that got nothing new', () => {
    const made = update(undefined, configMap({ a: '1' }), 'one', T1);
    const again = update(made, { ...configMap({ a: '1' }), metadata: made.metadata }, 'one', T2);
    expect(again).toEqual(made);
  });

  it('leaves an object unmanaged that was', () => {
    const changed = update(configMap({ a: '1' }), configMap({ a: '2' }), 'one');
    expect(changed.metadata.managedFields).toBeUndefined();
  });

  it('clears the managers when asked to', () => {
    const made = update(undefined, configMap({ a: '1' }), 'one');
    const cleared = update(made, configMap({ a: '1' }, { managedFields: [{}] }), 'one');
    expect(cleared.metadata.managedFields).toBeUndefined();
  });

  it('keeps its managers when the sender names none that can be read, and clears them for an empty list', () => {
    const made = update(undefined, configMap({ a: '1' }), 'one');
    const broken = [{ manager: 'x', operation: 'Update' as const, apiVersion: 'v1', fieldsV1: { 'no element': {} } }];
    const kept = update(made, configMap({ a: '1' }, { managedFields: broken as unknown as Json }), 'one');
    expect(owners(kept)).toEqual(owners(made));
    expect(update(made, configMap({ a: '1' }, { managedFields: [] }), 'one').metadata.managedFields).toBeUndefined();
  });

  it('takes the managers that the sender names', () => {
    const made = update(undefined, configMap({ a: '1' }), 'kubectl-client-side-apply');
    const moved = (made.metadata.managedFields ?? []).map((entry) => ({
      ...entry,
      manager: 'kubectl',
      operation: 'Apply',
    }));
    const migrated = update(made, configMap({ a: '1' }, { managedFields: moved as unknown as Json }), 'x');
    expect(Object.keys(owners(migrated))).toEqual(['kubectl Apply']);
  });

  it('tells when a manager last changed a field, not only when it first did', () => {
    const made = update(undefined, configMap({ a: '1' }), 'one', T1);
    const changed = update(made, { ...configMap({ a: '2' }), metadata: made.metadata }, 'one', T2);
    expect(changed.metadata.managedFields?.map(({ time }) => time)).toEqual([T2]);
  });

  it('owns of a new object what Go would not encode anyway', () => {
    const made = update(undefined, deployment(containers({ name: 'a', image: '1' })), 'one');
    expect(owners(made)['one Update']).toEqual({
      'f:spec': {
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } },
      },
    });
  });

  it('keeps at most ten updaters', () => {
    let object = update(undefined, configMap({ base: '0' }), 'm0', T1);
    for (let index = 1; index < 30; index += 1) {
      const next = configMap({ ...(field(object, 'data') as JsonObject), [`k${index}`]: 'v' });
      object = update(
        object,
        { ...next, metadata: object.metadata },
        `m${index}`,
        `2026-01-02T00:00:${String(index).padStart(2, '0')}Z`,
      );
    }
    const managers = object.metadata.managedFields ?? [];
    expect(managers).toHaveLength(10);
    expect(managers[0]?.manager).toBe('ancient-changes');
  });
});

describe('the laws of apply', () => {
  const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'), { minKeys: 1 });
  const step = fc.record({
    manager: fc.constantFrom('x', 'y'),
    data,
    how: fc.constantFrom('apply' as const, 'update' as const),
  });
  const run = (
    steps: readonly { manager: string; data: Record<string, string>; how: 'apply' | 'update' }[],
  ): KubeObject =>
    steps.reduce<KubeObject>(
      (live, { manager, data: wanted, how }) =>
        how === 'apply'
          ? apply(live, configMap(wanted), manager, { force: true })
          : update(live, { ...configMap(wanted), metadata: live.metadata }, manager),
      update(undefined, configMap({}), 'maker'),
    );

  it('applying twice is applying once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), data, (history, wanted) => {
        const once = apply(run(history), configMap(wanted), 'x', { force: true });
        expect(apply(once, configMap(wanted), 'x', { time: T2 })).toBe(once);
      }),
    );
  });

  it('what is applied by force is there', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), data, (history, wanted) => {
        expect(field(apply(run(history), configMap(wanted), 'x', { force: true }), 'data') ?? {}).toMatchObject(wanted);
      }),
    );
  });

  it('nobody manages a field that is not there', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (history) => {
        const object = run(history);
        const there = Object.keys((field(object, 'data') ?? {}) as JsonObject);
        for (const fields of Object.values(owners(object))) {
          const data = ((fields as JsonObject)['f:data'] ?? {}) as JsonObject;
          for (const key of Object.keys(data)) if (key !== '.') expect(there).toContain(key.slice(2));
        }
      }),
    );
  });
});
