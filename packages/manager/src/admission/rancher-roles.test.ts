import { randomBytes } from 'node:crypto';
import {
  clusterRoleTemplateBindings,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoles,
  type Identity,
  isJsonObject,
  type Json,
  type Kind,
  type KubeObject,
  managementClusters,
  type PolicyRule,
  projectRoleTemplateBindings,
  projects,
  type RoleTemplate,
  roleTemplates,
  rulesAllow,
} from '@drover/api';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { installRoles } from '../roles/install-roles.js';
import { CLUSTER, clusterMember, globalBinding, project, projectMember } from '../testing/bindings.js';
import { managerAdmission } from './manager-admission.js';

const person = (name: string, ...groups: string[]): Identity => ({
  name,
  groups: [...groups, 'system:authenticated'],
  extra: {},
});
const ADMIN = person('user-admin');
const OWNER = person('u-owner');
const MEMBER = person('u-member');
const STRANGER = person('u-stranger');

/** What the local cluster's RBAC grants, by user. */
let local: Record<string, PolicyRule[]>;
let client: FakeClient;

beforeEach(async () => {
  local = { 'user-admin': [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
  client = createFakeClient({ clock: new FakeClock(), random: randomBytes, post: (_, body) => review(body) });
  await installRoles(client);
  await client.create(managementClusters, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Cluster',
    metadata: { name: CLUSTER },
    spec: { displayName: 'lab' },
  });
  for (const name of ['p-one', 'p-two']) {
    const { metadata: _, ...rest } = project(name);
    await client.create(projects, { ...rest, metadata: { name, namespace: CLUSTER } });
  }
});

function review(body: Json): Json {
  const spec = isJsonObject(body) && isJsonObject(body['spec']) ? body['spec'] : {};
  const attributes = isJsonObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  const text = (field: string): string => (typeof attributes[field] === 'string' ? attributes[field] : '');
  const allowed = rulesAllow(local[String(spec['user'])] ?? [], {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    name: text('name'),
  });
  return { status: { allowed } };
}

/** Does a write as somebody, if the rules admit it. */
async function write<T extends KubeObject>(who: Identity, kind: Kind<T>, object: T, old?: T): Promise<void> {
  const { namespace, name = '' } = object.metadata;
  const plugins = managerAdmission(() => client).filter(({ resources }) =>
    resources.includes(`${kind.group}/${kind.plural}`),
  );
  for (const plugin of plugins) {
    await plugin.admit({
      operation: old === undefined ? 'CREATE' : 'UPDATE',
      group: kind.group,
      resource: kind.plural,
      namespace,
      name,
      object,
      ...(old === undefined ? {} : { old }),
      identity: who,
      dryRun: false,
    });
  }
  if (old !== undefined) return;
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = object.metadata;
  await client.create(kind, { ...object, metadata });
}
const intoCluster = (who: Identity, binding: ReturnType<typeof clusterMember>) =>
  write(who, clusterRoleTemplateBindings, binding);
const intoProject = (who: Identity, binding: ReturnType<typeof projectMember>) =>
  write(who, projectRoleTemplateBindings, binding);

describe('a member of a cluster', () => {
  it('is made by an owner, up to what the owner has', async () => {
    await intoCluster(ADMIN, clusterMember('cluster-owner', { userName: OWNER.name }, 'owner'));
    await intoCluster(OWNER, clusterMember('cluster-owner', { userName: 'u-second' }, 'second'));
  });

  it('is not made to be more than its maker, who is told what is missing', async () => {
    await intoCluster(ADMIN, clusterMember('cluster-member', { userName: MEMBER.name }, 'member'));
    await expect(intoCluster(MEMBER, clusterMember('cluster-owner', { userName: MEMBER.name }))).rejects.toThrow(
      'the role "cluster-owner" gives more than you have in the cluster: "*" on *.*. Ask somebody who has that to give it',
    );
    await intoCluster(MEMBER, clusterMember('cluster-member', { userName: 'u-friend' }, 'friend'));
  });

  it('sees the cluster, which only members let others see', async () => {
    await client.create(roleTemplates, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name: 'nothing' },
      context: 'cluster',
    });
    await expect(intoCluster(STRANGER, clusterMember('nothing', { userName: STRANGER.name }))).rejects.toThrow(
      `"get" on clusters.management.cattle.io named "${CLUSTER}"`,
    );
  });

  it('may be made by who has its role through a group', async () => {
    await intoCluster(ADMIN, clusterMember('nodes-manage', { groupPrincipalName: 'ldap_group://ops' }, 'ops'));
    await intoCluster(person('u-op', 'ldap_group://ops'), clusterMember('nodes-view', { userName: 'u-new' }, 'new'));
    await expect(intoCluster(STRANGER, clusterMember('nodes-view', { userName: 'u-other' }))).rejects.toThrow(
      /gives more than you have/,
    );
  });

  it.each([
    ['nobody', clusterMember('cluster-member', {}), /exactly one user, group or service account/],
    ['two', clusterMember('cluster-member', { userName: 'u-a', groupName: 'g' }), /exactly one/],
    ['a group of Kubernetes’ own', clusterMember('cluster-member', { groupName: 'system:masters' }), /Kubernetes' own/],
    ['a role there is not', clusterMember('none', { userName: 'u-a' }), /there is no role template "none"/],
    ['a role for projects', clusterMember('project-owner', { userName: 'u-a' }), /is for a project, not for a cluster/],
    [
      'another cluster than that of its namespace',
      { ...clusterMember('cluster-member', { userName: 'u-a' }), clusterName: 'c-m-other234' },
      /must be "c-m-abcd2345", the namespace of the binding/,
    ],
  ])('that names %s is refused in a sentence', async (_, binding, sentence) => {
    await expect(intoCluster(ADMIN, binding)).rejects.toThrow(sentence);
  });

  it('is not made twice, nor by a locked role, and keeps its role', async () => {
    const member = clusterMember('cluster-member', { userName: 'u-a' }, 'first');
    await intoCluster(ADMIN, member);
    await expect(intoCluster(ADMIN, { ...member, metadata: { ...member.metadata, name: 'twin' } })).rejects.toThrow(
      /has this role already, by "first"/,
    );
    const promoted = { ...member, roleTemplateName: 'cluster-owner' };
    await expect(write(ADMIN, clusterRoleTemplateBindings, promoted, member)).rejects.toThrow(/cannot be changed/);
    const live = await client.get(roleTemplates, { name: 'nodes-view' });
    await client.update(roleTemplates, { ...live, locked: true });
    await expect(intoCluster(ADMIN, clusterMember('nodes-view', { userName: 'u-b' }))).rejects.toThrow(/is locked/);
  });
});

describe('a member of a project', () => {
  beforeEach(() => intoProject(ADMIN, projectMember('p-one', 'project-owner', { userName: OWNER.name }, 'owner')));

  it('is made by its owner, up to what the owner has, and in no other project', async () => {
    for (const [index, role] of ['project-member', 'read-only', 'virt-project-operate', 'project-owner'].entries())
      await intoProject(OWNER, projectMember('p-one', role, { userName: `u-${index}` }, `prtb-${index}`));
    await expect(intoProject(OWNER, projectMember('p-two', 'read-only', { userName: 'u-a' }))).rejects.toThrow(
      /gives more than you have in the project/,
    );
  });

  it('is not made into another project from a namespace where one may write', async () => {
    const smuggled = {
      ...projectMember('p-one', 'read-only', { userName: OWNER.name }),
      projectName: `${CLUSTER}:p-two`,
    };
    await expect(intoProject(OWNER, smuggled)).rejects.toThrow(
      `must be "${CLUSTER}-p-two", where the members of the project "${CLUSTER}:p-two" are kept`,
    );
  });

  it('whose principal gets a user name is looked at like a new one', async () => {
    const strong = projectMember('p-one', 'cluster-wide', { userPrincipalName: 'okta://anna' }, 'by-principal');
    await write(ADMIN, roleTemplates, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name: 'cluster-wide' },
      context: 'project',
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['delete'] }],
    });
    await intoProject(ADMIN, strong);
    const taken = { ...strong, userName: OWNER.name };
    await expect(write(OWNER, projectRoleTemplateBindings, taken, strong)).rejects.toThrow(/gives more than you have/);
    await write(ADMIN, projectRoleTemplateBindings, taken, strong);
  });

  it('gets from who has everything in a project nothing in the cluster around it', async () => {
    const of = (name: string, verbs: string[], resources: string[], apiGroups: string[]): RoleTemplate => ({
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name },
      context: 'project',
      rules: [{ apiGroups, resources, verbs }],
    });
    await write(ADMIN, roleTemplates, of('all-of-it', ['*'], ['*'], ['*']));
    await write(ADMIN, roleTemplates, of('hosts', ['*'], ['nodes'], ['']));
    await write(ADMIN, roleTemplates, of('machines', ['*'], ['virtualmachines'], ['kubevirt.io']));
    await intoProject(ADMIN, projectMember('p-one', 'all-of-it', { userName: 'u-all' }, 'all'));
    await intoProject(person('u-all'), projectMember('p-one', 'machines', { userName: 'u-a' }, 'a'));
    await expect(intoProject(person('u-all'), projectMember('p-one', 'hosts', { userName: 'u-all' }))).rejects.toThrow(
      'gives more than you have in the project: "*" on nodes',
    );
  });

  it('that is a service account is named with its namespace', async () => {
    const account = (serviceAccount: string) => projectMember('p-one', 'read-only', { serviceAccount }, 'account');
    await expect(intoProject(OWNER, account('builder'))).rejects.toThrow('must be NAMESPACE:NAME');
    await intoProject(OWNER, account('blue:builder'));
  });

  it('is not made with a role for clusters', async () => {
    await expect(intoProject(OWNER, projectMember('p-one', 'cluster-owner', { userName: OWNER.name }))).rejects.toThrow(
      /is for a cluster, not for a project/,
    );
  });

  it('may be made by who owns the cluster', async () => {
    await intoCluster(ADMIN, clusterMember('cluster-owner', { userName: 'u-boss' }, 'boss'));
    await intoProject(person('u-boss'), projectMember('p-two', 'project-owner', { userName: 'u-a' }, 'a'));
  });
});

describe('a project', () => {
  it('has its members where the server keeps them, whatever whoever changes it says', async () => {
    const { status: _, ...ours } = project('p-one');
    const elsewhere = { ...ours, status: { backingNamespace: 'cattle-system' } };
    await expect(
      write(OWNER, projects, { ...elsewhere, metadata: { ...ours.metadata, name: 'p-new' } }),
    ).rejects.toThrow('status.backingNamespace: is written by the server alone');
    await expect(write(OWNER, projects, elsewhere, project('p-one'))).rejects.toThrow(/is written by the server alone/);
    await write(
      OWNER,
      projects,
      { ...project('p-one'), spec: { clusterName: CLUSTER, displayName: 'two' } },
      project('p-one'),
    );
  });
});

describe('a role template', () => {
  const template = (name: string, facts: Partial<RoleTemplate>): RoleTemplate => ({
    apiVersion: 'management.cattle.io/v3',
    kind: 'RoleTemplate',
    metadata: { name },
    context: 'project',
    ...facts,
  });
  const pods = (verb: string): PolicyRule => ({ apiGroups: [''], resources: ['pods'], verbs: [verb] });

  it('gives no more than its maker has', async () => {
    local[MEMBER.name] = [pods('get')];
    await write(MEMBER, roleTemplates, template('looks', { rules: [pods('get')] }));
    await expect(write(MEMBER, roleTemplates, template('deletes', { rules: [pods('delete')] }))).rejects.toThrow(
      'it gives more than you have: "delete" on pods',
    );
    const looks = await client.get(roleTemplates, { name: 'looks' });
    const inherits = { ...looks, roleTemplateNames: ['project-owner'] };
    await expect(write(MEMBER, roleTemplates, inherits, looks)).rejects.toThrow(/it gives/);
  });

  it('that members have gives them no more than whoever changes it has where they have it', async () => {
    local[MEMBER.name] = [pods('get')];
    await write(ADMIN, roleTemplates, template('looks', { context: 'cluster' }));
    await intoCluster(ADMIN, clusterMember('looks', { userName: 'u-a' }));
    const looks = await client.get(roleTemplates, { name: 'looks' });
    await expect(write(MEMBER, roleTemplates, { ...looks, rules: [pods('get')] }, looks)).rejects.toThrow(
      `members who have it would gain more than you have: "get" on pods in the cluster "${CLUSTER}"`,
    );
  });

  it('of a cluster’s own role, or of rules that nobody can check, is for who may escalate', async () => {
    local[MEMBER.name] = [pods('get')];
    const theirs = template('theirs', { external: true, externalRules: [pods('get')] });
    await expect(write(MEMBER, roleTemplates, theirs)).rejects.toThrow('whose rules are not known here');
    local[MEMBER.name]?.push({
      apiGroups: ['management.cattle.io'],
      resources: ['roletemplates'],
      verbs: ['escalate'],
    });
    await write(MEMBER, roleTemplates, theirs);
  });

  it('goes to whoever makes projects or clusters only by who has all of it', async () => {
    local[MEMBER.name] = [pods('get')];
    await write(ADMIN, roleTemplates, template('deletes', { rules: [pods('delete')] }));
    const live = await client.get(roleTemplates, { name: 'deletes' });
    await expect(write(MEMBER, roleTemplates, { ...live, projectCreatorDefault: true }, live)).rejects.toThrow(
      'it gives more than you have: "delete" on pods',
    );
    await write(MEMBER, roleTemplates, { ...live, displayName: 'Deletes' }, live);
  });

  it('of more rules than can be asked about is refused at once', async () => {
    local[MEMBER.name] = [pods('*')];
    const many = Array.from({ length: 400 }, (_, index) => `x${index}`);
    const rules = [{ verbs: many, apiGroups: many, resources: many }];
    await expect(write(MEMBER, roleTemplates, template('huge', { rules }))).rejects.toThrow(
      'it gives more than you have',
    );
  });

  it.each([
    ['p-abcde-namespaces-edit'],
    ['c-m-abcd2345-clusterowner'],
    ['project-owner-aggregator'],
    ['read-only-promoted'],
    ['cattle-globalrole-admin'],
    ['drover-view'],
  ])('is not called like a role that the server makes (%s)', async (name) => {
    await expect(write(ADMIN, roleTemplates, template(name, {}))).rejects.toThrow(
      'is what the server calls the roles it makes of projects and templates',
    );
  });

  it('has a name short enough that its roles have whole names', async () => {
    await expect(write(ADMIN, roleTemplates, template('a'.repeat(40), {}))).rejects.toThrow(
      'must be no longer than 39 characters',
    );
  });

  it.each([
    ['itself', template('a', { roleTemplateNames: ['a'] }), /cannot inherit itself/],
    ['what there is not', template('a', { roleTemplateNames: ['b'] }), /there is no role template "b"/],
  ])('does not inherit %s', async (_, object, sentence) => {
    await expect(write(ADMIN, roleTemplates, object)).rejects.toThrow(sentence);
  });

  it('that is built in keeps its rules, and may be locked', async () => {
    const live = await client.get(roleTemplates, { name: 'read-only' });
    await expect(write(ADMIN, roleTemplates, { ...live, rules: [] }, live)).rejects.toThrow(/the role is built in/);
    await write(ADMIN, roleTemplates, { ...live, locked: true }, live);
  });
});

describe('a global role', () => {
  const bind = (who: Identity, object: GlobalRoleBinding) => write(who, { ...GRB }, object);
  const GRB = {
    group: 'management.cattle.io',
    version: 'v3',
    kind: 'GlobalRoleBinding',
    plural: 'globalrolebindings',
    namespaced: false,
  } as const satisfies Kind<GlobalRoleBinding>;

  it('is given by who has all of it', async () => {
    await bind(ADMIN, globalBinding('admin', { userName: 'u-a' }, 'one'));
    local[MEMBER.name] = [{ apiGroups: ['management.cattle.io'], resources: ['settings'], verbs: ['*'] }];
    await bind(MEMBER, globalBinding('settings-manage', { userName: 'u-b' }, 'two'));
    await expect(bind(MEMBER, globalBinding('admin', { userName: MEMBER.name }, 'three'))).rejects.toThrow(
      /the global role gives more than you have: "\*" on \*\.\*/,
    );
  });

  it('stays with the one it was given to', async () => {
    const bound = globalBinding('admin', { userPrincipalName: 'okta://anna' }, 'anna');
    await bind(ADMIN, bound);
    const moved = { ...bound, userPrincipalName: `local://${MEMBER.name}` };
    await expect(write(MEMBER, GRB, moved, bound)).rejects.toThrow(/userPrincipalName.*cannot be changed/);
    await expect(write(MEMBER, GRB, { ...bound, userName: MEMBER.name }, bound)).rejects.toThrow(
      /the global role gives more than you have/,
    );
  });

  it('and what binds it have names that are whole in the names of what follows from them', async () => {
    const named = (name: string) => globalBinding('user', { userName: 'u-a' }, name);
    await expect(bind(ADMIN, named('a'.repeat(39)))).rejects.toThrow('must be no longer than 38 characters');
    await bind(ADMIN, named('a'.repeat(38)));
    const role = (name: string): GlobalRole => ({
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRole',
      metadata: { name },
    });
    await expect(write(ADMIN, globalRoles, role('a'.repeat(46)))).rejects.toThrow(
      'must be no longer than 45 characters',
    );
  });

  it('is given to new users only by who has all of it', async () => {
    const live = await client.get(globalRoles, { name: 'admin' });
    await expect(write(MEMBER, globalRoles, { ...live, newUserDefault: true }, live)).rejects.toThrow(
      /gives more than you have/,
    );
  });

  it('is made with no more than its maker has, in each namespace too', async () => {
    const role = (facts: Partial<GlobalRole>): GlobalRole => ({
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRole',
      metadata: { name: 'ours' },
      ...facts,
    });
    const secrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
    await expect(write(MEMBER, globalRoles, role({ rules: secrets }))).rejects.toThrow(/gives more than you have/);
    await expect(write(MEMBER, globalRoles, role({ namespacedRules: { 'cattle-system': secrets } }))).rejects.toThrow(
      /in the namespace "cattle-system": "get" on secrets/,
    );
    await write(ADMIN, globalRoles, role({ rules: secrets }));
  });
});
