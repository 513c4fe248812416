import { namespaces, projects, resourceQuotas, roleBindings } from '@drover/api';
import type { Client } from '@drover/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { eventually } from '../eventually.js';
import { importLab } from '../imported-cluster.js';
import { kubectl } from '../kubectl.js';
import { clearLab, kubeconfigClient } from '../lab.js';
import { type Management, startManagement } from '../management.js';
import { present } from '../present.js';
import { temporaryDirectory } from '../temporary.js';

const machine = (name: string, cpu: number, runStrategy = 'Always') => `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: ${name}, namespace: green}
spec:
  runStrategy: ${runStrategy}
  template:
    spec:
      domain:
        cpu: {cores: ${cpu}}
        devices: {}
        resources: {limits: {cpu: "${cpu}", memory: 128Mi}}
      terminationGracePeriodSeconds: 0
`;
const claim = (name: string, storage: string) => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}, namespace: blue}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${storage}}}}
`;

describe.skipIf(!present('kubectl') || !present('qemu-system-x86_64'))(
  'the quota of a project in a Harvester cluster (needs QEMU and kubectl)',
  () => {
    const closing: AsyncDisposable[] = [];
    let drover: Management;
    let admin: string;
    let lab: Client;
    let labConfig: string;
    let id: string;
    let project: string;
    const run = (args: readonly string[], input?: string) =>
      kubectl(labConfig, args, input === undefined ? {} : { input });
    const ask = async (method: string, path: string, body?: object) => {
      const { status, text } = await drover.ask(method, path, { token: admin, ...(body && { body }) });
      return { status, body: JSON.parse(text) as Record<string, unknown> };
    };
    const place = (name: string, annotations: Record<string, string> = {}) =>
      lab.create(namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, annotations: { 'field.cattle.io/projectId': project, ...annotations } },
      });
    const quotaOf = async (namespace: string): Promise<string> =>
      (await lab.list(resourceQuotas, { namespace })).items[0]?.metadata.name ?? '';
    const told = (name: string, words: string) =>
      eventually(lab, namespaces, { name }, ({ metadata }) =>
        Boolean(metadata.annotations?.['cattle.io/status']?.includes(words)),
      );

    beforeAll(async () => {
      const directory = await temporaryDirectory();
      closing.push(directory);
      drover = await startManagement();
      closing.push(drover);
      admin = await drover.signIn();
      const process = new DroverProcess(['lab', '--data-dir', directory.path, '--listen', '127.0.0.1:0']);
      closing.push(process);
      labConfig = (await process.ready('lab')).kubeconfig;
      lab = await kubeconfigClient(labConfig);
      id = await importLab(drover, lab, 'hv');
    });
    afterAll(async () => {
      await clearLab(lab);
      for (const part of closing.reverse()) await part[Symbol.asyncDispose]();
    });

    it('is made through /v3, with what a namespace gets by default', async () => {
      const limit = { requestsStorage: '10Gi', pods: '20' };
      const { status, body } = await ask('POST', '/v3/projects', {
        clusterId: id,
        name: 'demo',
        resourceQuota: { limit },
        namespaceDefaultResourceQuota: { limit: { requestsStorage: '4Gi', pods: '10' } },
        containerDefaultResourceLimit: { limitsCpu: '500m' },
      });
      expect(status).toBe(201);
      expect(body).toMatchObject({ resourceQuota: { limit }, containerDefaultResourceLimit: { limitsCpu: '500m' } });
      project = String(body['id']);
    });

    it('is shared out, enforced by the cluster itself', async () => {
      await place('blue');
      await told('blue', '"ResourceQuotaValidated","Status":"True"');
      expect(await run(['apply', '-f', '-'], claim('small', '1Gi'))).toMatchObject({ code: 0 });
      const refused = await run(['apply', '-f', '-'], claim('large', '4Gi'));
      expect(refused.stderr).toMatch(
        /exceeded quota: default-\w+, requested: requests.storage=4Gi, used: requests.storage=1Gi, limited: requests.storage=4Gi/,
      );
    });

    it('tells what is shared out, and what is used', async () => {
      const [, name = ''] = project.split(':');
      await eventually(drover.client, projects, { namespace: id, name }, ({ status }) =>
        Boolean(status?.conditions?.some(({ message }) => message?.includes('requests.storage=1Gi of'))),
      );
      const { body } = await ask('GET', `/v3/projects/${project}`);
      expect(body).toMatchObject({
        resourceQuota: { usedLimit: { requestsStorage: '4Gi', pods: '10' } },
        resourceQuotaUse: { requestsStorage: '1Gi', pods: '0' },
      });
    });

    it('gives no namespace more than is left, and says so', async () => {
      await place('red', { 'field.cattle.io/resourceQuota': '{"limit":{"requestsStorage":"7Gi","pods":"1"}}' });
      await told('red', 'the project has less left than requests.storage=7Gi');
      const { items } = await lab.list(resourceQuotas, { namespace: 'red' });
      expect(items.map(({ spec }) => spec?.hard)).toEqual([{ pods: '1', 'requests.storage': '0' }]);
    });

    it('counts machines with what QEMU needs, and lets none run beyond it', async () => {
      const { status } = await ask('PUT', `/v3/projects/${project}`, {
        resourceQuota: { limit: { requestsStorage: '10Gi', pods: '20', limitsCpu: '4', limitsMemory: '4Gi' } },
        namespaceDefaultResourceQuota: {
          limit: { requestsStorage: '4Gi', pods: '10', limitsCpu: '1', limitsMemory: '1Gi' },
        },
      });
      expect(status).toBe(200);
      const asked = '{"limit":{"requestsStorage":"0","pods":"5","limitsCpu":"2","limitsMemory":"2Gi"}}';
      await place('green', { 'field.cattle.io/resourceQuota': asked });
      await told('green', '"ResourceQuotaValidated","Status":"True"');
      expect(await run(['apply', '-f', '-'], machine('one', 1))).toMatchObject({ code: 0 });
      const quota = await eventually(
        lab,
        resourceQuotas,
        { namespace: 'green', name: await quotaOf('green') },
        (live) => Boolean(live.status?.used?.['limits.cpu'] === '1'),
      );
      // 220 MiB for its processes, 8 for each of processor and I/O thread, 32 for video, a little for page tables; half more of that.
      expect(quota.status?.used?.['limits.memory']).toMatch(/^54\d{4}Ki$/);
      const refused = await run(['apply', '-f', '-'], machine('two', 2));
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('the machine needs limits.cpu=2 to run, and of 2 that the quota');
      expect(refused.stderr).toContain('1 is left');
      expect(await run(['apply', '-f', '-'], machine('two', 2, 'Halted'))).toMatchObject({ code: 0 });
      const action = `/k8s/clusters/${id}/v1/harvester/kubevirt.io.virtualmachines/green/two?action=start`;
      const started = await drover.ask('POST', action, { token: admin });
      expect(started).toMatchObject({ status: 422, text: expect.stringContaining('1 is left') });
      const lowered = await run([
        'annotate',
        '--overwrite',
        'namespace',
        'green',
        'field.cattle.io/resourceQuota={"limit":{"limitsCpu":"500m"}}',
      ]);
      expect(lowered.stderr).toContain('limits.cpu=500m is less than what the namespace uses: limits.cpu=1');
      expect(await run(['delete', 'vm', '-n', 'green', '--all'])).toMatchObject({ code: 0 });
    });

    it('does not become less than what is shared out', async () => {
      const { status, body } = await ask('PUT', `/v3/projects/${project}`, {
        resourceQuota: { limit: { requestsStorage: '3Gi', pods: '20', limitsCpu: '4', limitsMemory: '4Gi' } },
        namespaceDefaultResourceQuota: {
          limit: { requestsStorage: '1Gi', pods: '1', limitsCpu: '1', limitsMemory: '1Gi' },
        },
      });
      expect(status).toBe(422);
      expect(body['message']).toContain(
        'is less than the namespaces of the project have together: requests.storage=4Gi; lower their shares first',
      );
    });

    it('is not put on a project whose namespaces would have more together', async () => {
      const { status, body } = await ask('PUT', `/v3/projects/${project}`, {
        resourceQuota: { limit: { requestsStorage: '10Gi', pods: '20', secrets: '5' } },
        namespaceDefaultResourceQuota: { limit: { requestsStorage: '4Gi', pods: '10', secrets: '3' } },
      });
      expect(status).toBe(422);
      expect(body).toMatchObject({
        code: 'MaxLimitExceeded',
        fieldName: 'resourceQuota',
        message: expect.stringContaining('would have secrets=9 together'),
      });
    });

    it('is not raised by who owns the project alone', async () => {
      const credentials = { username: 'owner', password: 'correct horse battery' };
      const { body: user } = await ask('POST', '/v3/users', credentials);
      const role = { projectId: project, roleTemplateId: 'project-owner', userId: user['id'] };
      expect((await ask('POST', '/v3/projectroletemplatebindings', role)).status).toBe(201);
      const { text } = await drover.ask('POST', '/v3-public/localProviders/local?action=login', { body: credentials });
      const { token } = JSON.parse(text) as { token: string };
      const [, name = ''] = project.split(':');
      await eventually(drover.client, roleBindings, { namespace: id }, ({ roleRef, subjects = [] }) => {
        return roleRef.name === `${name}-projectowner` && subjects.some((subject) => subject.name === user['id']);
      });
      const put = (pods: string) =>
        drover.ask('PUT', `/v3/projects/${project}`, {
          token,
          body: {
            resourceQuota: { limit: { requestsStorage: '10Gi', pods, limitsCpu: '4', limitsMemory: '4Gi' } },
          },
        });
      const refused = await put('40');
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('only an owner of the cluster may give the project more');
      expect((await put('18')).status).toBe(200);
    });

    it('goes with the project that sets it aside', async () => {
      const { status } = await ask('PUT', `/v3/projects/${project}`, {
        resourceQuota: null,
        namespaceDefaultResourceQuota: null,
      });
      expect(status).toBe(200);
      await eventually(
        lab,
        namespaces,
        { name: 'blue' },
        ({ metadata }) => !metadata.annotations?.['cattle.io/status']?.includes('ResourceQuota'),
      );
      expect((await lab.list(resourceQuotas)).items).toEqual([]);
    });
  },
);
