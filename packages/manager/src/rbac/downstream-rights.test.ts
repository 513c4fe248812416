import { encodeYaml, type Json, type RoleTemplate } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { CLUSTER, clusterMember, findBuiltIn, globalBinding, project, projectMember } from '../testing/bindings.js';
import type { DerivedSet } from './derived-set.js';
import { type DownstreamFacts, deriveDownstream } from './downstream-rights.js';

const ANNA = { userName: 'u-anna' };
const derive = (facts: Partial<DownstreamFacts>): DerivedSet =>
  deriveDownstream({
    installation: 'installation',
    cluster: CLUSTER,
    globalRoles: [],
    globalRoleBindings: [],
    hasNamespace: () => true,
    clusterBindings: [],
    projects: [project('p-one'), project('p-two')],
    projectBindings: [],
    namespacesOf: (name) => (name === 'p-one' ? ['blue', 'green'] : []),
    findTemplate: findBuiltIn,
    userOf: () => undefined,
    ...facts,
  });

/** Who has which role where, a line each. */
const grants = (set: DerivedSet): string[] =>
  [...set.clusterRoleBindings, ...set.roleBindings]
    .flatMap(({ metadata, roleRef, subjects = [] }) =>
      subjects.map(({ name }) => `${name} ${roleRef.name} in ${metadata.namespace ?? 'the cluster'}`),
    )
    .sort();
/** What every object of this server in the cluster has, and whatever its roles are put together from. */
const mark = { 'drover.io/rights': 'installation' };
const rulesOf = (set: DerivedSet, role: string) => set.clusterRoles.get(role)?.rules;

describe('the rights in a cluster', () => {
  it('of this server’s administrators are those of its administrator', () => {
    const set = derive({ globalRoleBindings: [globalBinding('admin', ANNA)] });
    expect(grants(set)).toEqual(['u-anna cluster-admin in the cluster']);
    expect(set.clusterRoleBindings[0]?.metadata.name).toBe('globaladmin-u-anna');
    expect(set.clusterRoles.size).toBe(0);
  });

  it('do not follow from any other global role', () => {
    expect(grants(derive({ globalRoleBindings: [globalBinding('user', ANNA)] }))).toEqual([]);
  });

  it('of a member are one role, put together from its template and those it inherits', () => {
    const set = derive({ clusterBindings: [clusterMember('virt-cluster-operate', ANNA)] });
    expect(grants(set)).toEqual(['u-anna virt-cluster-operate-aggregator in the cluster']);
    expect(set.clusterRoles.get('virt-cluster-operate-aggregator')?.aggregationRule).toEqual({
      clusterRoleSelectors: [
        { matchLabels: { 'management.cattle.io/aggregates': 'virt-cluster-operate', ...mark } },
        { matchLabels: { 'management.cattle.io/aggregates': 'virt-view-cluster-aggregator', ...mark } },
      ],
    });
    for (const name of ['virt-view-cluster-aggregator', 'projects-view-aggregator', 'view-aggregator'])
      expect(set.clusterRoles.get(name)?.metadata.labels?.['management.cattle.io/aggregates']).toBe(name);
  });

  it('by roles that every cluster has are bound as they are, and ours never take the place of those', () => {
    const owner = derive({ projectBindings: [projectMember('p-one', 'project-owner', ANNA)] });
    expect(grants(owner)).toContain('u-anna admin in blue');
    expect(owner.clusterRoles.has('admin')).toBe(false);
    const viewer = derive({ projectBindings: [projectMember('p-one', 'read-only', ANNA)] });
    expect(viewer.clusterRoles.has('view')).toBe(false);
    expect(viewer.clusterRoles.has('drover-view')).toBe(true);
  });

  it('of a project’s member are in its namespaces, and elsewhere only what has no namespace', () => {
    const set = derive({ projectBindings: [projectMember('p-one', 'read-only', ANNA)] });
    expect(grants(set)).toEqual([
      'u-anna p-one-namespaces-readonly in the cluster',
      'u-anna read-only-aggregator in blue',
      'u-anna read-only-aggregator in green',
      'u-anna read-only-promoted-aggregator in the cluster',
    ]);
    expect(rulesOf(set, 'p-one-namespaces-readonly')).toEqual([
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['blue', 'green'], verbs: ['get'] },
    ]);
    const promoted = [...set.clusterRoles.values()].filter(({ metadata }) => /promoted$/.test(metadata.name ?? ''));
    expect(promoted.flatMap(({ rules = [] }) => rules.flatMap(({ verbs }) => verbs)).sort()).not.toContain('*');
  });

  it('of an owner let it make namespaces, which the cluster takes only into the project', () => {
    const set = derive({ projectBindings: [projectMember('p-one', 'project-owner', ANNA)] });
    expect(grants(set)).toContain('u-anna create-ns-aggregator in the cluster');
    expect(rulesOf(set, 'p-one-namespaces-edit')).toContainEqual({
      apiGroups: ['management.cattle.io'],
      resources: ['projects'],
      resourceNames: ['p-one'],
      verbs: ['manage-namespaces'],
    });
  });

  it('on the namespaces of a project without any are on none: a list without names would mean all', () => {
    const set = derive({ projectBindings: [projectMember('p-two', 'read-only', ANNA)] });
    expect(rulesOf(set, 'p-two-namespaces-readonly')).toEqual([]);
    expect(set.roleBindings).toEqual([]);
  });

  it('of many are one binding for each role and place', () => {
    const members = Array.from({ length: 50 }, (_, index) =>
      projectMember('p-one', 'project-member', { userName: `u-${index}` }, `prtb-${index}`),
    );
    const one = derive({ projectBindings: members.slice(0, 1) });
    const all = derive({ projectBindings: members });
    expect(all.roleBindings).toHaveLength(one.roleBindings.length);
    expect(all.clusterRoleBindings).toHaveLength(one.clusterRoleBindings.length);
    expect(all.roleBindings[0]?.subjects).toHaveLength(50);
  });

  it('of more than a thousand are more bindings, none of them too large', () => {
    const members = Array.from({ length: 2_500 }, (_, index) =>
      clusterMember('cluster-member', { userName: `u-${index}` }, `crtb-${index}`),
    );
    const bindings = derive({ clusterBindings: members }).clusterRoleBindings;
    expect(bindings.map(({ subjects = [] }) => subjects.length)).toEqual([1_000, 1_000, 500]);
    // Each would have as many labels.
    expect(
      bindings.flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}).filter((key) => /owner/.test(key))),
    ).toEqual([]);
  });

  it('of a principal are its user’s, once there is one', () => {
    const binding = clusterMember('cluster-member', { userPrincipalName: 'openldap_user://cn=anna' });
    expect(grants(derive({ clusterBindings: [binding] }))).toEqual([]);
    const user = { metadata: { name: 'u-anna' } } as unknown as ReturnType<DownstreamFacts['userOf']>;
    expect(grants(derive({ clusterBindings: [binding], userOf: () => user }))).toContain(
      'u-anna cluster-member-aggregator in the cluster',
    );
  });

  it('of a principal of our own are those of the user it names', () => {
    const binding = clusterMember('cluster-member', { userPrincipalName: 'local://u-anna' });
    expect(grants(derive({ clusterBindings: [binding] }))).toEqual(['u-anna cluster-member-aggregator in the cluster']);
    const system = clusterMember('cluster-member', { userPrincipalName: 'local://system:admin' });
    expect(grants(derive({ clusterBindings: [system] }))).toEqual([]);
  });

  it('of a service account are in its project', () => {
    const binding = projectMember('p-one', 'read-only', { serviceAccount: 'blue:robot' });
    expect(derive({ projectBindings: [binding] }).roleBindings[0]?.subjects).toEqual([
      { kind: 'ServiceAccount', namespace: 'blue', name: 'robot' },
    ]);
  });

  it.each([
    ['an unknown template', clusterMember('no-such-template', ANNA)],
    ['nobody', clusterMember('cluster-owner', {})],
    ['a user of Kubernetes’ own', clusterMember('cluster-owner', { userName: 'system:admin' })],
    ['a group of Kubernetes’ own', clusterMember('cluster-owner', { groupPrincipalName: 'system:masters' })],
  ])('are not given to %s', (_, binding) => expect(grants(derive({ clusterBindings: [binding] }))).toEqual([]));

  it('in a project are not given for one of another cluster', () => {
    const stranger = { ...projectMember('p-one', 'project-owner', ANNA), projectName: 'c-m-other234:p-one' };
    expect(grants(derive({ projectBindings: [stranger] }))).toEqual([]);
  });

  it('of a template contain those of one it inherits that does not say whether it is the cluster’s own', () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const template = (name: string, facts: Partial<RoleTemplate>): RoleTemplate => ({
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name },
      ...facts,
    });
    const byName = new Map([
      ['heir', template('heir', { roleTemplateNames: ['looks'] })],
      ['looks', template('looks', { rules })],
    ]);
    const set = derive({ clusterBindings: [clusterMember('heir', ANNA)], findTemplate: (name) => byName.get(name) });
    expect(set.clusterRoles.get('heir-aggregator')?.aggregationRule?.clusterRoleSelectors).toContainEqual({
      matchLabels: { 'management.cattle.io/aggregates': 'looks-aggregator', ...mark },
    });
  });

  it('are not put together from a template with the name of another role', () => {
    const taken = { ...findBuiltIn('cluster-owner'), metadata: { name: 'p-one-namespaces-readonly' } } as RoleTemplate;
    const findTemplate = (name: string) => (name === taken.metadata.name ? taken : findBuiltIn(name));
    const set = derive({
      clusterBindings: [clusterMember('p-one-namespaces-readonly', { userName: 'u-boss' })],
      projectBindings: [projectMember('p-one', 'read-only', ANNA)],
      findTemplate,
    });
    expect(grants(set).filter((grant) => grant.startsWith('u-boss'))).toEqual([]);
    expect(rulesOf(set, 'p-one-namespaces-readonly')).toEqual([
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['blue', 'green'], verbs: ['get'] },
    ]);
  });

  it('end at a circle of templates', () => {
    const circle = (name: string, inherits: string): RoleTemplate => ({
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name },
      external: false,
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      roleTemplateNames: [inherits],
    });
    const findTemplate = (name: string) => circle(name, name === 'a' ? 'b' : 'a');
    const set = derive({ clusterBindings: [clusterMember('a', ANNA)], findTemplate });
    expect([...set.clusterRoles.keys()].sort()).toEqual(['a', 'a-aggregator', 'b', 'b-aggregator']);
  });

  it('are these objects, for an owner, a member and a viewer', async () => {
    const { clusterRoles, clusterRoleBindings, roleBindings } = derive({
      globalRoleBindings: [globalBinding('admin', { userName: 'user-admin' })],
      clusterBindings: [clusterMember('cluster-owner', { userName: 'u-owner' }, 'creator-cluster-owner')],
      projectBindings: [
        projectMember('p-one', 'project-member', ANNA, 'prtb-member'),
        projectMember('p-one', 'read-only', { groupPrincipalName: 'openldap_group://cn=viewers' }, 'prtb-viewers'),
      ],
    });
    const objects = [...clusterRoles.values(), ...clusterRoleBindings, ...roleBindings];
    await expect(
      objects.map((object) => encodeYaml(JSON.parse(JSON.stringify(object)) as Json)).join('---\n'),
    ).toMatchFileSnapshot(new URL('../../testdata/downstream-rights.yaml', import.meta.url).pathname);
  });
});
