import type { GlobalRole } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { CLUSTER, clusterMember, findBuiltIn, globalBinding } from '../testing/bindings.js';
import { GRB_OWNER, inheritedMembers } from './inherited-members.js';

const ANNA = { userName: 'u-anna' };
const everywhere = (name: string, ...inheritedClusterRoles: string[]): GlobalRole => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRole',
  metadata: { name },
  inheritedClusterRoles,
});
const members = (facts: Partial<Parameters<typeof inheritedMembers>[0]>) =>
  inheritedMembers({
    cluster: CLUSTER,
    globalRoles: [everywhere('operators', 'virt-cluster-operate', 'cluster-member')],
    globalRoleBindings: [globalBinding('operators', ANNA, 'grb-anna')],
    findTemplate: findBuiltIn,
    others: [],
    ...facts,
  });

describe('the members of a cluster by global roles', () => {
  it('have each of the roles, by bindings that say which global binding they follow from', () => {
    const made = members({});
    expect(made.map(({ roleTemplateName, userName }) => [roleTemplateName, userName])).toEqual([
      ['virt-cluster-operate', 'u-anna'],
      ['cluster-member', 'u-anna'],
    ]);
    for (const { metadata, clusterName } of made) {
      expect([metadata.namespace, clusterName]).toEqual([CLUSTER, CLUSTER]);
      expect(metadata.name).toMatch(/^crtb-grb-[a-z2-7]{10}$/);
      expect(metadata.labels).toEqual({ [GRB_OWNER]: 'grb-anna' });
    }
  });

  it('are called the same each time, and differently for each binding and role', () => {
    const name = (binding: string) =>
      members({ globalRoleBindings: [globalBinding('operators', ANNA, binding)] }).map(({ metadata }) => metadata.name);
    expect(name('a')).toEqual(name('a'));
    expect(new Set([...name('a'), ...name('b')]).size).toBe(4);
  });

  it('have no role twice: neither by two global roles, nor beside what somebody gave them', () => {
    const globalRoles = [everywhere('operators', 'cluster-member'), everywhere('others', 'cluster-member')];
    const globalRoleBindings = [globalBinding('operators', ANNA, 'b'), globalBinding('others', ANNA, 'a')];
    const made = members({ globalRoles, globalRoleBindings });
    expect(made.map(({ metadata }) => metadata.labels?.[GRB_OWNER])).toEqual(['a']);
    expect(members({ globalRoles, globalRoleBindings, others: [clusterMember('cluster-member', ANNA)] })).toEqual([]);
  });

  it('have no role that is not for clusters, is locked or is not there', () => {
    const globalRoles = [everywhere('operators', 'project-owner', 'nothing-of-that-name', 'cluster-member')];
    const findTemplate = (name: string) => {
      const found = findBuiltIn(name);
      return name === 'cluster-member' && found !== undefined ? { ...found, locked: true } : found;
    };
    expect(members({ globalRoles, findTemplate })).toEqual([]);
  });
});
