import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { suite } from '../suite.js';

const revision = (name: string, fields: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name },
  ...fields,
});

suite('a controller revision', ({ promises }) => {
  promises('has data, and a number that is not negative', async ({ api, group }) => {
    const path = group('apps/v1', 'controllerrevisions');
    const refused = await api.post(path, revision('none', { revision: -1 }));
    expect(refused.outcome).toBe('422 Invalid');
    expect(refused.textAt('message')).toBe(
      'ControllerRevision.apps "none" is invalid: [revision: Invalid value: -1: must be greater than or equal to 0, data: Required value: data is mandatory]',
    );
    const first = await api.post(path, revision('first', { data: {} }));
    expect(first.at('revision')).toBe(0);
  });

  promises('may get another number, but no other data', async ({ api, group }) => {
    const path = group('apps/v1', 'controllerrevisions');
    await api.post(path, revision('one', { revision: 1, data: { a: 1 } }));
    const change = (fields: JsonObject) => api.patch('merge', `${path}/one`, fields);
    expect((await change({ revision: 2 })).at('revision')).toBe(2);
    const told: [Json, string][] = [
      [{ a: null }, '[]uint8{0x7b, 0x7d}'],
      [null, '[]uint8(nil)'],
    ];
    for (const [data, bytes] of told) {
      const changed = await change({ data });
      expect(changed.outcome).toBe('422 Invalid');
      expect(changed.textAt('message')).toBe(
        `ControllerRevision.apps "one" is invalid: data: Invalid value: runtime.RawExtension{Raw:${bytes}, Object:runtime.Object(nil)}: field is immutable`,
      );
    }
  });
});
