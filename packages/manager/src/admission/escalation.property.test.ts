import {
  ApiError,
  type Attributes,
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoleBindings,
  globalRoles,
  type Identity,
  type Kind,
  type KubeObject,
  type PolicyRule,
  type Project,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  projects,
  type RoleTemplate,
  roleTemplates,
  rulesAllow,
} from '@drover/api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CREATOR_ID } from '../clusters/side-objects.js';
import type { BindingSubject } from '../rbac/subject.js';
import { builtInGlobalRoles } from '../roles/global-roles.js';
import { builtInRoleTemplates } from '../roles/role-templates.js';
import { CRUD, EVERYTHING, management, named, rule } from '../roles/rule.js';
import { CLUSTER } from '../testing/bindings.js';
import { CLUSTERS, newTenancy, removeMembers, type Tenancy } from '../testing/tenancy.js';
import { managerAdmission } from './manager-admission.js';

/** Ten thousand take 20 seconds or more: `DROVER_TEST_ESCALATION_RUNS=10000` runs them. A failure prints the seed. */
const RUNS = Number(process.env['DROVER_TEST_ESCALATION_RUNS'] ?? 3_000);

const RED = 'ldap_group://red';
const BLUE = 'ldap_group://blue';
const EVERYBODY = 'ldap_group://everybody';
const person = (name: string, ...groups: string[]): Identity => ({
  name,
  groups: [...groups, EVERYBODY, 'system:authenticated'],
  extra: {},
});
const PEOPLE = [person('u-ann', RED), person('u-bob'), person('u-cyd', RED, BLUE), person('u-dan')];

/** Everything that is looked at: who may do none of this more than before has gained nothing. */
const ask = (verb: string, path: string, group = '', name = ''): Attributes => {
  const [resource = '', subresource = ''] = path.split('/');
  return { verb, group, resource, subresource, name };
};
const RANCHER = 'management.cattle.io';
const PROBES: readonly Attributes[] = [
  ...['get', 'delete'].flatMap((verb) =>
    ['pods', 'secrets', 'configmaps', 'nodes', 'persistentvolumes', 'persistentvolumeclaims', 'namespaces'].map(
      (resource) => ask(verb, resource),
    ),
  ),
  ask('create', 'pods/exec'),
  ask('create', 'namespaces'),
  ask('get', 'namespaces', '', 'red'),
  ask('update', 'namespaces', '', 'red'),
  ask('impersonate', 'users'),
  ask('dance', 'floors', 'example.io'),
  ask('get', 'widgets', 'example.io'),
  ask('create', 'rolebindings', 'rbac.authorization.k8s.io'),
  ask('bind', 'clusterroles', 'rbac.authorization.k8s.io'),
  ask('get', 'storageclasses', 'storage.k8s.io'),
  ask('delete', 'storageclasses', 'storage.k8s.io'),
  ask('get', 'apiservices', 'apiregistration.k8s.io'),
  ask('get', 'navlinks', 'ui.cattle.io'),
  ask('get', 'clusterrepos', 'catalog.cattle.io'),
  ask('delete', 'clusterrepos', 'catalog.cattle.io'),
  ask('create', 'virtualmachines', 'kubevirt.io'),
  ask('get', 'virtualmachines', 'kubevirt.io'),
  ask('update', 'virtualmachines/start', 'subresources.kubevirt.io'),
  ask('get', 'virtualmachineinstances/vnc', 'subresources.kubevirt.io'),
  ask('create', 'virtualmachineinstancemigrations', 'kubevirt.io'),
  ask('get', 'schedulevmbackups', 'harvesterhci.io'),
  ask('delete', 'schedulevmbackups', 'harvesterhci.io'),
  ask('create', 'loadbalancers', 'loadbalancer.harvesterhci.io'),
  ...['get', 'create', 'bind', 'escalate'].flatMap((verb) =>
    ['clusterroletemplatebindings', 'projectroletemplatebindings', 'globalrolebindings', 'roletemplates'].map(
      (resource) => ask(verb, resource, RANCHER),
    ),
  ),
  ...['get', 'update', 'own', 'updatepsa', 'manage-namespaces'].map((verb) => ask(verb, 'projects', RANCHER, 'p-one')),
  ...['create', 'own', 'updatepsa'].map((verb) => ask(verb, 'projects', RANCHER)),
  ...['get', 'update', 'own'].flatMap((verb) => CLUSTERS.map((name) => ask(verb, 'clusters', RANCHER, name))),
  ...CLUSTERS.map((name) => ask('update', 'clusters', 'provisioning.cattle.io', name)),
  ask('get', 'settings', RANCHER),
  ask('update', 'settings', RANCHER),
  ask('create', 'users', RANCHER),
  { verb: 'get', path: '/metrics' },
];

const backing = (cluster: string, project: string): string => `${cluster}-${project}`;
const PROJECTS = ['p-one', 'p-two'];
/** The namespaces of each cluster that are looked at, beside the cluster as a whole. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  [CLUSTER]: ['red', 'blue', 'lone'],
  local: [
    'red',
    'blue',
    'cattle-system',
    'fleet-default',
    ...CLUSTERS,
    ...CLUSTERS.flatMap((id) => PROJECTS.map((name) => backing(id, name))),
  ],
};
const namespacesOf = (_: string, project: string): readonly string[] =>
  project === 'p-one' ? ['red'] : project === 'p-two' ? ['blue'] : [];

/** What each person may do in each place: a bit for each probe. */
type Rights = ReadonlyMap<string, bigint>;

const bitsOfRule = new Map<string, bigint>();
function bitsOf(rules: readonly PolicyRule[]): bigint {
  let bits = 0n;
  for (const each of rules) {
    const key = JSON.stringify(each);
    let known = bitsOfRule.get(key);
    if (known === undefined) {
      known = PROBES.reduce((sum, probe, at) => (rulesAllow([each], probe) ? sum | (1n << BigInt(at)) : sum), 0n);
      bitsOfRule.set(key, known);
    }
    bits |= known;
  }
  return bits;
}

function rightsOf(tenancy: Tenancy, who: Identity): Rights {
  const rights = new Map<string, bigint>();
  for (const cluster of CLUSTERS) {
    const { everywhere, inNamespace } = tenancy.rulesIn(cluster, who);
    const wide = bitsOf(everywhere);
    rights.set(cluster, wide);
    for (const namespace of PLACES[cluster] ?? [])
      rights.set(`${cluster} ${namespace}`, wide | bitsOf(inNamespace.get(namespace) ?? []));
  }
  return rights;
}

const everybody = (tenancy: Tenancy): Rights[] => PEOPLE.map((who) => rightsOf(tenancy, who));

/** What somebody has in `after` that neither they had in `before` nor `giver` had then, in words. */
function gains(before: readonly Rights[], after: readonly Rights[], giver: Rights): string[] {
  return PEOPLE.flatMap(({ name }, at) =>
    [...(after[at] ?? [])].flatMap(([place, bits]) => {
      const gained = bits & ~(before[at]?.get(place) ?? 0n) & ~(giver.get(place) ?? 0n);
      return PROBES.filter((_, probe) => (gained & (1n << BigInt(probe))) !== 0n).map(
        (probe) => `${name} may now ${JSON.stringify(probe)} in ${place}`,
      );
    }),
  );
}

const template = (name: string, facts: Partial<RoleTemplate>): RoleTemplate => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'RoleTemplate',
  metadata: { name },
  context: 'project',
  ...facts,
});
const TEMPLATES: readonly RoleTemplate[] = [
  ...builtInRoleTemplates(),
  template('nothing', { context: 'cluster' }),
  template('idle', {}),
  template('all-there', { rules: [...EVERYTHING] }),
  template('nodes-there', { rules: [rule('', 'nodes persistentvolumes', '*')] }),
  template('owns', { context: 'cluster', rules: [management('projects', 'own'), management('clusters', 'own')] }),
  template('spaces', { context: 'cluster', rules: [rule('', 'namespaces', 'create'), rule('', 'pods', 'get')] }),
  template('dances', { rules: [rule('example.io', 'floors', 'dance')] }),
  template('dances-widely', {
    context: 'cluster',
    rules: [rule('example.io', 'floors', 'dance')],
    roleTemplateNames: ['dances'],
  }),
  template('for-makers', { rules: [rule('', 'nodes', '*')] }),
];
const TENANTS = management(
  'clusterroletemplatebindings projectroletemplatebindings globalrolebindings roletemplates globalroles projects',
  CRUD,
);
const globalRole = (name: string, rules: readonly PolicyRule[], facts: Partial<GlobalRole> = {}): GlobalRole => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRole',
  metadata: { name },
  rules: [...rules],
  ...facts,
});
const GLOBAL_ROLES: readonly GlobalRole[] = [
  ...builtInGlobalRoles(),
  globalRole('tenants', [TENANTS]),
  globalRole('dancers', [TENANTS, rule('example.io', 'floors', 'dance'), rule('', 'secrets', 'get')]),
  globalRole('viewers-everywhere', [TENANTS], { inheritedClusterRoles: ['virt-view-cluster', 'cluster-member'] }),
  globalRole('owners-everywhere', [TENANTS], { inheritedClusterRoles: ['cluster-owner'] }),
  globalRole('red-everywhere', [TENANTS], { inheritedNamespacedRules: { red: [rule('', 'pods secrets', 'get')] } }),
];

/** What is chosen more often than other things, because more follows from it. */
const usually = <T>(value: T, times: number): T[] => new Array<T>(times).fill(value);

/** Random choices of what a write says. */
const subjects = fc.constantFrom<BindingSubject>(
  ...PEOPLE.map(({ name }) => ({ userName: name })),
  { userPrincipalName: 'local://u-bob' },
  { userPrincipalName: 'local://u-root' },
  { userName: 'u-ann', userPrincipalName: 'local://u-bob' },
  { groupPrincipalName: RED },
  { groupName: BLUE },
  { groupName: 'system:authenticated' },
  { userName: '', groupName: RED },
  { serviceAccount: 'red:robot' },
  {},
);
const clusterTemplate = fc.constantFrom(
  ...['cluster-owner', 'cluster-member', 'projects-view', 'nodes-manage', 'clusterroletemplatebindings-manage'],
  ...[
    'virt-view-cluster',
    'virt-cluster-manage',
    'nothing',
    'owns',
    'spaces',
    'dances-widely',
    'projects-create',
    'cluster-admin',
    ...usually('made', 3),
  ],
);
const projectTemplate = fc.constantFrom(
  ...[
    'project-owner',
    'project-member',
    'read-only',
    'admin',
    'edit',
    'view',
    'create-ns',
    'projectroletemplatebindings-manage',
  ],
  ...[
    'virt-project-operate',
    'virt-project-manage',
    'idle',
    'all-there',
    'nodes-there',
    'dances',
    'for-makers',
    ...usually('made', 3),
    ...usually('all-there', 2),
    ...usually('nodes-there', 2),
  ],
);
const anyTemplate = fc.oneof(clusterTemplate, projectTemplate);
const cluster = fc.constantFrom(...usually(CLUSTER, 4), 'local');
const projectName = fc.constantFrom(...usually('p-one', 4), 'p-two', 'p-new');
const mostly = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
const places = fc.constantFrom(
  ...CLUSTERS,
  ...CLUSTERS.flatMap((id) => PROJECTS.map((name) => backing(id, name))),
  'cattle-system',
);
const names = fc.constantFrom('a', 'b', 'c', undefined);

/** One write: what is wanted of an object, which is made, changed or deleted. */
interface Edit<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  readonly object: T;
}
const edit = <T extends KubeObject>(kind: Kind<T>, object: T): Edit => ({ kind, object }) as unknown as Edit;
const metadata = (name: string | undefined, namespace?: string) => ({
  ...(name === undefined ? { generateName: 'x-' } : { name }),
  ...(namespace === undefined ? {} : { namespace }),
});

const clusterBinding = fc
  .tuple(
    cluster,
    places,
    names,
    fc.oneof({ weight: 6, arbitrary: clusterTemplate }, { weight: 1, arbitrary: projectTemplate }),
    subjects,
  )
  .chain(([id, place, name, role, subject]) =>
    fc.tuple(mostly<string>(id, fc.constant(place)), mostly<string>(id, cluster)).map(([namespace, clusterName]) =>
      edit<ClusterRoleTemplateBinding>(clusterRoleTemplateBindings, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'ClusterRoleTemplateBinding',
        metadata: metadata(name, namespace),
        clusterName,
        roleTemplateName: role,
        ...subject,
      }),
    ),
  );
const projectBinding = fc
  .tuple(
    cluster,
    projectName,
    places,
    names,
    fc.oneof({ weight: 6, arbitrary: projectTemplate }, { weight: 1, arbitrary: clusterTemplate }),
    subjects,
  )
  .chain(([id, project, place, name, role, subject]) =>
    fc
      .tuple(
        mostly(backing(id, project), fc.constant(place)),
        mostly(`${id}:${project}`, fc.constantFrom(`${id}:p-two`, 'p-one')),
      )
      .map(([namespace, named]) =>
        edit<ProjectRoleTemplateBinding>(projectRoleTemplateBindings, {
          apiVersion: 'management.cattle.io/v3',
          kind: 'ProjectRoleTemplateBinding',
          metadata: metadata(name, namespace),
          projectName: named,
          roleTemplateName: role,
          ...subject,
        }),
      ),
  );
const globalRoleName = fc.constantFrom(
  'admin',
  'user',
  'user-base',
  'users-manage',
  'roles-manage',
  'settings-manage',
  'tenants',
  'dancers',
  'viewers-everywhere',
  'owners-everywhere',
  'red-everywhere',
  'made',
);
const globalBinding = fc
  .tuple(names, globalRoleName, subjects)
  .map(([name, role, { userName, userPrincipalName, groupPrincipalName }]) =>
    edit<GlobalRoleBinding>(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: metadata(name),
      globalRoleName: role,
      ...(userName && { userName }),
      ...(userPrincipalName && { userPrincipalName }),
      ...(groupPrincipalName && { groupPrincipalName }),
    }),
  );
const someRules = fc.constantFrom<readonly PolicyRule[]>(
  [],
  ...usually<readonly PolicyRule[]>([rule('example.io', 'floors', 'dance')], 4),
  [rule('', 'secrets', 'get')],
  [rule('', 'nodes', 'get')],
  [rule('', 'pods', '*')],
  [management('projects', 'own')],
  [management('clusterroletemplatebindings', CRUD)],
  [named('', 'namespaces', 'red', 'get')],
  EVERYTHING,
);
const roleTemplate = fc
  .record({
    name: fc.constantFrom(
      ...usually('made', 6),
      'dances',
      'idle',
      'nothing',
      'for-makers',
      'read-only',
      'read-only-promoted',
      'read-only-aggregator',
      'project-owner-project-mgmt',
      'p-one-namespaces-edit',
      'cluster-member-cluster-mgmt-aggregator',
      'x-cluster',
    ),
    rules: someRules,
    inherits: fc.option(anyTemplate, { nil: undefined, freq: 3 }),
    context: fc.constantFrom<'cluster' | 'project'>('cluster', 'project'),
    external: mostly(false, fc.constant(true)),
    locked: mostly(false, fc.constant(true)),
    projectCreatorDefault: mostly(false, fc.constant(true)),
  })
  .map(({ name, rules, inherits, ...facts }) =>
    edit<RoleTemplate>(
      roleTemplates,
      template(name, { rules: [...rules], roleTemplateNames: inherits === undefined ? [] : [inherits], ...facts }),
    ),
  );
const madeGlobalRole = fc
  .record({
    name: fc.constantFrom('made', 'tenants', 'user-base', 'viewers-everywhere', 'red-everywhere'),
    rules: someRules,
    newUserDefault: mostly(false, fc.constant(true)),
    inheritedClusterRoles: fc.oneof(
      fc.constant<string[]>([]),
      clusterTemplate.map((each) => [each]),
      fc.constantFrom([['virt-view-cluster']], [['cluster-owner', 'made']]).map(([each]) => [...(each ?? [])]),
    ),
    inheritedNamespacedRules: fc.oneof(
      fc.constant<Record<string, PolicyRule[]>>({}),
      someRules.map((each) => ({ red: [...each] })),
    ),
  })
  .map(({ name, rules, ...facts }) => edit<GlobalRole>(globalRoles, globalRole(name, rules, facts)));
const madeProject = fc
  .record({
    name: projectName,
    namespace: cluster,
    of: cluster,
    creator: fc.option(fc.constantFrom(...PEOPLE.map(({ name }) => name)), { nil: undefined, freq: 4 }),
    place: fc.option(places, { nil: undefined, freq: 4 }),
  })
  .map(({ name, namespace, of, creator, place }) =>
    edit<Project>(projects, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'Project',
      metadata: { name, namespace, ...(creator === undefined ? {} : { annotations: { [CREATOR_ID]: creator } }) },
      spec: { clusterName: of === 'local' ? namespace : of, displayName: name },
      ...(place === undefined ? {} : { status: { backingNamespace: place } }),
    }),
  );

const start = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: clusterBinding },
    { weight: 4, arbitrary: projectBinding },
    { weight: 3, arbitrary: globalBinding },
  ),
  { minLength: 1, maxLength: 6 },
);
const write = fc.record({
  by: fc.constantFrom(...PEOPLE),
  operation: fc.constantFrom('CREATE' as const, 'CREATE' as const, 'UPDATE' as const, 'DELETE' as const),
  wanted: fc.oneof(
    { weight: 4, arbitrary: clusterBinding },
    { weight: 4, arbitrary: projectBinding },
    { weight: 2, arbitrary: globalBinding },
    { weight: 3, arbitrary: roleTemplate },
    { weight: 1, arbitrary: madeGlobalRole },
    { weight: 2, arbitrary: madeProject },
  ),
});

/** Puts what an administrator has made before: the roles, the projects, and some bindings. */
function founded(bindings: readonly Edit[], ofEverybody: string | undefined): Tenancy {
  const tenancy = newTenancy(namespacesOf);
  for (const each of TEMPLATES) tenancy.put(roleTemplates, each);
  for (const each of GLOBAL_ROLES) tenancy.put(globalRoles, each);
  for (const namespace of CLUSTERS)
    for (const name of PROJECTS)
      tenancy.put(projects, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'Project',
        metadata: { name, namespace },
        spec: { clusterName: namespace, displayName: name },
      });
  bindings.forEach(({ kind, object }, at) => {
    // Members of a project that is not there are made by nobody, and go with a project that was.
    if (object.metadata.namespace?.endsWith('p-new')) return;
    tenancy.put(kind, { ...object, metadata: { ...object.metadata, name: object.metadata.name ?? `given-${at}` } });
  });
  if (ofEverybody !== undefined)
    tenancy.put(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name: 'everybody' },
      globalRoleName: ofEverybody,
      groupPrincipalName: EVERYBODY,
    });
  return tenancy;
}

type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;

/** Does a write as the API would: RBAC, admission, storage. Says whether it was done. */
async function attempt(tenancy: Tenancy, { by, operation, wanted }: Write): Promise<KubeObject | undefined> {
  const { kind } = wanted;
  const { namespace, name = '' } = wanted.object.metadata;
  const old = name === '' ? undefined : tenancy.find(kind, { namespace, name });
  if ((operation === 'CREATE') !== (old === undefined)) return undefined;
  // Cluster members have their rights in each project there is: one that is made again would look like a gain of theirs.
  if (kind.plural === 'projects' && operation === 'DELETE' && PROJECTS.includes(name)) return undefined;
  const verb = operation.toLowerCase();
  if (!tenancy.allows(by, { verb, group: kind.group, resource: kind.plural, name }, namespace)) return undefined;
  let object =
    operation === 'DELETE' ? undefined : operation === 'CREATE' ? wanted.object : changed(old, wanted.object);
  for (const plugin of managerAdmission(() => tenancy)) {
    if (!plugin.resources.includes(`${kind.group}/${kind.plural}`)) continue;
    try {
      const after = await plugin.admit({
        operation,
        group: kind.group,
        resource: kind.plural,
        namespace,
        name,
        ...(object && { object }),
        ...(old && { old }),
        identity: by,
        dryRun: false,
      });
      object = after ?? object;
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }
  if (object === undefined) {
    if (kind.plural === 'projects') removeMembers(tenancy, namespace ?? '', name);
    tenancy.remove(kind, { namespace, name });
    return old;
  }
  const stored = { ...object, metadata: { ...object.metadata, name: name || 'x-made' } };
  tenancy.put(kind, stored);
  return stored;
}

/** An update says again what is not to change, as clients do. */
const changed = (old: KubeObject | undefined, wanted: KubeObject): KubeObject => ({
  ...old,
  ...wanted,
  metadata: { ...old?.metadata, ...wanted.metadata },
});

/**
 * What the project controller does for the creator of a project. That makers own what they make is a part of the right to make it; any
 * other role they get must not give more than that.
 */
function bindCreators(tenancy: Tenancy, project: KubeObject, before: readonly Rights[]): Rights[] {
  const creator = PEOPLE.findIndex(({ name }) => name === project.metadata.annotations?.[CREATOR_ID]);
  const { namespace = '', name = '' } = project.metadata;
  const bind = (role: string): Rights[] => {
    tenancy.put(projectRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ProjectRoleTemplateBinding',
      metadata: { name: `creator-${role}`, namespace: backing(namespace, name) },
      projectName: `${namespace}:${name}`,
      roleTemplateName: role,
      userName: PEOPLE[creator]?.name ?? '',
    });
    return everybody(tenancy);
  };
  if (creator < 0) return [...before];
  const owning = bind('project-owner');
  const others = tenancy
    .all(roleTemplates)
    .filter(
      (each) => each.projectCreatorDefault === true && each.locked !== true && each.metadata.name !== 'project-owner',
    );
  for (const each of others) {
    const after = bind(each.metadata.name);
    expect(gains(owning, after, new Map()), `the creator of a project gets ${each.metadata.name}`).toEqual([]);
  }
  return owning;
}

const holdsAll = (tenancy: Tenancy, who: Identity): boolean =>
  tenancy.allows(who, { verb: '*', group: '*', resource: '*' });

it('no history of writes by others than administrators gives anybody what the writers did not have', async () => {
  let done = 0;
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.constantFrom('tenants', 'dancers', 'dancers', undefined),
      fc.array(write, { minLength: 1, maxLength: 12 }),
      async (bindings, all, writes) => {
        const tenancy = founded(bindings, all);
        let before = everybody(tenancy);
        for (const each of writes) {
          if (holdsAll(tenancy, each.by)) continue;
          const giver = before[PEOPLE.indexOf(each.by)] ?? new Map<string, bigint>();
          const stored = await attempt(tenancy, each);
          if (stored === undefined) continue;
          done += 1;
          const after = everybody(tenancy);
          expect(
            gains(before, after, giver).slice(0, 5),
            `${each.by.name} ${each.operation} ${JSON.stringify(stored)}`,
          ).toEqual([]);
          before = after;
          if (each.operation === 'CREATE' && each.wanted.kind.plural === 'projects')
            before = bindCreators(tenancy, stored, before);
        }
      },
    ),
    { numRuns: RUNS, verbose: 1 },
  );
  expect(done).toBeGreaterThan(RUNS / 4);
}, 1_200_000);
