import type { OutsideBinding } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { bindingRow } from './binding-row.js';

const binding: OutsideBinding = {
  kind: 'RoleBinding',
  namespace: 'blue',
  name: 'machines',
  created: '2030-01-01T00:00:00Z',
  role: { kind: 'ClusterRole', name: 'kubevirt.io:edit' },
  subjects: [
    { kind: 'User', name: 'jane' },
    { kind: 'ServiceAccount', namespace: 'blue', name: 'robot' },
    { kind: 'Group', name: 'ops' },
  ],
  subjectCount: 7,
  rules: [{ apiGroups: ['kubevirt.io'], resources: ['virtualmachines'], verbs: ['get', 'delete'] }],
  ruleCount: 1,
};

describe('the row of a binding from outside', () => {
  it('names the first it is for, how many more there are, and what it gives', () => {
    expect(bindingRow(binding)).toMatchObject({
      key: 'RoleBinding blue/machines',
      who: 'jane, blue/robot +5',
      role: 'kubevirt.io:edit',
      gives: 'get, delete: virtualmachines',
    });
  });

  it('says nothing of a role that is not there', () => {
    expect(bindingRow({ ...binding, rules: [], ruleCount: 0 }).gives).toBe('');
  });
});
