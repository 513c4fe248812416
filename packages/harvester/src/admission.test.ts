import {
  type AdmissionPlugin,
  type AdmissionReview,
  type KubeObject,
  type ObjectMeta,
  persistentVolumeClaims,
  storageClasses,
  virtualMachineImages,
  virtualMachines,
  virtualMachineTemplates,
} from '@drover/api';
import { describe, expect, it } from 'vitest';
import { builtInAdmission } from './bootstrap/admission.js';
import { defaultStorageClass } from './bootstrap/storage.js';
import { templates, templateVersions } from './bootstrap/templates.js';
import { claimAdmission } from './claim/admission.js';
import { imageAdmission } from './image/admission.js';
import { ImageFiles } from './image/files.js';
import { Transfers } from './image/transfers.js';
import { keyPairAdmission } from './keypair/admission.js';
import { networkAdmission } from './network/admission.js';
import { settingAdmission } from './setting/admission.js';
import { templateAdmission } from './template/admission.js';
import { openTestCluster, type TestCluster } from './testing/cluster.js';
import { machine } from './testing/documents.js';
import { FakeMachines } from './testing/fake-machines.js';
import { Late, type View } from './view.js';

interface Lab extends TestCluster {
  readonly late: Late<View>;
}

async function openLab(): Promise<Lab> {
  const cluster = await openTestCluster();
  const files = new ImageFiles('/nowhere');
  const transfers = new Transfers({
    ...cluster,
    copyVolume: () => Promise.reject(new Error('not here')),
    files,
    inspect: () => Promise.reject(new Error('not here')),
    outbound: () => ({ proxy: {}, ca: [] }),
  });
  const late = new Late<View>();
  late.fill({
    ...cluster.informers,
    client: cluster.client,
    running: new FakeMachines(),
    imageFiles: files,
    transfers,
  });
  return { ...cluster, late };
}

/** Asks a plugin about a change, as the server does. */
function admit(
  plugin: AdmissionPlugin,
  { object, old, by = 'alice' }: { object?: KubeObject; old?: KubeObject; by?: string },
): Promise<KubeObject | undefined> {
  const metadata: ObjectMeta = (object ?? old)?.metadata ?? {};
  const kind = (object ?? old)?.kind.toLowerCase() ?? '';
  const about = plugin.resources.find((name) => name.split('/')[1]?.startsWith(kind)) ?? plugin.resources[0];
  const [group = '', resource = ''] = (about ?? '').split('/');
  const review: AdmissionReview = {
    operation: object === undefined ? 'DELETE' : old === undefined ? 'CREATE' : 'UPDATE',
    group,
    resource,
    name: metadata.name ?? '',
    identity: { name: by, groups: [], extra: {} },
    dryRun: false,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(object === undefined ? {} : { object }),
    ...(old === undefined ? {} : { old }),
  };
  // A plugin may throw at once; the caller awaits either.
  return Promise.resolve().then(() => plugin.admit(review));
}

const image = (spec: object, metadata: object = {}): KubeObject & { spec: object } => ({
  apiVersion: 'harvesterhci.io/v1beta1',
  kind: 'VirtualMachineImage',
  metadata: { namespace: 'default', name: 'image-a', uid: 'uid-a', ...metadata },
  spec: { displayName: 'debian', sourceType: 'download', url: 'https://images.test/debian.qcow2', ...spec },
});

describe('an image', () => {
  it('is labelled with its display name', async () => {
    await using lab = await openLab();
    expect(await admit(imageAdmission(lab.late), { object: image({}) })).toMatchObject({
      metadata: { labels: { 'harvesterhci.io/imageDisplayName': 'debian' } },
    });
  });

  it.each<[string, object, RegExp]>([
    ['without a URL', { url: '' }, /is not an http or https URL/],
    ['from a file of the host', { url: 'file:///etc/shadow' }, /is not an http or https URL/],
    ['by upload with a URL', { sourceType: 'upload' }, /must be empty when the source is upload/],
    ['by another way', { sourceType: 'clone', url: '' }, /"clone" is not supported by this cluster/],
    ['of the other backend', { backend: 'cdi' }, /"cdi" is not supported/],
    ['with a name that is no label', { displayName: 'a b' }, /must be 1 to 63/],
    ['with a checksum of another kind', { checksum: 'abc' }, /SHA-512/],
  ])('%s is refused', async (_, spec, reason) => {
    await using lab = await openLab();
    await expect(admit(imageAdmission(lab.late), { object: image(spec) })).rejects.toThrow(reason);
  });

  it('keeps its display name, its source, and its URL once it was imported', async () => {
    await using lab = await openLab();
    const plugin = imageAdmission(lab.late);
    const imported = { ...image({}), status: { conditions: [{ type: 'Imported', status: 'True' }] } };
    await expect(admit(plugin, { object: image({ displayName: 'other' }), old: image({}) })).rejects.toThrow(
      /displayName: cannot be changed/,
    );
    await expect(admit(plugin, { object: image({ url: 'https://other.test/' }), old: imported })).rejects.toThrow(
      /url: cannot be changed/,
    );
    await expect(
      admit(plugin, { object: image({ url: 'https://other.test/' }), old: image({}) }),
    ).resolves.toBeDefined();
  });

  it('has a display name of its own in its namespace', async () => {
    await using lab = await openLab();
    await lab.client.create(virtualMachineImages, image({}) as never);
    await lab.until(virtualMachineImages, 'default/image-a', () => lab.informers.images.list().length === 1);
    const again = admit(imageAdmission(lab.late), { object: image({}, { name: 'image-b' }) });
    await expect(again).rejects.toMatchObject({ code: 409, message: 'A resource with the same name exists' });
  });

  it('stays while volumes lie on it, and names them', async () => {
    await using lab = await openLab();
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'default', name: 'disk' },
      spec: { storageClassName: 'lh-uid-a' },
    } as const;
    await lab.client.create(persistentVolumeClaims, claim);
    await lab.until(persistentVolumeClaims, 'default/disk', () => lab.informers.claims.list().length === 1);
    await expect(admit(imageAdmission(lab.late), { old: image({}) })).rejects.toThrow(/used by volumes: default\/disk/);
  });
});

describe('a setting', () => {
  const setting = (name: string, value: string): KubeObject => ({
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Setting',
    metadata: { name },
    ...{ value },
  });
  const plugin = settingAdmission('v1.8.0');

  it('takes what it can go by, and refuses the rest', async () => {
    await expect(admit(plugin, { object: setting('log-level', 'debug') })).resolves.toBeUndefined();
    await expect(admit(plugin, { object: setting('log-level', 'loud') })).rejects.toMatchObject({ code: 422 });
    await expect(admit(plugin, { object: setting('of-the-future', 'anything') })).resolves.toBeUndefined();
  });

  it('of the version is not to be changed, and none to be deleted', async () => {
    await expect(
      admit(plugin, { object: setting('server-version', 'v9'), old: setting('server-version', 'v1.8.0') }),
    ).rejects.toMatchObject({ code: 403 });
    await expect(admit(plugin, { old: setting('log-level', '') })).rejects.toThrow(/set its value to ""/);
  });
});

describe('a key pair', () => {
  it('holds a public key', async () => {
    const pair = (publicKey: string): KubeObject => ({
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'KeyPair',
      metadata: { name: 'k' },
      ...{ spec: { publicKey } },
    });
    await expect(admit(keyPairAdmission, { object: pair('nonsense') })).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('spec.publicKey'),
    });
  });
});

describe('a VM network', () => {
  const network = (config: unknown): KubeObject => ({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { namespace: 'default', name: 'vlan100' },
    ...{ spec: { config: typeof config === 'string' ? config : JSON.stringify(config) } },
  });
  const vlan = {
    cniVersion: '0.3.1',
    name: 'vlan100',
    type: 'bridge',
    bridge: 'servers-br',
    promiscMode: true,
    vlan: 100,
    ipam: {},
  };

  it('is labelled with its cluster network', async () => {
    await using lab = await openLab();
    expect(await admit(networkAdmission(lab.late), { object: network(vlan) })).toMatchObject({
      metadata: { labels: { 'network.harvesterhci.io/clusternetwork': 'servers' } },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /expected a CNI configuration/],
    ['another plugin', { ...vlan, type: 'kube-ovn' }, /"kube-ovn" is not supported/],
    ['a VLAN that is none', { ...vlan, vlan: 4095 }, /expected 1 to 4094/],
    ['an empty trunk', { ...vlan, vlan: 0, vlanTrunk: [] }, /vlanTrunk/],
    ['a bridge of nobody', { ...vlan, bridge: 'eth0' }, /bridge of a cluster network/],
    ['another name', { ...vlan, name: 'x' }, /expected "vlan100"/],
  ])('with %s is refused', async (_, config, reason) => {
    await using lab = await openLab();
    await expect(admit(networkAdmission(lab.late), { object: network(config) })).rejects.toThrow(reason);
  });

  it('stays while machines are on it, and names them', async () => {
    await using lab = await openLab();
    await lab.client.create(
      virtualMachines,
      machine({}, { networks: [{ name: 'default', multus: { networkName: 'vlan100' } }] }),
    );
    await lab.until(virtualMachines, 'default/web01', () => lab.informers.machines.list().length === 1);
    await expect(admit(networkAdmission(lab.late), { old: network(vlan) })).rejects.toThrow(
      /still used by VM\(s\): default\/web01/,
    );
  });
});

describe('a claim', () => {
  const claim = (spec: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'default', name: 'd' },
    ...{ spec },
  });

  it('never becomes smaller', async () => {
    await using lab = await openLab();
    const plugin = claimAdmission(lab.late);
    const sized = (storage: string): KubeObject => claim({ resources: { requests: { storage } } });
    await expect(admit(plugin, { object: sized('1Gi'), old: sized('2Gi') })).rejects.toThrow(
      /can not be less than the previous value/,
    );
    await expect(admit(plugin, { object: sized('2Gi'), old: sized('2048Mi') })).resolves.toBeUndefined();
  });
});

describe('a claim that a machine has', () => {
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'default', name: 'disk' },
  };
  async function withMachine(lab: Lab): Promise<void> {
    const volumes = [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }];
    await lab.client.create(virtualMachines, machine({ runStrategy: 'Halted' }, { volumes }));
    await lab.until(virtualMachines, 'default/web01', () => lab.informers.machines.list().length === 1);
  }

  it('cannot be deleted, though the machine is stopped', async () => {
    await using lab = await openLab();
    await withMachine(lab);
    await expect(admit(claimAdmission(lab.late), { old: claim })).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('the volume is used by VM(s): default/web01'),
    });
    const other = { ...claim, metadata: { ...claim.metadata, name: 'other' } };
    await expect(admit(claimAdmission(lab.late), { old: other })).resolves.toBeUndefined();
  });

  it('cannot be deleted before it is known which machines there are', async () => {
    await expect(admit(claimAdmission(new Late()), { old: claim })).rejects.toMatchObject({ code: 503 });
  });

  it('goes with its namespace, and with its machine', async () => {
    await using lab = await openLab();
    await withMachine(lab);
    await expect(admit(claimAdmission(lab.late), { old: claim, by: 'system:apiserver' })).resolves.toBeUndefined();
    const ref = { namespace: 'default', name: 'web01' };
    await lab.client.patch(virtualMachines, ref, { type: 'merge', patch: { metadata: { finalizers: ['a/b'] } } });
    await lab.client.delete(virtualMachines, ref);
    const isLeaving = () => lab.informers.machines.list()[0]?.metadata.deletionTimestamp !== undefined;
    await lab.until(virtualMachines, 'default/web01', isLeaving);
    await expect(admit(claimAdmission(lab.late), { old: claim })).resolves.toBeUndefined();
  });
});

describe('a version of a template', () => {
  const [template] = templates();
  const [version] = templateVersions();
  if (template === undefined || version === undefined) throw new Error('there are no built-in templates');
  const id = `${version.metadata.namespace}/${version.metadata.name}`;

  it('has limits, key pairs that exist, and a template in its namespace', async () => {
    await using lab = await openLab();
    const plugin = templateAdmission(lab.late);
    await expect(admit(plugin, { object: version })).rejects.toThrow(/spec.templateId.*not found/);
    await lab.client.create(virtualMachineTemplates, template);
    await expect(admit(plugin, { object: version })).resolves.toBeUndefined();
    const changed = (spec: object): KubeObject => ({ ...version, ...{ spec: { ...version.spec, ...spec } } });
    await expect(admit(plugin, { object: changed({ templateId: 'default/x' }) })).rejects.toThrow(/names no template/);
    await expect(admit(plugin, { object: changed({ keyPairIds: ['default/gone'] }) })).rejects.toThrow(
      /key pair "default\/gone" not found/,
    );
    await expect(admit(plugin, { object: changed({ vm: {} }) })).rejects.toThrow(/limit of cpu.*limit of memory/);
  });

  it('that is the default one goes only with its template', async () => {
    await using lab = await openLab();
    const plugin = templateAdmission(lab.late);
    await lab.client.create(virtualMachineTemplates, { ...template, spec: { defaultVersionId: id } });
    await expect(admit(plugin, { old: version })).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining('default version'),
    });
    const second = { ...version, metadata: { ...version.metadata, name: 'second' } };
    await expect(admit(plugin, { old: second })).resolves.toBeUndefined();
    await expect(admit(plugin, { old: version, by: 'system:apiserver' })).resolves.toBeUndefined();
    const { namespace, name = '' } = template.metadata;
    await lab.client.delete(virtualMachineTemplates, { namespace, name });
    await expect(admit(plugin, { old: version })).resolves.toBeUndefined();
  });
});

describe('what a cluster always has', () => {
  it.each([
    ['harvester-system', 403],
    ['harvester-public', 403],
    ['longhorn-system', 403],
  ])('is namespace %s', async (name, code) => {
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await expect(admit(builtInAdmission(new Late()), { old: namespace })).rejects.toMatchObject({ code });
  });

  it('is no namespace of somebody else', async () => {
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cattle-system' } };
    await expect(admit(builtInAdmission(new Late()), { old: namespace })).resolves.toBeUndefined();
  });

  it('stays', async () => {
    await using lab = await openLab();
    await expect(admit(builtInAdmission(lab.late), { old: defaultStorageClass() })).rejects.toMatchObject({
      code: 403,
    });
  });

  it('has one default storage class', async () => {
    await using lab = await openLab();
    await lab.client.create(storageClasses, defaultStorageClass());
    await lab.until(storageClasses, 'harvester-longhorn', () => lab.informers.storageClasses.list().length === 1);
    const second = { ...defaultStorageClass(), metadata: { ...defaultStorageClass().metadata, name: 'fast' } };
    await expect(admit(builtInAdmission(lab.late), { object: second })).rejects.toThrow(
      /harvester-longhorn already exists, please reset it first/,
    );
  });
});
