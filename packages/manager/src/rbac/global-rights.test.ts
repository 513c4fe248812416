import type { GlobalRole, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { globalBinding } from '../testing/bindings.js';
import { deriveGlobal } from './global-rights.js';

const secrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }];
const role = (name: string, facts: Omit<Partial<GlobalRole>, 'metadata'> = {}): Stored<GlobalRole> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRole',
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' },
  ...facts,
});
const derive = (facts: Partial<Parameters<typeof deriveGlobal>[0]>) =>
  deriveGlobal({
    globalRoles: [role('ours', { rules: secrets, namespacedRules: { blue: secrets, absent: secrets } })],
    globalRoleBindings: [globalBinding('ours', { userName: 'u-anna' }, 'grb-1')],
    hasNamespace: (name) => name === 'blue',
    userOf: () => undefined,
    ...facts,
  });

describe('a global role', () => {
  it('is a cluster role under Rancher’s name, and each of its holders has a binding to it', () => {
    const set = derive({});
    expect(set.clusterRoles.get('cattle-globalrole-ours')?.rules).toEqual(secrets);
    expect([...set.eachClusterRoleBinding()]).toMatchObject([
      {
        metadata: { name: 'cattle-globalrolebinding-grb-1' },
        roleRef: { name: 'cattle-globalrole-ours' },
        subjects: [{ kind: 'User', name: 'u-anna' }],
      },
    ]);
  });

  it('gives in single namespaces what it says, in those that are there', () => {
    const set = derive({});
    expect(set.roles).toMatchObject([{ metadata: { namespace: 'blue', name: 'ours-blue' }, rules: secrets }]);
    expect([...set.eachRoleBinding()]).toMatchObject([
      { metadata: { namespace: 'blue', name: 'grb-1-blue' }, roleRef: { kind: 'Role', name: 'ours-blue' } },
    ]);
  });

  it('that is not there gives nothing, and nobody is nobody', () => {
    for (const binding of [globalBinding('gone', { userName: 'u-anna' }), globalBinding('ours', {})])
      expect([...derive({ globalRoleBindings: [binding] }).eachClusterRoleBinding()]).toEqual([]);
  });
});
