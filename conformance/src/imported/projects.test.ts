import {
  clusterRoleBindings,
  limitRanges,
  namespaces,
  resourceQuotas,
  roleBindings,
  validatingAdmissionPolicies,
} from '@drover/api';
import { Closing } from '@drover/kit';
import {
  eventually,
  existingCluster,
  type ImportableCluster,
  importCluster,
  kubectl,
  type Management,
  present,
  startManagement,
} from '@drover/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtBinaries } from '../kubernetes/binaries.js';
import { startControlPlane } from '../kubernetes/control-plane.js';

const PROJECT = 'field.cattle.io/projectId';
const SHARE = 'field.cattle.io/resourceQuota';
const programs = builtBinaries();

/** A control plane of its own: what is tried here changes the cluster for everybody. */
describe.skipIf(programs === undefined || !present('kubectl'))(
  'projects of a real Kubernetes cluster that is imported (needs the control plane built, and kubectl)',
  () => {
    const closing = new Closing();
    let drover: Management;
    let cluster: ImportableCluster;
    let id: string;
    let project: string;
    let owner: string;

    const ask = async (method: string, path: string, body: object, token?: string): Promise<Record<string, unknown>> =>
      JSON.parse((await drover.ask(method, path, { body, ...(token && { token }) })).text) as Record<string, unknown>;
    const asOwner = (args: readonly string[], input?: string) =>
      kubectl(owner, args, input === undefined ? {} : { input });
    const namespace = (name: string, of: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations: { [PROJECT]: of } } });
    const told = (name: string, words: string) =>
      eventually(cluster.client, namespaces, { name }, ({ metadata }) =>
        Boolean(metadata.annotations?.['cattle.io/status']?.includes(words)),
      );

    beforeAll(async () => {
      if (programs === undefined) return;
      const { kubeconfig } = closing.use(await startControlPlane(programs));
      cluster = await existingCluster(kubeconfig);
      drover = closing.use(await startManagement());
      const imported = await importCluster(drover, cluster, 'real');
      closing.use(imported.agent);
      id = imported.id;
      const admin = await drover.signIn();
      const limit = { configMaps: '20', pods: '10' };
      const made = await ask(
        'POST',
        '/v3/projects',
        {
          clusterId: id,
          name: 'demo',
          resourceQuota: { limit },
          namespaceDefaultResourceQuota: { limit: { configMaps: '3', pods: '5' } },
          containerDefaultResourceLimit: { limitsCpu: '500m' },
        },
        admin,
      );
      project = String(made['id']);
      const credentials = { username: 'anna', password: 'correct horse battery' };
      const { id: userId } = await ask('POST', '/v3/users', credentials, admin);
      const { token } = await ask('POST', '/v3-public/localProviders/local?action=login', credentials);
      const role = { projectId: project, roleTemplateId: 'project-owner', userId };
      await ask('POST', '/v3/projectroletemplatebindings', role, admin);
      owner = await drover.kubeconfigFor(id, String(token));
      await cluster.client.create(namespaces, JSON.parse(namespace('blue', project)));
      await told('blue', '"ResourceQuotaValidated","Status":"True"');
      // The ConfigMap of the cluster's authority, which each namespace has, is counted.
      await eventually(
        cluster.client,
        resourceQuotas,
        { namespace: 'blue' },
        ({ status }) => status?.used?.['configmaps'] === '1',
      );
      const [, name = ''] = project.split(':');
      await eventually(
        cluster.client,
        clusterRoleBindings,
        {},
        ({ roleRef }) => roleRef.name === `${name}-namespaces-edit`,
      );
      await eventually(cluster.client, roleBindings, { namespace: 'blue' }, ({ subjects = [] }) =>
        subjects.some((subject) => subject.name === userId),
      );
    }, 180_000);
    afterAll(() => closing[Symbol.asyncDispose]());

    it('are enforced by a policy that the cluster takes as it is, and writes nothing into', async () => {
      const { items } = await cluster.client.list(validatingAdmissionPolicies);
      expect(items.map(({ metadata, status }) => [metadata.generation, status?.typeChecking ?? {}])).toEqual([[1, {}]]);
    });

    it('keep their namespaces from members who do not manage both ends', async () => {
      const made = await asOwner(['create', '-f', '-'], namespace('elsewhere', `${id}:p-other`));
      expect(made.stderr).toContain('you do not manage the namespaces of the project "p-other"');
      const moved = await asOwner(['annotate', '--overwrite', 'namespace', 'blue', `${PROJECT}=${id}:p-other`]);
      expect(moved.stderr).toContain('you do not manage the namespaces of the project "p-other"');
      const loosened = await asOwner(['label', 'namespace', 'blue', 'pod-security.kubernetes.io/enforce=privileged']);
      expect(loosened.stderr).toContain('you may not change the pod security of this namespace');
    });

    it('share their quota out, which the cluster enforces', async () => {
      const names = ['one', 'two', 'three'];
      const outcomes: string[] = [];
      for (const name of names) outcomes.push((await asOwner(['create', 'configmap', name, '-n', 'blue'])).stderr);
      expect(outcomes.slice(0, 2)).toEqual(['', '']);
      expect(outcomes[2]).toMatch(/exceeded quota: default-\w+, requested: configmaps=1, used: configmaps=3/);
      const { items } = await cluster.client.list(limitRanges, { namespace: 'blue' });
      expect(items.map(({ spec }) => spec?.limits[0]?.default)).toEqual([{ cpu: '500m' }]);
    });

    it('give a namespace more when a member asks for it', async () => {
      const [quota] = (await cluster.client.list(resourceQuotas, { namespace: 'blue' })).items;
      const asked = await asOwner([
        'annotate',
        '--overwrite',
        'namespace',
        'blue',
        `${SHARE}={"limit":{"configMaps":"8"}}`,
      ]);
      expect(asked.stderr).toBe('');
      const ref = { namespace: 'blue', name: quota?.metadata.name ?? '' };
      await eventually(cluster.client, resourceQuotas, ref, ({ spec }) => spec?.hard?.['configmaps'] === '8');
      expect(await asOwner(['create', 'configmap', 'three', '-n', 'blue'])).toMatchObject({ code: 0 });
    });
  },
);
