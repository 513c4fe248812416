import { randomBytes } from 'node:crypto';
import {
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  type GlobalRole,
  type Kind,
  type KubeObject,
  type RoleBinding,
  type RoleTemplate,
  roleBindings,
  roles,
  type Stored,
  unavailable,
} from '@drover/api';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rule } from '../roles/rule.js';
import { CLUSTER, clusterMember, findBuiltIn, globalBinding, project, projectMember } from '../testing/bindings.js';
import { applyChanges, changesTo } from './apply-derived.js';
import { type DerivedSet, RIGHTS_LABEL } from './derived-set.js';
import { deriveDownstream } from './downstream-rights.js';
import type { BindingSubject } from './subject.js';

const PROJECTS = ['p-one', 'p-two'];
const SPACES = ['red', 'blue', 'green'];
const WRITES = new Set(['create', 'update', 'patch', 'delete']);

const subject = fc.constantFrom<BindingSubject>(
  { userName: 'u-ann' },
  { userName: 'u-bob' },
  { groupName: 'ldap_group://red' },
);
const name = fc.constantFrom('a', 'b', 'c', 'd');
const step = fc.oneof(
  fc.record({
    what: fc.constant('member' as const),
    name,
    role: fc.constantFrom('cluster-member', 'virt-view-cluster', 'made'),
    subject,
  }),
  fc.record({
    what: fc.constant('in project' as const),
    name,
    of: fc.constantFrom(...PROJECTS),
    role: fc.constantFrom('project-owner', 'read-only', 'edit', 'made'),
    subject,
  }),
  fc.record({ what: fc.constant('global' as const), name, role: fc.constantFrom('admin', 'user', 'spaces'), subject }),
  fc.record({ what: fc.constant('remove' as const), name, from: fc.constantFrom('cluster', 'project', 'global') }),
  fc.record({
    what: fc.constant('template' as const),
    verb: fc.option(fc.constantFrom('get', 'update'), { nil: undefined }),
  }),
  fc.record({
    what: fc.constant('move' as const),
    space: fc.constantFrom(...SPACES),
    to: fc.option(fc.constantFrom(...PROJECTS)),
  }),
  fc.record({ what: fc.constant('tamper' as const), at: fc.nat(), how: fc.constantFrom('delete', 'change') }),
  fc.record({ what: fc.constant('theirs' as const), name }),
  // After so many writes the process ends.
  fc.record({ what: fc.constant('apply' as const), writes: fc.option(fc.nat(12), { nil: undefined }) }),
);

/** A global role that gives something in namespaces of every cluster, one of which is not in this one. */
const spaces: Stored<GlobalRole> = {
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRole',
  metadata: { name: 'spaces', uid: 'spaces', resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' },
  inheritedNamespacedRules: {
    red: [rule('', 'pods', 'get')],
    blue: [rule('', 'pods', 'list')],
    elsewhere: [rule('', 'pods', 'watch')],
  },
};

/** What rights follow from, changed by the steps of a history. */
class History {
  readonly members = new Map<string, ReturnType<typeof clusterMember>>();
  readonly inProjects = new Map<string, ReturnType<typeof projectMember>>();
  readonly global = new Map<string, ReturnType<typeof globalBinding>>();
  readonly home = new Map<string, string | null>(SPACES.map((space, at) => [space, PROJECTS[at] ?? null]));
  template: RoleTemplate | undefined;

  derive(): DerivedSet {
    return deriveDownstream({
      installation: 'us',
      cluster: CLUSTER,
      globalRoles: [spaces],
      globalRoleBindings: [...this.global.values()],
      hasNamespace: (name) => SPACES.includes(name),
      clusterBindings: [...this.members.values()],
      projects: PROJECTS.map(project),
      projectBindings: [...this.inProjects.values()],
      namespacesOf: (of) => [...this.home].filter(([, home]) => home === of).map(([space]) => space),
      findTemplate: (each) => (each === 'made' ? this.template : findBuiltIn(each)),
      userOf: () => undefined,
    });
  }
}

const LABELLED = { labelSelector: `${RIGHTS_LABEL}=us` };

async function present(client: FakeClient) {
  return {
    clusterRoles: (await client.list(clusterRoles, LABELLED)).items,
    clusterRoleBindings: (await client.list(clusterRoleBindings, LABELLED)).items,
    roles: (await client.list(roles, LABELLED)).items,
    roleBindings: (await client.list(roleBindings, LABELLED)).items,
  };
}

/** What is ours of an object: the rest is the server's, and so are the rules of a role that it puts together. */
const content = ({ metadata, ...rest }: KubeObject): object => ({
  ...rest,
  ...('aggregationRule' in rest && rest.aggregationRule !== undefined ? { rules: undefined } : {}),
  metadata: { name: metadata.name, namespace: metadata.namespace, labels: metadata.labels },
});
const contents = (objects: Iterable<KubeObject>): object[] =>
  [...objects].map(content).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

it('whatever happens, and wherever it is interrupted, what is there is in the end what a fresh derivation gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      let left = Number.POSITIVE_INFINITY;
      const client = createFakeClient({
        clock: new FakeClock(),
        random: randomBytes,
        before: ({ verb }) => {
          if (!WRITES.has(verb)) return;
          if (left <= 0) throw unavailable('the process has ended');
          left -= 1;
        },
      });
      const history = new History();
      const theirs = new Map<string, readonly [Stored<ClusterRole>, Stored<RoleBinding>]>();
      const apply = async (): Promise<unknown> =>
        applyChanges(client, await changesTo(history.derive(), await present(client)));
      for (const each of steps) {
        if (each.what === 'member') history.members.set(each.name, clusterMember(each.role, each.subject, each.name));
        else if (each.what === 'in project')
          history.inProjects.set(each.name, projectMember(each.of, each.role, each.subject, each.name));
        else if (each.what === 'global')
          history.global.set(each.name, globalBinding(each.role, each.subject, each.name));
        else if (each.what === 'remove') {
          const from = { cluster: history.members, project: history.inProjects, global: history.global };
          from[each.from as keyof typeof from].delete(each.name);
        } else if (each.what === 'template') history.template = made(each.verb);
        else if (each.what === 'move') history.home.set(each.space, each.to);
        else if (each.what === 'tamper') await tamper(client, each.at, each.how);
        else if (each.what === 'theirs') {
          if (theirs.has(each.name)) continue;
          theirs.set(each.name, [
            await client.create(clusterRoles, {
              ...blank,
              metadata: { name: `theirs-${each.name}`, labels: { [RIGHTS_LABEL]: 'another' } },
            }),
            await client.create(roleBindings, binding(each.name)),
          ]);
        } else {
          left = each.writes ?? left;
          await apply().catch(() => undefined);
          left = Number.POSITIVE_INFINITY;
        }
      }
      await apply();
      const wanted = history.derive();
      const there = await present(client);
      expect(contents(there.clusterRoles)).toEqual(contents(wanted.clusterRoles.values()));
      expect(contents(there.clusterRoleBindings)).toEqual(contents(wanted.eachClusterRoleBinding()));
      expect(contents(there.roles)).toEqual(contents(wanted.roles));
      expect(contents(there.roleBindings)).toEqual(contents(wanted.eachRoleBinding()));
      const { applied } = await changesTo(wanted, there);
      expect(applied).toEqual({ created: 0, updated: 0, deleted: 0 });
      for (const [role, bound] of theirs.values()) {
        expect(await client.get(clusterRoles, role.metadata)).toEqual(role);
        expect(await client.get(roleBindings, bound.metadata)).toEqual(bound);
      }
    }),
    { numRuns: 150 },
  );
});

const blank: ClusterRole = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: {}, rules: [] };

const binding = (name: string): RoleBinding => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `theirs-${name}`, namespace: 'red' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'read-only-aggregator' },
  subjects: [],
});

const made = (verb: string | undefined): RoleTemplate | undefined =>
  verb === undefined
    ? undefined
    : {
        apiVersion: 'management.cattle.io/v3',
        kind: 'RoleTemplate',
        metadata: { name: 'made' },
        context: 'project',
        rules: [rule('', 'pods', verb)],
        roleTemplateNames: verb === 'update' ? ['read-only'] : [],
      };

/** Somebody else deletes a derived object, or changes whom it binds, or what it allows. */
async function tamper(client: FakeClient, at: number, how: string): Promise<void> {
  const there = await present(client);
  const of = async <T extends KubeObject>(kind: Kind<T>, objects: readonly Stored<T>[], change: Partial<T>) => {
    const object = objects[at % objects.length];
    if (object === undefined) return;
    if (how === 'delete') await client.delete(kind, { ...object.metadata });
    else await client.update(kind, { ...object, ...change });
  };
  const everybody = [{ kind: 'Group', name: 'everybody', apiGroup: 'rbac.authorization.k8s.io' }];
  if (at % 4 === 3) await of(roles, there.roles, { rules: [rule('*', '*', '*')] });
  else if (at % 3 === 0) await of(clusterRoles, there.clusterRoles, { rules: [rule('*', '*', '*')] });
  else if (at % 3 === 1) await of(clusterRoleBindings, there.clusterRoleBindings, { subjects: everybody });
  else await of(roleBindings, there.roleBindings, { subjects: everybody });
}
