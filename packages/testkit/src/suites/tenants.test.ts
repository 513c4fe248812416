import { namespaces, projects, roleBindings, type VirtualMachineImage, virtualMachineImages } from '@drover/api';
import type { Client } from '@drover/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { eventually } from '../eventually.js';
import { importLab } from '../imported-cluster.js';
import { kubectl } from '../kubectl.js';
import { clearLab, kubeconfigClient } from '../lab.js';
import { type Management, startManagement } from '../management.js';
import { present } from '../present.js';
import { SeenLive } from '../seen-live.js';
import { temporaryDirectory } from '../temporary.js';

const image = (name: string) => `
apiVersion: harvesterhci.io/v1beta1
kind: VirtualMachineImage
metadata: {name: ${name}, namespace: default}
spec: {displayName: ${name}, sourceType: upload}
`;
const machine = (name: string) => `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: ${name}, namespace: default}
spec:
  runStrategy: Halted
  template:
    spec:
      domain:
        cpu: {cores: 1}
        devices: {}
        resources: {limits: {cpu: "1", memory: 128Mi}}
      terminationGracePeriodSeconds: 0
`;

const imageIn = (namespace: string, name: string): VirtualMachineImage => ({
  apiVersion: 'harvesterhci.io/v1beta1',
  kind: 'VirtualMachineImage',
  metadata: { name, namespace },
  spec: { displayName: `${name}-${namespace}`, sourceType: 'upload' },
});
const machineFrom = (namespace: string, name: string, storageClassName: string): string => {
  const template = {
    metadata: { name: 'root', annotations: { 'harvesterhci.io/imageId': `${namespace}/${name}` } },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '1Gi' } },
      volumeMode: 'Block',
      storageClassName,
    },
  };
  return machine('from-image')
    .replace(
      'namespace: default}',
      `namespace: default, annotations: {harvesterhci.io/volumeClaimTemplates: '${JSON.stringify([template])}'}}`,
    )
    .replace('devices: {}', 'devices: {disks: [{name: root, disk: {bus: virtio}}]}')
    .replace('terminationGracePeriodSeconds: 0', 'volumes: [{name: root, persistentVolumeClaim: {claimName: root}}]');
};

/** A user, and a kubeconfig of its own for the cluster. */
interface Tenant {
  readonly name: string;
  readonly token: string;
  readonly kubeconfig: string;
}

describe.skipIf(!present('kubectl') || !present('qemu-system-x86_64'))(
  'tenants of a Harvester cluster (needs QEMU and kubectl)',
  () => {
    const closing: AsyncDisposable[] = [];
    let drover: Management;
    let admin: string;
    let lab: Client;
    let id: string;
    let project: string;
    const tenants = new Map<string, Tenant>();
    const tenant = (name: string): Tenant => {
      const found = tenants.get(name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found;
    };
    const run = (who: string, args: readonly string[], input?: string) =>
      kubectl(tenant(who).kubeconfig, args, input === undefined ? {} : { input });
    const ask = (who: string, method: string, path: string, body?: object) =>
      drover.ask(method, `/k8s/clusters/${id}${path}`, { token: tenant(who).token, ...(body && { body }) });

    beforeAll(async () => {
      const directory = await temporaryDirectory();
      closing.push(directory);
      drover = await startManagement();
      closing.push(drover);
      admin = await drover.signIn();
      const process = new DroverProcess(['lab', '--data-dir', directory.path, '--listen', '127.0.0.1:0']);
      closing.push(process);
      lab = await kubeconfigClient((await process.ready('lab')).kubeconfig);
      id = await importLab(drover, lab, 'hv');
      const found = await eventually(
        drover.client,
        projects,
        { namespace: id },
        // A project whose status is not kept is made again and again.
        ({ spec, status }) => spec?.displayName === 'Default' && status?.backingNamespace !== undefined,
      );
      project = `${id}:${found.metadata.name}`;
      await eventually(lab, namespaces, { name: 'default' }, ({ metadata }) => {
        return metadata.labels?.['field.cattle.io/projectId'] === found.metadata.name;
      });
    });
    afterAll(async () => {
      await clearLab(lab);
      for (const part of closing.reverse()) await part[Symbol.asyncDispose]();
    });

    it('are made members of a project, each with its role', async () => {
      for (const [name, roleTemplateId] of [
        ['project-owner', 'project-owner'],
        ['project-readonly', 'read-only'],
        ['operator', 'virt-project-operate'],
      ] as const) {
        const user = await newUser(name);
        const body = { projectId: project, roleTemplateId, userId: user.name };
        expect((await drover.ask('POST', '/v3/projectroletemplatebindings', { token: admin, body })).status).toBe(201);
        await eventuallyIn('default', user.name, true);
        tenants.set(name, { ...user, kubeconfig: await drover.kubeconfigFor(id, user.token) });
      }
    });

    it('see that cluster and that project, and no other', async () => {
      for (const name of ['project-owner', 'project-readonly']) {
        expect(await idsOf(name, '/v3/clusters')).toEqual([id]);
        expect(await idsOf(name, '/v3/projects')).toEqual([project]);
      }
      expect((await run('project-owner', ['get', 'vm', '-n', 'kube-system'])).stderr).toContain('Forbidden');
      expect((await run('project-owner', ['get', 'namespaces', 'default', '-o', 'name'])).stdout).toBe(
        'namespace/default\n',
      );
      expect((await run('project-owner', ['get', 'namespaces', 'kube-system'])).stderr).toContain('Forbidden');
    });

    it('see the images that are for everybody', async () => {
      for (const name of ['project-owner', 'project-readonly'])
        expect(await run(name, ['get', 'virtualmachineimages', '-n', 'harvester-public'])).toMatchObject({ code: 0 });
    });

    it('who are in no project see what is for everybody too, and nothing else', async () => {
      const user = await newUser('outsider');
      const body = { clusterId: id, roleTemplateId: 'cluster-member', userId: user.name };
      expect((await drover.ask('POST', '/v3/clusterroletemplatebindings', { token: admin, body })).status).toBe(201);
      tenants.set('outsider', { ...user, kubeconfig: await drover.kubeconfigFor(id, user.token) });
      // What is for everybody needs no role in the cluster but to be let into it.
      const images = ['get', 'virtualmachineimages', '-n'];
      expect(await run('outsider', [...images, 'harvester-public'])).toMatchObject({ code: 0 });
      expect((await run('outsider', [...images, 'default'])).stderr).toContain('Forbidden');
      const remove = ['delete', 'virtualmachineimages', 'any', '-n', 'harvester-public'];
      expect((await run('outsider', remove)).stderr).toContain('Forbidden');
    });

    it('keep the project of the cluster’s own namespaces, and what is theirs, whoever asks', async () => {
      const { text } = await drover.ask('GET', '/v3/projects', { token: admin });
      const { data } = JSON.parse(text) as { data: { id: string; name: string; clusterId: string }[] };
      const system = data.find(({ name, clusterId }) => name === 'System' && clusterId === id)?.id ?? '';
      const refused = await drover.ask('DELETE', `/v3/projects/${system}`, { token: admin });
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('it holds the namespaces of the cluster itself');
      const kept = await lab.get(namespaces, { name: 'kube-system' });
      expect(kept.metadata.annotations?.['field.cattle.io/projectId']).toBe(system);
    });

    it('as owner: makes an image, a machine and a Secret in the project', async () => {
      for (const manifest of [image('tiny'), machine('web')])
        expect(await run('project-owner', ['apply', '-f', '-'], manifest)).toMatchObject({ code: 0 });
      const secret = ['create', 'secret', 'generic', 'cloud-init', '--from-literal=userdata=password', '-n', 'default'];
      expect(await run('project-owner', secret)).toMatchObject({ code: 0 });
    });

    it('as owner: makes a machine from an image that is for everybody, and from none that is for others', async () => {
      for (const namespace of ['harvester-public', 'kube-system'])
        await lab.create(virtualMachineImages, imageIn(namespace, 'base'));
      const from = async (namespace: string): Promise<string> => {
        const ref = { namespace, name: 'base' };
        const { status } = await eventually(lab, virtualMachineImages, ref, (made) =>
          Boolean(made.status?.storageClassName),
        );
        return machineFrom(namespace, 'base', status?.storageClassName ?? '');
      };
      const apply = ['apply', '--dry-run=server', '-f', '-'];
      expect(await run('project-owner', apply, await from('harvester-public'))).toMatchObject({ code: 0 });
      const { code, stderr } = await run('project-owner', apply, await from('kube-system'));
      expect([code, stderr]).toEqual([1, expect.stringContaining('in the namespace "kube-system"')]);
      for (const namespace of ['harvester-public', 'kube-system'])
        await lab.delete(virtualMachineImages, { namespace, name: 'base' });
    });

    it('as reader: sees them, but no Secret', async () => {
      expect(
        (await run('project-readonly', ['get', 'vm,virtualmachineimages', '-n', 'default', '-o', 'name'])).stdout,
      ).toBe('virtualmachine.kubevirt.io/web\nvirtualmachineimage.harvesterhci.io/tiny\n');
      expect((await run('project-readonly', ['get', 'secrets', '-n', 'default'])).stderr).toContain('Forbidden');
    });

    it.each([
      ['apply', machine('other')],
      ['replace', machine('web')],
      ['delete', machine('web')],
      ['apply', image('other')],
    ])('as reader: may not %s anything', async (verb, manifest) => {
      const { code, stderr } = await run('project-readonly', [verb, '-f', '-'], manifest);
      expect(code).toBe(1);
      expect(stderr).toMatch(/forbidden/i);
    });

    const SUBRESOURCES = '/apis/subresources.kubevirt.io/v1/namespaces/default';
    const ACTIONS = '/v1/harvester';
    const powers: [string, string][] = [
      ...['start', 'stop', 'restart'].map((name): [string, string] => [
        'PUT',
        `${SUBRESOURCES}/virtualmachines/web/${name}`,
      ]),
      ...['pause', 'unpause', 'softreboot', 'reset'].map((name): [string, string] => [
        'PUT',
        `${SUBRESOURCES}/virtualmachineinstances/web/${name}`,
      ]),
      ...['console', 'vnc', 'vnc/screenshot'].map((name): [string, string] => [
        'GET',
        `${SUBRESOURCES}/virtualmachineinstances/web/${name}`,
      ]),
      ...['start', 'stop', 'restart', 'pause', 'unpause', 'softreboot'].map((name): [string, string] => [
        'POST',
        `${ACTIONS}/kubevirt.io.virtualmachines/default/web?action=${name}`,
      ]),
      ['POST', `${ACTIONS}/harvesterhci.io.virtualmachineimages/default/tiny?action=upload&size=10`],
      ['POST', '/v1/harvester/kubeconfig'],
      ['POST', '/api/v1/namespaces/default/pods/web/exec'],
      ['POST', '/api/v1/namespaces/default/serviceaccounts/default/token'],
    ];
    it.each(powers)('as reader: may not %s %s', async (method, path) => {
      const { status } = await ask('project-readonly', method, path, method === 'GET' ? undefined : {});
      expect(status).toBe(403);
    });

    it('as operator: starts a machine, but does not change it', async () => {
      const { status } = await ask('operator', 'PUT', `${SUBRESOURCES}/virtualmachines/web/start`, {});
      expect(status).toBe(202);
      const patched = await run('operator', ['label', 'vm', 'web', '-n', 'default', 'mine=yes']);
      expect(patched.stderr).toContain('Forbidden');
    });

    it('as owner: invites others, up to its own role', async () => {
      const guest = await newUser('guest');
      const { token } = tenant('project-owner');
      const invite = (roleTemplateId: string) =>
        drover.ask('POST', '/v3/projectroletemplatebindings', {
          token,
          body: { projectId: project, roleTemplateId, userId: guest.name },
        });
      expect((await invite('project-member')).status).toBe(201);
      const { status, text } = await invite('cluster-owner');
      expect(status).toBe(422);
      expect(text).toContain('is for a cluster, not for a project');
      const body = { clusterId: id, roleTemplateId: 'cluster-member', userId: guest.name };
      expect((await drover.ask('POST', '/v3/clusterroletemplatebindings', { token, body })).status).toBe(403);
    });

    it('as owner: makes namespaces in the project, which its members then see, and none elsewhere', async () => {
      const [, name = ''] = project.split(':');
      const namespace = (of: string) =>
        `apiVersion: v1\nkind: Namespace\nmetadata: {name: blue, annotations: {field.cattle.io/projectId: "${id}:${of}"}}\n`;
      const elsewhere = await run('project-owner', ['create', '-f', '-'], namespace('p-other'));
      expect(elsewhere.stderr).toContain('you do not manage the namespaces of the project "p-other"');
      expect((await run('project-owner', ['create', 'namespace', 'blue'])).stderr).toContain('say in which project');
      expect(await run('project-owner', ['create', '-f', '-'], namespace(name))).toMatchObject({ code: 0 });
      await eventuallyIn('blue', tenant('project-readonly').name, true);
      expect((await run('project-readonly', ['get', 'namespaces', 'blue', '-o', 'name'])).stdout).toBe(
        'namespace/blue\n',
      );
      const move = (of: string) =>
        run('project-owner', ['annotate', '--overwrite', 'namespace', 'blue', `field.cattle.io/projectId=${id}:${of}`]);
      expect((await move('p-other')).stderr).toContain('you do not manage the namespaces of the project "p-other"');
      const privileged = ['label', 'namespace', 'blue', 'pod-security.kubernetes.io/enforce=privileged'];
      expect((await run('project-owner', privileged)).stderr).toContain('may not change the pod security');
      expect(await run('project-owner', ['delete', 'namespace', 'blue', '--wait=false'])).toMatchObject({ code: 0 });
    });

    /** A kind that tenants have no part in. */
    const UPGRADES = 'harvesterhci.io.upgrades';
    const IMAGES = 'harvesterhci.io.virtualmachineimages';
    const look = (who: string) =>
      SeenLive.open(drover, tenant(who).token, [
        ...['management.cattle.io.clusters', 'provisioning.cattle.io.clusters', 'management.cattle.io.projects'].map(
          (resourceType) => ({ cluster: 'local', resourceType }),
        ),
        ...['namespaces', UPGRADES, 'kubevirt.io.virtualmachines', IMAGES].map((resourceType) => ({
          cluster: id,
          resourceType,
        })),
      ]);
    const putImage = (namespace: string) => lab.create(virtualMachineImages, imageIn(namespace, 'theirs'));

    it('see live what is theirs and nothing else, whichever way it is asked for', async () => {
      await putImage('kube-system');
      for (const who of ['project-owner', 'project-readonly']) {
        using seen = await look(who);
        const theirs: Record<string, readonly string[]> = {
          'management.cattle.io.clusters': [id],
          'provisioning.cattle.io.clusters': ['fleet-default/hv'],
          'management.cattle.io.projects': [project.replace(':', '/')],
          namespaces: ['default', 'harvester-public'],
          'kubevirt.io.virtualmachines': ['default/web'],
          [IMAGES]: ['default/tiny'],
        };
        await seen.until(() => Object.entries(theirs).every(([type, ids]) => `${seen.of(type)}` === `${ids}`));
        expect(seen.of(UPGRADES)).toEqual([]);
        expect(seen.errors).toEqual([]);
        expect(await idsOf(who, `/k8s/clusters/${id}/v1/${IMAGES}`)).toEqual(['default/tiny']);
        expect(await idsOf(who, `/k8s/clusters/${id}/v1/${UPGRADES}`)).toEqual([]);
        expect(await idsOf(who, '/v1/provisioning.cattle.io.clusters')).toEqual(['fleet-default/hv']);
      }
    });

    it('gain and lose namespaces within moments as these are moved, without asking again', async () => {
      using seen = await look('project-readonly');
      await seen.until(() => seen.of(IMAGES).length > 0);
      await lab.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'green' } });
      await putImage('green');
      const move = (projectId: string | null): Promise<unknown> =>
        lab.patch(
          namespaces,
          { name: 'green' },
          { type: 'merge', patch: { metadata: { annotations: { 'field.cattle.io/projectId': projectId } } } },
        );
      await move(project);
      await seen.until(() => seen.of(IMAGES).includes('green/theirs') && seen.of('namespaces').includes('green'));
      const began = Date.now();
      await move(null);
      await seen.until(() => !seen.of(IMAGES).includes('green/theirs') && !seen.of('namespaces').includes('green'));
      expect(Date.now() - began).toBeLessThan(5_000);
      await lab.delete(namespaces, { name: 'green' });
    });

    it('are told which kinds they may list and make, and where', async () => {
      const { text } = await drover.ask('GET', `/k8s/clusters/${id}/v1/schemas`, tenant('project-readonly'));
      const { data } = JSON.parse(text) as { data: { id: string; collectionMethods: string[] }[] };
      const methods = (type: string) => data.find((each) => each.id === type)?.collectionMethods;
      expect(methods('kubevirt.io.virtualmachine')).toEqual(['GET']);
      expect(methods('namespace')).toEqual(['GET']);
      expect(methods('harvesterhci.io.upgrade')).toBeUndefined();
      const own = `/k8s/clusters/${id}/v1/schemas/kubevirt.io.virtualmachine`;
      const answer = JSON.parse((await drover.ask('GET', own, tenant('project-owner'))).text) as {
        attributes: { access: Record<string, unknown> };
      };
      expect(answer.attributes.access['create']).toEqual([{ namespace: 'default', resourceName: '*' }]);
    });

    it('lose everything within moments when their role is taken away', async () => {
      const { token, name } = tenant('project-readonly');
      const { text } = await drover.ask('GET', '/v3/projectroletemplatebindings', { token: admin });
      const { data } = JSON.parse(text) as { data: { id: string; userId: string }[] };
      const binding = data.find(({ userId }) => userId === name)?.id ?? '';
      using seen = await look('project-readonly');
      await seen.until(() => seen.of(IMAGES).length > 0 && seen.of('provisioning.cattle.io.clusters').length > 0);
      expect((await drover.ask('DELETE', `/v3/projectroletemplatebindings/${binding}`, { token: admin })).status).toBe(
        200,
      );
      const began = Date.now();
      await seen.until(() => seen.of(IMAGES).length === 0 || seen.errors.length > 0);
      await seen.until(() => seen.of('provisioning.cattle.io.clusters').length === 0);
      await seen.until(() => seen.of('management.cattle.io.projects').length === 0);
      expect(Date.now() - began).toBeLessThan(5_000);
      await eventuallyIn('default', name, false);
      expect((await drover.ask('GET', `/k8s/clusters/${id}${SUBRESOURCES}`, { token })).status).toBe(403);
      expect((await run('project-readonly', ['get', 'vm', '-n', 'default'])).stderr).toContain('Forbidden');
    });

    it('whose rights others change get them back', async () => {
      const { name } = tenant('operator');
      const { items } = await lab.list(roleBindings, { namespace: 'default' });
      const [binding] = items.filter(({ subjects = [] }) => subjects.some((subject) => subject.name === name));
      if (binding === undefined) throw new Error('the operator has no rights');
      await lab.delete(roleBindings, { namespace: 'default', name: binding.metadata.name });
      await eventuallyIn('default', name, true);
    });

    async function idsOf(who: string, path: string): Promise<string[]> {
      const { text } = await drover.ask('GET', path, tenant(who));
      return (JSON.parse(text) as { data: { id: string }[] }).data.map((each) => each.id);
    }

    async function newUser(username: string): Promise<{ name: string; token: string }> {
      const password = 'correct horse battery';
      const made = await drover.ask('POST', '/v3/users', { token: admin, body: { username, password } });
      const login = await drover.ask('POST', '/v3-public/localProviders/local?action=login', {
        body: { username, password },
      });
      return {
        name: (JSON.parse(made.text) as { id: string }).id,
        token: (JSON.parse(login.text) as { token: string }).token,
      };
    }

    /** Waits until a user has a role in a namespace of the lab, or none any more. */
    async function eventuallyIn(namespace: string, user: string, wanted: boolean): Promise<void> {
      const holding = new Set<string>();
      const { items, metadata } = await lab.list(roleBindings, { namespace });
      const note = ({ metadata: { name }, subjects = [] }: (typeof items)[number], gone = false): boolean => {
        if (!gone && subjects.some((subject) => subject.name === user)) holding.add(name);
        else holding.delete(name);
        return holding.size > 0 === wanted;
      };
      for (const item of items) note(item);
      if (holding.size > 0 === wanted) return;
      const stop = new AbortController();
      const { resourceVersion } = metadata;
      for await (const event of lab.watch(roleBindings, { namespace, resourceVersion, signal: stop.signal })) {
        if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
        if (!note(event.object, event.type === 'DELETED')) continue;
        stop.abort();
        return;
      }
    }
  },
);
