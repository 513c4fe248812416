import { describe, expect, it } from 'vitest';
import type { JsonObject, ManagedFieldsEntry } from '../object.js';
import { type ReplicasPath, scaledManagers, scaleManagers } from './scale.js';

const replicas = (apiVersion: string) => (apiVersion === 'apps/v1' ? ['spec', 'replicas'] : undefined);
const entry = (manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } },
  ...more,
});
const scaler = (manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry =>
  entry(manager, { apiVersion: 'autoscaling/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } }, ...more });

const REPLICAS = { 'f:spec': { 'f:replicas': {} } };
const PAUSED = { 'f:spec': { 'f:paused': {} } };

describe('the managers of a Scale', () => {
  it.each<[string, ManagedFieldsEntry[], ManagedFieldsEntry[]]>([
    [
      'are those of the replicas',
      [entry('idle', { fieldsV1: PAUSED }), entry('a', { fieldsV1: REPLICAS, time: '2026-01-01T00:00:00Z' })],
      [scaler('a', { time: '2026-01-01T00:00:00Z' })],
    ],
    [
      'are all of them, also who wrote the Scale',
      [entry('a'), entry('b', { operation: 'Apply' }), entry('c', { subresource: 'scale' })],
      [scaler('b', { operation: 'Apply' }), scaler('a'), scaler('c', { subresource: 'scale' })],
    ],
    [
      'are none that know the object in a version that is gone',
      [entry('old', { apiVersion: 'extensions/v1beta1' })],
      [],
    ],
  ])('%s', (_promise, parent, expected) => {
    expect(scaleManagers(parent, replicas)).toEqual(expected);
  });
});

describe('the managers of an object whose Scale was written', () => {
  const operations = ['Apply', 'Update'] as const;
  const cases = operations.flatMap((first) => operations.map((second) => [first, second] as const));
  const inOrder = (entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] =>
    entries.sort((a, b) => (`${a.operation}${a.manager}` < `${b.operation}${b.manager}` ? -1 : 1));

  it.each(cases)('lose the replicas to another: %s, then %s of the Scale', (first, second) => {
    const written = scaledManagers(
      [entry('maker', { operation: first })],
      [scaler('hpa', { operation: second, subresource: 'scale' })],
      'apps/v1',
      replicas,
    );
    expect(written).toEqual(
      inOrder([
        entry('maker', { operation: first, fieldsV1: PAUSED }),
        entry('hpa', { operation: second, subresource: 'scale', fieldsV1: REPLICAS }),
      ]),
    );
  });

  it.each(cases)('are two of one name: %s, then %s of the Scale', (first, second) => {
    const parent = entry('one', { operation: first, fieldsV1: PAUSED });
    const scale = entry('one', { operation: second, subresource: 'scale', fieldsV1: REPLICAS });
    const written = scaledManagers(
      [entry('one', { operation: first })],
      [scaler('one', { operation: second, subresource: 'scale' })],
      'apps/v1',
      replicas,
    );
    expect(written).toHaveLength(2);
    expect(written).toEqual(expect.arrayContaining([parent, scale]));
  });

  it.each<[string, ManagedFieldsEntry[], ManagedFieldsEntry[], ManagedFieldsEntry[]]>([
    [
      'stay as they are when the writer has no replicas',
      [entry('a', { fieldsV1: PAUSED })],
      [scaler('hpa', { subresource: 'scale', fieldsV1: { 'f:status': { 'f:replicas': {} } } })],
      [entry('a', { fieldsV1: PAUSED })],
    ],
    [
      'are not who had the replicas alone',
      [entry('a', { fieldsV1: REPLICAS })],
      [scaler('hpa', { subresource: 'scale' })],
      [entry('hpa', { subresource: 'scale', fieldsV1: REPLICAS })],
    ],
    [
      'keep the replicas when they still have them in the Scale',
      [entry('a', { operation: 'Apply' })],
      [scaler('a', { operation: 'Apply' }), scaler('a', { operation: 'Apply', subresource: 'scale' })],
      [
        entry('a', { operation: 'Apply' }),
        entry('a', { operation: 'Apply', subresource: 'scale', fieldsV1: REPLICAS }),
      ],
    ],
    [
      'keep the replicas beside another who has them too',
      [entry('a', { operation: 'Apply' })],
      [scaler('a', { operation: 'Apply' }), scaler('hpa', { operation: 'Apply', subresource: 'scale' })],
      [
        entry('hpa', { operation: 'Apply', subresource: 'scale', fieldsV1: REPLICAS }),
        entry('a', { operation: 'Apply' }),
      ].toReversed(),
    ],
    [
      'are told with the replicas apart when they update and still have them in the Scale',
      [entry('a', { time: '2026-01-01T00:00:00Z' })],
      [scaler('a', { time: '2026-01-01T00:00:00Z' })],
      [entry('a', { fieldsV1: REPLICAS }), entry('a', { time: '2026-01-01T00:00:00Z', fieldsV1: PAUSED })],
    ],
    ['are none that know it in a version that is gone', [entry('old', { apiVersion: 'extensions/v1beta1' })], [], []],
    [
      'are none that know it in a version that is gone, whatever else is',
      [entry('a', { fieldsV1: REPLICAS }), entry('old', { apiVersion: 'apps/v10', fieldsV1: PAUSED })],
      [scaler('hpa')],
      [entry('hpa', { fieldsV1: REPLICAS })],
    ],
  ])('%s', (_promise, parent, scale, expected) => {
    expect(scaledManagers(parent, scale, 'apps/v1', replicas)).toEqual(expected);
  });

  it.each<[string, ReplicasPath, JsonObject, JsonObject]>([
    [
      'where another version keeps them elsewhere',
      (version) => ({ 'toys/v1': ['spec', 'count'], 'toys/v2': ['spec', 'many'] })[version],
      { 'f:spec': { 'f:many': {}, 'f:colour': {} } },
      { 'f:spec': { 'f:colour': {} } },
    ],
    [
      'where another version has none',
      (version) => ({ 'toys/v1': ['spec', 'count'], 'toys/v2': [] })[version],
      { 'f:spec': { 'f:colour': {} } },
      { 'f:spec': { 'f:colour': {} } },
    ],
  ])('know the replicas by their own names, %s', (_where, paths, other, left) => {
    const one = entry('one', {
      operation: 'Apply',
      apiVersion: 'toys/v1',
      fieldsV1: { 'f:spec': { 'f:count': {}, 'f:size': {} } },
    });
    const two = entry('two', { operation: 'Apply', apiVersion: 'toys/v2', fieldsV1: other });
    expect(scaledManagers([one, two], [scaler('hpa', { subresource: 'scale' })], 'toys/v1', paths)).toEqual([
      { ...one, fieldsV1: { 'f:spec': { 'f:size': {} } } },
      { ...two, fieldsV1: left },
      entry('hpa', { apiVersion: 'toys/v1', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:count': {} } } }),
    ]);
  });
});
