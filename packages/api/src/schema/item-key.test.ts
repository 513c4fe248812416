import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { ItemsByKey, keysOf } from './item-key.js';
import { openSchema } from './open-schema.js';
import { ruleCauses } from './rules.js';
import type { Schema } from './schema.js';

/** The ports of a service, which are known by number and protocol. */
const portList: Schema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['port'],
    properties: {
      port: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 0' }] },
      protocol: { type: 'string', default: 'TCP' },
    },
  },
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['port', 'protocol'],
};
const schema = openSchema({ type: 'object', properties: { spec: portList } });
const ports = { mapKeys: ['port', 'protocol'], items: schema.root.child('spec')?.items ?? null };

describe('the keys of an item', () => {
  it.each<[string, JsonObject, [string, Json][]]>([
    [
      'are its own',
      { port: 53, protocol: 'UDP', name: 'dns' },
      [
        ['port', 53],
        ['protocol', 'UDP'],
      ],
    ],
    [
      'have their default when left out',
      { port: 53 },
      [
        ['port', 53],
        ['protocol', 'TCP'],
      ],
    ],
    [
      'have their default for null',
      { port: 53, protocol: null },
      [
        ['port', 53],
        ['protocol', 'TCP'],
      ],
    ],
    ['are missing without one', { protocol: 'UDP' }, [['protocol', 'UDP']]],
  ])('%s', (_name, item, keys) => {
    expect(keysOf(item, ports)).toEqual(keys);
  });

  it('are not what every object of the language has', () => {
    expect(keysOf({}, { ...ports, mapKeys: ['constructor'] })).toEqual([]);
  });
});

describe('an item of a keyed list', () => {
  it.each<[string, Json, Json[], Json | undefined]>([
    ['is found by its keys', { port: 2 }, [{ port: 1 }, { port: 2, name: 'b' }], { port: 2, name: 'b' }],
    ['is found by a default', { port: 1 }, [{ port: 1, protocol: 'TCP' }], { port: 1, protocol: 'TCP' }],
    [
      'is the first of several',
      { port: 1 },
      [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
      { port: 1, name: 'a' },
    ],
    ['has all keys', { port: 1, protocol: 'UDP' }, [{ port: 1 }], undefined],
    ['is not found without a key', { name: 'a' }, [{ name: 'a' }], undefined],
    ['is an object', 1, [1], undefined],
  ])('%s', (_name, item, before, expected) => {
    expect(new ItemsByKey(before, ports).sameAs(item)).toEqual(expected);
  });
});

describe('an update of a keyed list', () => {
  /** How often the keys of the items are read when `look` compares a list of so many with itself. */
  function reads(count: number, look: (object: KubeObject, old: KubeObject) => void): number {
    let times = 0;
    const counted = (port: number): Json =>
      Object.defineProperty({ protocol: 'TCP', size: 1 }, 'port', {
        enumerable: true,
        get: () => {
          times += 1;
          return port;
        },
      });
    const service = (): KubeObject => {
      const spec = Array.from({ length: count }, (_, index) => counted(index + 1));
      return { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec } as KubeObject;
    };
    look(service(), service());
    return times;
  }

  it.each<[string, (object: KubeObject, old: KubeObject) => void]>([
    ['is validated', (object, old) => schema.validate(object, old)],
    ['is held against the rules', (object, old) => ruleCauses(schema, { object, old })],
  ])('%s with work that grows with its length alone', (_name, look) => {
    expect(reads(200, look)).toBeLessThanOrEqual(2 * reads(100, look));
    expect(reads(100, look)).toBeGreaterThan(0);
  });
});
