import { describe, expect, it } from 'vitest';
import type { JsonObject, ManagedFieldsEntry } from '../object.js';
import { decodeManagers, encodeManagers, identity, managedFieldsFault } from './managers.js';

const entry = (more: Partial<Record<keyof ManagedFieldsEntry, unknown>> = {}): ManagedFieldsEntry => {
  const entry = {
    manager: 'm',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:a': {} },
  };
  const fields = Object.entries({ ...entry, ...more }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as unknown as ManagedFieldsEntry;
};
const rewritten = (...entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] => encodeManagers(decodeManagers(entries));

describe('managed fields', () => {
  it.each<[string, ManagedFieldsEntry[]]>([
    ['no entries', []],
    [
      'members of sets and places in lists, below which there are fields',
      [
        entry({
          fieldsV1: { 'v:3': { 'f:a': {} }, 'v:3.5': { 'f:b': {} }, 'v:false': { 'f:c': {} } } as JsonObject,
          time: '2026-01-01T00:00:00Z',
        }),
        entry({ apiVersion: 'v1beta1', fieldsV1: { 'i:5': { 'f:a': {} } }, time: '2026-01-02T00:00:00Z' }),
      ],
    ],
    [
      'fields of an item that is not owned itself',
      [
        entry({
          operation: 'Apply',
          fieldsV1: { 'f:spec': { 'f:disks': { 'k:{"name":"root"}': { 'f:name': {}, 'f:size': {} } } } },
        }),
      ],
    ],
    [
      'an item with fields and places below it',
      [
        entry({
          fieldsV1: {
            'f:metadata': { 'f:labels': { 'f:app': {} }, 'f:name': {} },
            'f:spec': {
              'f:disks': { 'k:{"name":"root"}': { '.': {}, 'f:name': {}, 'f:parts': { 'i:0': { 'f:size': {} } } } },
            },
          },
        }),
      ],
    ],
    [
      'fields at every depth',
      [entry({ fieldsV1: { 'f:kind': {}, 'f:metadata': { 'f:name': {}, 'f:parameters': { 'f:url': {} } } } })],
    ],
    [
      'places in lists',
      [
        entry({
          fieldsV1: { 'f:names': { 'f:short': { 'i:0': {} } }, 'f:versions': { 'k:{"name":"v1"}': { 'f:name': {} } } },
        }),
      ],
    ],
    ['a subresource', [entry({ subresource: 'scale' })]],
    ['a manager without a name', [entry({ manager: undefined })]],
  ])('are written as they are read: %s', (_what, entries) => {
    expect(rewritten(...entries)).toEqual(entries);
    expect(JSON.stringify(rewritten(...entries).map(({ fieldsV1 }) => fieldsV1))).toBe(
      JSON.stringify(entries.map(({ fieldsV1 }) => fieldsV1)),
    );
  });

  it.each<[string, ManagedFieldsEntry, string]>([
    ['an operation', entry({ operation: undefined }), 'operation must be `Apply` or `Update`'],
    ['an operation that there is', entry({ operation: 'Sync' }), 'operation must be `Apply` or `Update`'],
    ['a version', entry({ apiVersion: undefined }), 'apiVersion must not be empty'],
    ['a type of fields', entry({ fieldsType: undefined }), 'missing fieldsType in managed fields entry 1'],
    [
      'a type of fields that there is',
      entry({ fieldsType: 'FieldsV2' }),
      'invalid fieldsType "FieldsV2" in managed fields entry 1',
    ],
    ['fields that are some', entry({ fieldsV1: { spec: {} } }), '"spec" is no path element of managed fields'],
    ['fields that are objects', entry({ fieldsV1: { 'f:spec': 1 } }), '"f:spec" is no path element of managed fields'],
  ])('cannot be read without %s', (_what, broken, message) => {
    expect(managedFieldsFault([entry(), broken])).toBe(message);
    expect(managedFieldsFault([entry()])).toBeUndefined();
    expect(() => decodeManagers([entry(), broken])).toThrow(expect.objectContaining({ code: 400, message }));
  });

  it.each<[string, ManagedFieldsEntry]>([
    ['has fields', entry({ fieldsV1: undefined })],
    ['has an empty object of fields', entry({ fieldsV1: {} })],
    ['has only fields of kinds that are not known', entry({ fieldsV1: { 'r:x': {} } })],
  ])('name no manager that %s', (_what, empty) => {
    expect(rewritten(entry({ manager: 'other' }), empty)).toEqual([entry({ manager: 'other' })]);
  });

  it('name a manager once: of two entries for one the later counts', () => {
    expect(rewritten(entry(), entry({ fieldsV1: { 'f:b': {} } }))).toEqual([entry({ fieldsV1: { 'f:b': {} } })]);
  });
});

describe('the identity of a manager', () => {
  const of = (more: Parameters<typeof entry>[0]): string => {
    const [id = ''] = decodeManagers([entry(more)]).keys();
    return id;
  };

  it.each<[string, Parameters<typeof entry>[0], Parameters<typeof entry>[0], boolean]>([
    ['its fields', {}, { fieldsV1: { 'f:b': {} } }, true],
    ['its time', { time: '2026-01-01T00:00:00Z' }, { time: '2026-01-02T00:00:00Z' }, true],
    ['the version that it applies in', { operation: 'Apply' }, { operation: 'Apply', apiVersion: 'v2' }, true],
    ['the version that it updates in', {}, { apiVersion: 'v2' }, false],
    ['the operation', {}, { operation: 'Apply' }, false],
    ['the subresource', { operation: 'Apply' }, { operation: 'Apply', subresource: 'scale' }, false],
    ['the name', {}, { manager: 'n' }, false],
  ])('and %s: is the same %s', (_what, one, other, same) => {
    expect(of(one) === of(other)).toBe(same);
  });

  it('does not depend on how it is asked for', () => {
    const [manager] = decodeManagers([entry({ subresource: 'scale' })]).values();
    expect(manager && identity(manager)).toBe(of({ subresource: 'scale' }));
  });
});

describe('the order of managers', () => {
  const update = (manager: string, year: number): ManagedFieldsEntry =>
    entry({ manager, time: `${year}-01-01T01:00:00Z` });
  const apply = (manager: string, year?: number): ManagedFieldsEntry =>
    entry({ manager, operation: 'Apply', time: year === undefined ? undefined : `${year}-01-01T01:00:00Z` });

  it.each<[string, ManagedFieldsEntry[]]>([
    ['who applies comes first', [apply('a'), update('a', 2001)]],
    ['who updates without a time comes before others', [entry({ manager: 'b' }), update('a', 2001)]],
    ['who applies without a time comes before others, by name', [apply('a'), apply('b'), apply('c', 2001)]],
    ['the oldest update comes first', [apply('a'), apply('b'), update('d', 2001), update('c', 2002)]],
    ['updates of the same time come by name', [apply('a'), apply('b'), update('c', 2001), update('d', 2001)]],
    [
      'all of this at once',
      [
        ...['a', 'b', 'g', 'h', 'i'].map((name) => apply(name)),
        ...[update('c', 2001), update('d', 2002), update('f', 2002), update('e', 2003)],
      ],
    ],
    ['updates of one manager come by version', [entry({ apiVersion: 'v1' }), entry({ apiVersion: 'v2' })]],
    [
      'subresources come by name, after the object itself',
      [
        apply('a'),
        entry({ manager: 'a', operation: 'Apply', subresource: 'scale' }),
        entry({ manager: 'a', operation: 'Apply', subresource: 'status' }),
      ],
    ],
  ])('is by operation, time, name, version and subresource: %s', (_what, ordered) => {
    expect(rewritten(...ordered)).toEqual(ordered);
    expect(rewritten(...ordered.toReversed())).toEqual(ordered);
  });
});
