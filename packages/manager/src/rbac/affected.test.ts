import type { RoleBinding, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { affectedBy, isAffected } from './affected.js';

const binding = (...users: string[]): Stored<RoleBinding> => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: {
    name: 'rb',
    namespace: 'blue',
    uid: 'rb',
    resourceVersion: '1',
    creationTimestamp: '2030-01-01T00:00:00Z',
  },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: users.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })),
});
const anna = { name: 'anna', groups: ['red'], extra: {} };

describe('a change of rights is about', () => {
  it('those whom a new binding names, or one that goes', () => {
    for (const type of ['added', 'deleted'] as const) {
      const affected = affectedBy({ type, object: binding('anna') });
      expect([isAffected(anna, affected), isAffected({ ...anna, name: 'bob' }, affected)]).toEqual([true, false]);
    }
  });

  it('those who came to a binding or left it, and nobody else who is in it', () => {
    const affected = affectedBy({ type: 'updated', object: binding('anna', 'bob'), previous: binding('anna', 'cyd') });
    const who = ['anna', 'bob', 'cyd'].filter((name) => isAffected({ ...anna, name }, affected));
    expect(who).toEqual(['bob', 'cyd']);
  });

  it('members of a group', () => {
    const object = { ...binding(), subjects: [{ apiGroup: '', kind: 'Group', name: 'red' }] };
    expect(isAffected(anna, affectedBy({ type: 'added', object }))).toBe(true);
  });

  it('anybody, when a role changes', () => {
    const { roleRef: _, subjects: __, kind: ___, ...rest } = binding();
    expect(affectedBy({ type: 'added', object: { ...rest, kind: 'ClusterRole', rules: [] } })).toBe('everybody');
  });
});
