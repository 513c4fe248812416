import { describe, expect, it } from 'vitest';
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../object.js';
import { schemaOf, text } from '../testing/machine-schema.js';
import { applyObject } from './server-side-apply.js';
import { updateManagedFields } from './update.js';

const schema = schemaOf({ a: text, b: text });
const hour = (value: number): string => `2026-01-01T0${value}:00:00Z`;
const machine = (spec: JsonObject | undefined, metadata: JsonObject = {}): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Machine',
    metadata: { name: 'one', ...metadata },
    ...(spec ? { spec } : {}),
  }) as unknown as KubeObject;

type Verb = (manager: string, at: number, live: KubeObject | undefined, spec: JsonObject) => KubeObject;
const updates: Verb = (manager, at, live, spec) =>
  updateManagedFields({ live, updated: machine(spec) }, { manager, schema, time: hour(at) });
const applies: Verb = (manager, at, live, spec) =>
  applyObject({ live, applied: machine(spec), force: true }, { manager, schema, time: hour(at) });
const times = ({ metadata }: KubeObject): Record<string, string | undefined> =>
  Object.fromEntries((metadata.managedFields ?? []).map(({ manager, time }) => [manager, time]));

describe.each<[string, Verb]>([
  ['updates', updates],
  ['applies', applies],
])('the time of a manager that %s', (_verb, write) => {
  it('is that of its last change', () => {
    const made = write('one', 1, undefined, { a: 'x' });
    expect(times(write('one', 2, made, { a: 'y' }))).toEqual({ one: hour(2) });
  });

  it('stays when nothing changes', () => {
    const made = write('one', 1, undefined, { a: 'x' });
    const again = write('one', 2, made, { a: 'x' });
    expect(again).toEqual(made);
    expect(times(again)).toEqual({ one: hour(1) });
  });

  it('stays when another adds or takes over a field', () => {
    const made = write('one', 1, undefined, { a: 'x', b: 'x' });
    expect(times(write('two', 2, made, { a: 'x', b: 'y' }))).toEqual({ one: hour(1), two: hour(2) });
  });

  it('stays when another changes what is its own', () => {
    const made = write('one', 1, undefined, { a: 'x' });
    const both = write('two', 2, made, { a: 'x', b: 'x' });
    const changed = write('two', 3, both, { a: 'x', b: 'y' });
    expect(times(changed)).toEqual({ one: hour(1), two: hour(3) });
  });
});

describe('an object that is written again as it is', () => {
  it('has another applier more, and is the same for everybody else', () => {
    const made = applies('one', 1, undefined, { a: 'x' });
    const shared = applies('two', 2, made, { a: 'x' });
    // Who changes nothing is told without a time, and so before all others.
    expect(Object.entries(times(shared))).toEqual([
      ['two', undefined],
      ['one', hour(1)],
    ]);
    expect(updates('three', 3, shared, { a: 'x' })).toEqual(shared);
    expect(applies('one', 4, shared, { a: 'x' })).toBe(shared);
  });

  it('is the same beside what another applied', () => {
    const made = applies('zoe', 1, undefined, { a: 'x' });
    const both = applies('ann', 2, made, { b: 'y' });
    expect(applies('zoe', 3, both, { a: 'x' })).toBe(both);
  });

  it('is not changed, whoever writes', () => {
    const made = Object.freeze(applies('one', 1, undefined, { a: 'x' }));
    for (const entry of made.metadata.managedFields ?? []) Object.freeze(entry.fieldsV1);
    Object.freeze(made.metadata);
    const before = structuredClone(made);
    updates('two', 2, made, { b: 'y' });
    applies('two', 2, made, { a: 'z', b: 'y' });
    expect(made).toEqual(before);
  });
});

describe('nobody manages', () => {
  it('what the server alone decides', () => {
    const decided = {
      namespace: 'x',
      uid: 'u',
      generation: 1,
      resourceVersion: '1',
      selfLink: '/x',
      creationTimestamp: hour(1),
      managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1' }],
    };
    const made = updateManagedFields(
      { updated: machine(undefined, decided) },
      { manager: 'one', schema, time: hour(1) },
    );
    expect(made.metadata.managedFields).toBeUndefined();
    const { managedFields: _broken, ...applied } = decided;
    const empty = applyObject(
      { applied: machine(undefined, applied), force: false },
      { manager: 'one', schema, time: hour(1) },
    );
    expect(empty.metadata.managedFields).toBeUndefined();
  });

  it('a field that only the server decides, while labels beside it are managed', () => {
    const made = applyObject(
      { applied: machine(undefined, { labels: { a: 'b' }, creationTimestamp: null }), force: false },
      { manager: 'one', schema, time: hour(1) },
    );
    expect(made.metadata.managedFields?.map(({ fieldsV1 }) => fieldsV1)).toEqual([
      { 'f:metadata': { 'f:labels': { 'f:a': {} } } },
    ]);
  });
});

describe('managers that the sender names', () => {
  const named: ManagedFieldsEntry[] = [
    {
      manager: 'other',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:a': {} } },
    },
  ];
  const sent = (managedFields: ManagedFieldsEntry[], subresource?: string): string[] => {
    const made = updates('one', 1, undefined, { a: 'x' });
    const updated = machine({ a: 'x', b: 'y' }, { managedFields: managedFields as unknown as JsonObject[] });
    const write = { manager: 'two', schema, time: hour(2), ...(subresource === undefined ? {} : { subresource }) };
    const { managedFields: entries = [] } = updateManagedFields({ live: made, updated }, write).metadata;
    return entries.map(({ manager, operation }) => `${manager} ${operation}`);
  };

  it('count, and none clear all', () => {
    expect(sent(named)).toEqual(['other Apply', 'two Update']);
    expect(sent([])).toEqual([]);
    expect(sent([{}])).toEqual([]);
  });

  it('do not count through a subresource, which clears none either', () => {
    for (const managedFields of [named, [], [{}]])
      expect(sent(managedFields, 'status')).toEqual(['one Update', 'two Update']);
  });
});
