import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  clusterRoleTemplateBindings,
  decodeYamlDocuments,
  namespaces,
  type PolicyRule,
  projectRoleTemplateBindings,
  projects,
  type RoleBinding,
  roleBindings,
  type Stored,
  users,
} from '@drover/api';
import type { Client } from '@drover/client';
import { Closing } from '@drover/kit';
import {
  eventually,
  eventuallyAny,
  existingCluster,
  importCluster,
  kubectl,
  type Management,
  present,
  startKubectl,
  startManagement,
} from '@drover/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtBinaries } from '../kubernetes/binaries.js';
import { startControlPlane } from '../kubernetes/control-plane.js';

const GOLDEN = new URL('../../../packages/manager/testdata/downstream-rights.yaml', import.meta.url);
const PASSWORD = 'correct horse battery staple';
const RIGHTS = 'drover.io/rights';

const binaries = builtBinaries();

describe.skipIf(binaries === undefined || !present('kubectl'))(
  'a real Kubernetes that a server has imported (needs kubectl and DROVER_TEST_KUBERNETES_BINARIES)',
  () => {
    const closing = new Closing();
    let drover: Management;
    let admin: string;
    let cluster: Client;
    let id: string;
    const kubeconfigs = new Map<string, string>();
    const run = (who: string, ...args: readonly string[]) => kubectl(kubeconfigs.get(who) ?? '', args);

    beforeAll(async () => {
      if (binaries === undefined) return;
      const plane = closing.use(await startControlPlane(binaries));
      drover = closing.use(await startManagement());
      admin = await drover.signIn();
      const real = await existingCluster(plane.kubeconfig);
      cluster = real.client;
      const imported = await importCluster(drover, real, 'real');
      closing.use(imported.agent);
      id = imported.id;
      await peopleOfTheGoldenFile();
    }, 180_000);
    afterAll(() => closing[Symbol.asyncDispose]());

    it('holds the objects of the golden file, and no other right of ours', async () => {
      await eventuallyAny(cluster, roleBindings, 'green', ({ subjects = [] }) => isAbout('u-anna', subjects), true);
      const wanted = decodeYamlDocuments(await readFile(GOLDEN, 'utf8')) as unknown as Rights[];
      const labelSelector = RIGHTS;
      const there: Rights[] = [
        ...(await cluster.list(clusterRoles, { labelSelector })).items,
        ...(await cluster.list(clusterRoleBindings, { labelSelector })).items,
        ...(await cluster.list(roleBindings, { labelSelector })).items,
      ];
      const administrator = there.find(({ metadata }) => metadata.name?.startsWith('globaladmin-'))?.metadata.name;
      const named = (text: string): string =>
        text.replaceAll(administrator?.replace('globaladmin-', '') ?? '', 'user-admin');
      expect(there.map((object) => named(essence(object))).sort()).toEqual(wanted.map(essence).sort());
    });

    it('lets an owner of a project work in it, and nowhere else', async () => {
      await member('u-chief', 'project-owner');
      expect(await run('u-chief', 'create', 'configmap', 'made', '-n', 'blue')).toMatchObject({ code: 0 });
      expect(await run('u-chief', 'create', 'secret', 'generic', 'made', '-n', 'blue')).toMatchObject({ code: 0 });
      for (const namespace of ['default', 'kube-system'])
        expect((await run('u-chief', 'get', 'configmaps', '-n', namespace)).stderr).toContain('Forbidden');
      expect((await run('u-chief', 'get', 'nodes')).code).toBe(0);
      expect(
        (await run('u-chief', 'create', 'clusterrolebinding', 'mine', '--clusterrole=cluster-admin', '--user=u-chief'))
          .stderr,
      ).toMatch(/forbidden/);
    });

    it('lets a reader look, and change nothing', async () => {
      await member('u-reader', 'read-only');
      expect((await run('u-reader', 'get', 'configmaps', 'made', '-n', 'blue', '-o', 'name')).stdout).toBe(
        'configmap/made\n',
      );
      const refused: readonly (readonly string[])[] = [
        ['get', 'secrets', '-n', 'blue'],
        ['create', 'configmap', 'other', '-n', 'blue'],
        ['delete', 'configmap', 'made', '-n', 'blue'],
        ['label', 'configmap', 'made', 'a=b', '-n', 'blue'],
        ['label', 'namespace', 'blue', 'a=b'],
      ];
      for (const args of refused)
        expect([args, (await run('u-reader', ...args)).stderr]).toEqual([args, expect.stringMatching(/forbidden/i)]);
      for (const what of ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/eviction', 'serviceaccounts/token'])
        expect([what, (await run('u-reader', 'auth', 'can-i', 'create', what, '-n', 'blue')).stdout]).toEqual([
          what,
          'no\n',
        ]);
    });

    it('is nobody’s business who is no member', async () => {
      const token = await signedIn('u-stranger');
      const kubeconfig = await drover.ask('POST', `/v3/clusters/${id}?action=generateKubeconfig`, { token });
      expect(kubeconfig.status).toBe(403);
      expect((await drover.ask('GET', `/k8s/clusters/${id}/api/v1/namespaces/blue/configmaps`, { token })).status).toBe(
        403,
      );
    });

    it('obeys within moments when a role is taken away', async () => {
      await drover.client.delete(projectRoleTemplateBindings, { namespace: `${id}-p-one`, name: 'prtb-u-reader' });
      await eventuallyAny(cluster, roleBindings, 'blue', ({ subjects = [] }) => isAbout('u-reader', subjects), false);
      expect((await run('u-reader', 'get', 'configmaps', '-n', 'blue')).stderr).toMatch(/forbidden/i);
    });

    it('is watched no longer than five seconds after a role in the project was taken away, though the watcher still sees the cluster', async () => {
      await member('u-watcher', 'read-only');
      await newProject('p-two');
      await newMember('p-two', 'prtb-watcher', 'read-only', { userName: 'u-watcher' });
      const watching = startKubectl(kubeconfigs.get('u-watcher') ?? '', ['get', 'configmaps', '-n', 'blue', '-w']);
      closing.defer(() => void watching.kill());
      const ended = once(watching, 'exit').then(() => performance.now());
      await once(watching.stdout, 'data');
      // Its list is printed before its watch is open, which what is made now shows to be.
      const shown = new Promise<void>((resolve) => {
        watching.stdout.on('data', (text) => {
          if (String(text).includes('seen')) resolve();
        });
      });
      expect(await run('u-chief', 'create', 'configmap', 'seen', '-n', 'blue')).toMatchObject({ code: 0 });
      await shown;
      const taken = performance.now();
      await drover.client.delete(projectRoleTemplateBindings, { namespace: `${id}-p-one`, name: 'prtb-u-watcher' });
      expect((await ended) - taken).toBeLessThan(5_000);
      expect((await run('u-watcher', 'version')).code).toBe(0);
      expect((await run('u-watcher', 'get', 'configmaps', '-n', 'blue')).stderr).toContain(
        'cannot list resource "configmaps"',
      );
    });

    /** Makes the project, its namespaces and its members by the names that the golden file has. */
    async function peopleOfTheGoldenFile(): Promise<void> {
      const rancher = { apiVersion: 'management.cattle.io/v3' } as const;
      await newProject('p-one');
      await newUser('u-owner');
      await newUser('u-anna');
      await drover.client.create(clusterRoleTemplateBindings, {
        ...rancher,
        kind: 'ClusterRoleTemplateBinding',
        metadata: { namespace: id, name: 'owner' },
        clusterName: id,
        roleTemplateName: 'cluster-owner',
        userName: 'u-owner',
      });
      const bindings = [
        ['prtb-member', 'project-member', { userName: 'u-anna' }],
        ['prtb-viewers', 'read-only', { groupPrincipalName: 'openldap_group://cn=viewers' }],
      ] as const;
      for (const [name, roleTemplateName, subject] of bindings)
        await newMember('p-one', name, roleTemplateName, subject);
      for (const name of ['blue', 'green'])
        await cluster.create(namespaces, {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, annotations: { 'field.cattle.io/projectId': `${id}:p-one` } },
        });
    }

    async function newProject(name: string): Promise<void> {
      await drover.client.create(projects, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'Project',
        metadata: { namespace: id, name },
        spec: { clusterName: id, displayName: name },
      });
      await eventually(drover.client, projects, { namespace: id, name }, ({ status }) =>
        Boolean(status?.backingNamespace),
      );
    }

    async function newMember(
      project: string,
      name: string,
      roleTemplateName: string,
      subject: { readonly userName: string } | { readonly groupPrincipalName: string },
    ): Promise<void> {
      await drover.client.create(projectRoleTemplateBindings, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'ProjectRoleTemplateBinding',
        metadata: { namespace: `${id}-${project}`, name },
        projectName: `${id}:${project}`,
        roleTemplateName,
        ...subject,
      });
    }

    async function member(name: string, roleTemplateName: string): Promise<void> {
      await newUser(name);
      await newMember('p-one', `prtb-${name}`, roleTemplateName, { userName: name });
      const aboutThem = ({ subjects = [] }: { subjects?: { name: string }[] }): boolean => isAbout(name, subjects);
      await eventuallyAny(cluster, clusterRoleBindings, undefined, aboutThem, true);
      for (const namespace of ['blue', 'green']) await eventuallyAny(cluster, roleBindings, namespace, aboutThem, true);
      await eventuallyAny(
        drover.client,
        clusterRoleBindings,
        undefined,
        (binding) => binding.roleRef.name === `${id}-clustermember` && aboutThem(binding),
        true,
      );
      kubeconfigs.set(name, await drover.kubeconfigFor(id, await signedIn(name)));
    }

    async function newUser(name: string): Promise<void> {
      await drover.client.create(users, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'User',
        metadata: { name },
        username: name,
      });
    }

    async function signedIn(name: string): Promise<string> {
      if (name === 'u-stranger') await newUser(name);
      const set = await drover.ask('POST', `/v3/users/${name}?action=setpassword`, {
        token: admin,
        body: { newPassword: PASSWORD },
      });
      if (set.status !== 200) throw new Error(set.text);
      const login = await drover.ask('POST', '/v3-public/localProviders/local?action=login', {
        body: { username: name, password: PASSWORD },
      });
      return (JSON.parse(login.text) as { token: string }).token;
    }
  },
);

type Rights = ClusterRole | ClusterRoleBinding | RoleBinding | Stored<ClusterRole>;

const isAbout = (user: string, subjects: readonly { name: string }[]): boolean =>
  subjects.some(({ name }) => name === user);

/** What an object grants, without what the server that keeps it adds, as one line. */
function essence(object: Rights): string {
  const { namespace, name } = object.metadata;
  const grants =
    'roleRef' in object
      ? { role: object.roleRef.name, subjects: object.subjects?.map(({ kind, name: who }) => `${kind} ${who}`) }
      : 'aggregationRule' in object && object.aggregationRule !== undefined
        ? { aggregates: selectors(object.aggregationRule) }
        : { rules: ('rules' in object ? (object.rules ?? []) : []).map(inOrder) };
  return JSON.stringify({ namespace, name, ...grants });
}

/** Labels by which a role is put together, but for the mark of the installation. */
function selectors({ clusterRoleSelectors = [] }: NonNullable<ClusterRole['aggregationRule']>): readonly string[] {
  return clusterRoleSelectors.map(({ matchLabels = {} }) =>
    JSON.stringify(Object.entries(matchLabels).filter(([label]) => label !== RIGHTS)),
  );
}

const inOrder = ({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): object => ({
  apiGroups,
  resources,
  resourceNames,
  nonResourceURLs,
  verbs,
});
