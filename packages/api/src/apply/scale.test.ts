import { describe, expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '../object.js';
import { scaledManagers, scaleManagers } from './scale.js';

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

describe('the managers of a Scale', () => {
  it('are those of the replicas', () => {
    const idle = entry('idle', { fieldsV1: { 'f:spec': { 'f:paused': {} } } });
    const old = entry('old', { apiVersion: 'extensions/v1beta1' });
    expect(scaleManagers([entry('a'), idle, old], replicas)).toEqual([scaler('a')]);
  });

  it('take the replicas from the managers of the object', () => {
    const scale = [scaler('hpa', { subresource: 'scale' })];
    expect(scaledManagers([entry('a')], scale, 'apps/v1', replicas)).toEqual([
      entry('a', { fieldsV1: { 'f:spec': { 'f:paused': {} } } }),
      entry('hpa', { subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }),
    ]);
  });

  it('leave who still manages the replicas as it was', () => {
    const scale = [scaler('a'), scaler('hpa', { operation: 'Apply', subresource: 'scale' })];
    expect(scaledManagers([entry('a')], scale, 'apps/v1', replicas)).toEqual([
      entry('hpa', { operation: 'Apply', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }),
      entry('a'),
    ]);
  });

  it('drop who knows the object in a version that is gone', () => {
    expect(scaledManagers([entry('old', { apiVersion: 'extensions/v1beta1' })], [], 'apps/v1', replicas)).toEqual([]);
  });
});
