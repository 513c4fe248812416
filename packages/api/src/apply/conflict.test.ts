import { expect, it } from 'vitest';
import { type FieldConflict, FieldConflicts } from './conflict.js';
import { FieldSet } from './field-set.js';
import type { Manager } from './managers.js';

const manager = (name: string, more: Partial<Manager> = {}): Manager => ({
  manager: name,
  operation: 'Update',
  apiVersion: 'v1',
  subresource: '',
  time: '2026-01-01T00:00:00Z',
  fields: FieldSet.EMPTY,
  ...more,
});
const fields = (...paths: string[]): FieldSet =>
  paths.map((path) => FieldSet.path(...path.split(' '))).reduce((all, one) => all.union(one), FieldSet.EMPTY);
const about = (who: Manager, ...paths: string[]): FieldConflict => ({ with: who, fields: fields(...paths) });

it.each<[string, FieldConflict[], string]>([
  [
    'one conflict in one line',
    [about(manager('scaler'), 'f:spec f:replicas')],
    'Apply failed with 1 conflict: conflict with "scaler" using v1: .spec.replicas',
  ],
  [
    'a manager of a subresource by that',
    [about(manager('scaler', { subresource: 'scale' }), 'f:spec f:replicas')],
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using v1: .spec.replicas',
  ],
  [
    'who applies without a version',
    [about(manager('flux', { operation: 'Apply', subresource: 'status' }), 'f:status')],
    'Apply failed with 1 conflict: conflict with "flux" with subresource "status": .status',
  ],
  [
    'several managers by their names, each field in a line',
    [
      about(manager('scaler'), 'f:spec f:replicas'),
      about(manager('bot', { operation: 'Apply' }), 'f:metadata f:labels f:app', 'f:data'),
    ],
    'Apply failed with 3 conflicts: conflicts with "bot":\n- .data\n- .metadata.labels.app\nconflicts with "scaler" using v1:\n- .spec.replicas',
  ],
  [
    'items by all their keys, in the order of their names',
    [
      about(manager('zoe'), 'f:key', 'f:list k:{"id":2,"key":"a"} f:id'),
      about(manager('ann'), 'f:value', 'f:list k:{"id":2,"key":"a"} f:key'),
    ],
    'Apply failed with 4 conflicts: conflicts with "ann" using v1:\n- .value\n- .list[id=2,key="a"].key\nconflicts with "zoe" using v1:\n- .key\n- .list[id=2,key="a"].id',
  ],
  [
    'fields deep down',
    [
      about(
        manager('zoe'),
        'f:spec f:template f:list k:{"name":"a"} f:id',
        'f:spec f:template f:list k:{"name":"a"} f:key',
      ),
    ],
    'Apply failed with 2 conflicts: conflicts with "zoe" using v1:\n- .spec.template.list[name="a"].id\n- .spec.template.list[name="a"].key',
  ],
])('a refusal tells %s', (_what, conflicts, message) => {
  const refusal = new FieldConflicts(conflicts).refusal();
  expect(refusal).toMatchObject({ code: 409, reason: 'Conflict', message });
  const told = conflicts.flatMap(({ with: who, fields: of }) =>
    [...of.paths()].map((field) => ({
      reason: 'FieldManagerConflict',
      field,
      message: expect.stringContaining(`"${who.manager}"`),
    })),
  );
  expect(refusal.details.causes).toHaveLength(told.length);
  expect(refusal.details.causes).toEqual(expect.arrayContaining(told));
});

it('the conflicts about some fields can be left out, with managers about whom there are no more', () => {
  const conflicts = new FieldConflicts([about(manager('one'), 'f:a', 'f:b'), about(manager('two'), 'f:c')]);
  expect([...conflicts.fields.paths()]).toEqual(['.a', '.b', '.c']);
  const left = conflicts.except(fields('f:b', 'f:c'));
  expect(left.conflicts.map(({ with: who }) => who.manager)).toEqual(['one']);
  expect([...left.fields.paths()]).toEqual(['.a']);
});
