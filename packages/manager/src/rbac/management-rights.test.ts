import { describe, expect, it } from 'vitest';
import { CLUSTER, clusterMember, findBuiltIn, project, projectMember } from '../testing/bindings.js';
import type { DerivedSet } from './derived-set.js';
import { deriveManagement, deriveTemplateRoles, type ManagementFacts } from './management-rights.js';

const ANNA = { userName: 'u-anna' };
const derive = (facts: Partial<ManagementFacts>): DerivedSet =>
  deriveManagement({
    cluster: CLUSTER,
    provisioning: { namespace: 'fleet-default', name: 'lab' },
    clusterBindings: [],
    projects: [project('p-one'), project('p-two')],
    projectBindings: [],
    findTemplate: findBuiltIn,
    userOf: () => undefined,
    ...facts,
  });
const grants = (set: DerivedSet): string[] =>
  [...set.clusterRoleBindings, ...set.roleBindings]
    .flatMap(({ metadata, roleRef, subjects = [] }) =>
      subjects.map(({ name }) => `${name} ${roleRef.kind} ${roleRef.name} in ${metadata.namespace ?? 'all'}`),
    )
    .sort();

describe('what a member may do with what this server keeps of a cluster', () => {
  it('who owns it: its two objects, all that is kept of it, and the members of its projects', () => {
    expect(grants(derive({ clusterBindings: [clusterMember('cluster-owner', ANNA)] }))).toEqual([
      `u-anna ClusterRole ${CLUSTER}-clusterowner in all`,
      `u-anna ClusterRole cluster-owner-cluster-mgmt-aggregator in ${CLUSTER}`,
      `u-anna ClusterRole cluster-owner-project-mgmt-aggregator in ${CLUSTER}-p-one`,
      `u-anna ClusterRole cluster-owner-project-mgmt-aggregator in ${CLUSTER}-p-two`,
      'u-anna Role r-cluster-lab-admin in fleet-default',
    ]);
  });

  it('who has every right in it without owning it is no owner', () => {
    const all = { apiGroups: ['*'], resources: ['pods'], verbs: ['*'] };
    const findTemplate = () => ({
      apiVersion: 'management.cattle.io/v3' as const,
      kind: 'RoleTemplate' as const,
      metadata: { name: 'all' },
      external: false,
      rules: [all],
    });
    expect(grants(derive({ clusterBindings: [clusterMember('all', ANNA)], findTemplate }))).toEqual([
      `u-anna ClusterRole ${CLUSTER}-clustermember in all`,
      'u-anna Role r-cluster-lab-view in fleet-default',
    ]);
  });

  it('who owns a project: the project and its members, and that there is such a cluster', () => {
    expect(grants(derive({ projectBindings: [projectMember('p-one', 'project-owner', ANNA)] }))).toEqual([
      `u-anna ClusterRole ${CLUSTER}-clustermember in all`,
      `u-anna ClusterRole project-owner-project-mgmt-aggregator in ${CLUSTER}-p-one`,
      'u-anna Role p-one-projectowner in ' + CLUSTER,
      'u-anna Role r-cluster-lab-view in fleet-default',
    ]);
  });

  it('who looks at a project sees who its members are, and nothing else', () => {
    const set = derive({ projectBindings: [projectMember('p-one', 'read-only', ANNA)] });
    expect(grants(set)).toContain(`u-anna ClusterRole read-only-project-mgmt-aggregator in ${CLUSTER}-p-one`);
    const roles = deriveTemplateRoles(['read-only'], findBuiltIn).clusterRoles;
    expect(roles.get('read-only-project-mgmt')?.rules).toEqual([
      {
        apiGroups: ['management.cattle.io'],
        resources: ['projectroletemplatebindings'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
  });

  it('a member does not read the tokens by which agents join as the cluster; an owner does', () => {
    const tokens = (template: string) =>
      [...deriveTemplateRoles([template], findBuiltIn).clusterRoles.values()].some(({ rules = [] }) =>
        rules.some(({ resources = [] }) => resources.includes('clusterregistrationtokens')),
      );
    expect(tokens('cluster-member')).toBe(false);
    expect(tokens('virt-cluster-manage')).toBe(false);
    expect(tokens('cluster-owner')).toBe(true);
  });

  it('a service account of the cluster is nobody here', () => {
    const robot = projectMember('p-one', 'project-owner', { serviceAccount: 'blue:robot' });
    expect(grants(derive({ projectBindings: [robot] }))).toEqual([]);
  });
});
