import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Answer, valueAt } from '../cluster/answer.js';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

const applied = (name: string, data: JsonObject): JsonObject => configMap(name, data);

/** Who applies or updates which keys of `data`: `one Apply a,b`. */
function owners(answer: Answer): string[] {
  const entries = answer.at('metadata.managedFields');
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => {
    const data = valueAt(entry, 'fieldsV1.f:data');
    const keys = Object.keys((data ?? {}) as object).filter((key) => key !== '.');
    return `${valueAt(entry, 'manager')} ${valueAt(entry, 'operation')} ${keys.map((key) => key.slice(2)).join(',')}`;
  });
}

const conflicts = (answer: Answer): Json | undefined => answer.at('details.causes');

suite('server-side apply: who owns what', ({ promises }) => {
  promises('creates what is not there, and answers 201', async ({ api, core }) => {
    const made = await api.apply(core('configmaps', 'new'), 'one', applied('new', { a: '1' }));
    expect(made.status).toBe(201);
    expect(owners(made)).toEqual(['one Apply a']);
  });

  promises('of the same document again changes nothing', async ({ api, core }) => {
    const first = await api.apply(core('configmaps', 'again'), 'one', applied('again', { a: '1' }));
    const second = await api.apply(core('configmaps', 'again'), 'one', applied('again', { a: '1' }));
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  promises('adds to what others have, and owns what it added', async ({ api, core }) => {
    await api.apply(core('configmaps', 'added'), 'one', applied('added', { a: '1' }));
    const second = await api.apply(core('configmaps', 'added'), 'two', applied('added', { b: '1' }));
    expect(second.at('data')).toEqual({ a: '1', b: '1' });
    expect(owners(second).sort()).toEqual(['one Apply a', 'two Apply b']);
  });

  promises('removes what the manager leaves out and nobody else owns', async ({ api, core }) => {
    const path = core('configmaps', 'removed');
    await api.apply(path, 'one', applied('removed', { a: '1', b: '1' }));
    const second = await api.apply(path, 'one', applied('removed', { a: '1' }));
    expect(second.at('data')).toEqual({ a: '1' });
  });

  promises('leaves what somebody else owns too', async ({ api, core }) => {
    const path = core('configmaps', 'shared');
    await api.apply(path, 'one', applied('shared', { a: '1', b: '1' }));
    await api.apply(path, 'two', applied('shared', { b: '1' }));
    const left = await api.apply(path, 'one', applied('shared', { a: '1' }));
    expect(left.at('data')).toEqual({ a: '1', b: '1' });
    expect(owners(left).sort()).toEqual(['one Apply a', 'two Apply b']);
  });

  promises('of another value for what somebody owns is a conflict that names him', async ({ api, core }) => {
    const path = core('configmaps', 'conflict');
    await api.apply(path, 'one', applied('conflict', { a: '1' }));
    const answer = await api.apply(path, 'two', applied('conflict', { a: '2' }));
    expect(answer.outcome).toBe('409 Conflict');
    expect(answer.textAt('message')).toContain('Apply failed with 1 conflict: conflict with "one": .data.a');
    expect(conflicts(answer)).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' },
    ]);
  });

  promises('names several conflicts together', async ({ api, core }) => {
    const path = core('configmaps', 'conflicts');
    await api.apply(path, 'one', applied('conflicts', { a: '1', b: '1' }));
    await api.patch('merge', path, { data: { c: '1' } }, { fieldManager: 'editor' });
    const answer = await api.apply(path, 'two', applied('conflicts', { a: '2', b: '2', c: '2' }));
    expect(answer.textAt('message')).toContain('Apply failed with 3 conflicts:');
    expect(conflicts(answer)).toHaveLength(3);
    expect(JSON.stringify(conflicts(answer))).toContain('conflict with \\"editor\\" using v1');
  });

  promises('by force takes the fields over', async ({ api, core }) => {
    const path = core('configmaps', 'forced');
    await api.apply(path, 'one', applied('forced', { a: '1', b: '1' }));
    const answer = await api.apply(path, 'two', applied('forced', { a: '2' }), { force: 'true' });
    expect(answer.at('data')).toEqual({ a: '2', b: '1' });
    expect(owners(answer).sort()).toEqual(['one Apply b', 'two Apply a']);
  });

  promises('of the same value shares the field', async ({ api, core }) => {
    const path = core('configmaps', 'agreed');
    await api.apply(path, 'one', applied('agreed', { a: '1' }));
    const answer = await api.apply(path, 'two', applied('agreed', { a: '1' }));
    expect(answer.status).toBe(200);
    expect(owners(answer).sort()).toEqual(['one Apply a', 'two Apply a']);
  });

  promises('an update by one takes a field from all others', async ({ api, core }) => {
    const path = core('configmaps', 'taken');
    await api.apply(path, 'one', applied('taken', { a: '1' }));
    const updated = await api.patch('merge', path, { data: { a: '2' } }, { fieldManager: 'editor' });
    expect(owners(updated)).toContain('editor Update a');
    expect(owners(updated)).not.toContain('one Apply a');
    const back = await api.apply(path, 'one', applied('taken', { a: '1' }));
    expect(back.outcome).toBe('409 Conflict');
  });

  promises('an owner who applies nothing gives up everything', async ({ api, core }) => {
    const path = core('configmaps', 'gave-up');
    await api.apply(path, 'one', applied('gave-up', { a: '1' }));
    await api.apply(path, 'two', applied('gave-up', { b: '1' }));
    const answer = await api.apply(path, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gave-up' } });
    expect(answer.at('data')).toEqual({ b: '1' });
    expect(owners(answer)).toEqual(['two Apply b']);
  });

  promises('the same name for updates is another manager', async ({ api, core }) => {
    const path = core('configmaps', 'same-name');
    await api.post(core('configmaps'), applied('same-name', { a: '1' }), { query: { fieldManager: 'one' } });
    const answer = await api.apply(path, 'one', applied('same-name', { a: '2' }));
    expect(answer.outcome).toBe('409 Conflict');
    expect(answer.textAt('message')).toContain('conflict with "one" using v1');
  });

  promises('an object that was made without managers belongs to "before-first-apply"', async ({ api, core }) => {
    const path = core('configmaps', 'before');
    await api.post(core('configmaps'), applied('before', { a: '1' }));
    await api.patch('merge', path, { metadata: { managedFields: [{}] } });
    const answer = await api.apply(path, 'one', applied('before', { b: '1' }));
    expect(owners(answer).sort()).toEqual(['before-first-apply Update a', 'one Apply b']);
  });

  promises('what kubectl applied by its annotation can be taken over', async ({ api, core }) => {
    const path = core('configmaps', 'migrated');
    const last = 'kubectl.kubernetes.io/last-applied-configuration';
    const before = configMap('migrated', { a: '1', b: '1' }, {});
    const annotations = { [last]: JSON.stringify(before) };
    await api.post(core('configmaps'), configMap('migrated', { a: '1', b: '1' }, { annotations }), {
      query: { fieldManager: 'kubectl-client-side-apply' },
    });
    const answer = await api.apply(path, 'kubectl', configMap('migrated', { a: '2' }), { force: 'true' });
    expect(answer.at('data.a')).toBe('2');
  });

  promises('keeps its annotation of the last configuration for old kubectls', async ({ api, core }) => {
    const path = core('configmaps', 'annotated');
    const last = 'kubectl.kubernetes.io/last-applied-configuration';
    await api.post(core('configmaps'), configMap('annotated', { a: '1' }, { annotations: { [last]: '{}' } }), {
      query: { fieldManager: 'kubectl-client-side-apply' },
    });
    const answer = await api.apply(path, 'kubectl', configMap('annotated', { a: '2' }), { force: 'true' });
    const annotations = answer.at('metadata.annotations') as JsonObject | undefined;
    expect(String(annotations?.[last])).toContain('"a":"2"');
  });

  promises('needs the name of a manager', async ({ api, core }) => {
    const answer = await api.patch('apply', core('configmaps', 'nobody'), applied('nobody', {}));
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toEqual(['fieldManager']);
  });

  promises('force is an option of apply alone', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('not-forced'));
    const answer = await api.patch('merge', core('configmaps', 'not-forced'), { data: {} }, { force: 'true' });
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toEqual(['force']);
  });

  promises('refuses a document with managed fields', async ({ api, core }) => {
    const made = await api.apply(core('configmaps', 'managed'), 'one', applied('managed', { a: '1' }));
    const answer = await api.apply(core('configmaps', 'managed'), 'one', made.body);
    expect(answer.outcome).toBe('400 BadRequest');
    expect(answer.textAt('message')).toBe('metadata.managedFields must be nil');
  });

  promises('refuses a document of another kind or name', async ({ api, core }) => {
    const path = core('configmaps', 'other');
    expect((await api.apply(path, 'one', { ...applied('other', {}), kind: 'Secret' })).status).toBe(400);
    expect((await api.apply(path, 'one', applied('another', {}))).status).toBe(400);
    expect((await api.apply(path, 'one', { metadata: { name: 'other' } })).status).toBe(400);
  });

  promises('does not create under an expected uid', async ({ api, core }) => {
    const answer = await api.apply(core('configmaps', 'expected'), 'one', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'expected', uid: '5a1d8a0c-3c1b-4b5e-8f43-2a1a4f0d9d11' },
    });
    expect(answer.outcome).toBe('409 Conflict');
  });

  promises('takes YAML, as its content type says', async ({ api, core }) => {
    const document = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n';
    const made = await api.apply(core('configmaps', 'yaml'), 'one', document);
    expect(made.at('data')).toEqual({ a: '1' });
  });

  promises('the oldest entries of updates are joined when there are more than ten', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('crowd', { a: '1' }), { query: { fieldManager: 'maker' } });
    for (let index = 0; index < 12; index++) {
      const fieldManager = `editor-${index}`;
      await api.patch('merge', core('configmaps', 'crowd'), { data: { [`k${index}`]: '1' } }, { fieldManager });
    }
    const entries = (await api.get(core('configmaps', 'crowd'))).at('metadata.managedFields');
    expect(entries).toHaveLength(10);
    expect(JSON.stringify(entries)).toContain('"ancient-changes"');
  });
});
