import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Stored,
  storageClasses,
  virtualMachineImages,
  virtualMachineInstances,
} from '@drover/api';
import { describe, expect, it } from 'vitest';
import { defaultStorageClass } from '../bootstrap/storage.js';
import { ImageFiles } from '../image/files.js';
import { imageStorageClass } from '../image/storage-class.js';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { FakeMachines } from '../testing/fake-machines.js';
import { claimController } from './controller.js';
import { VolumeFiles } from './files.js';
import { Volumes } from './volumes.js';

interface Lab extends TestCluster {
  readonly machines: FakeMachines;
  readonly done: string[];
  readonly volumeFiles: VolumeFiles;
  readonly imageFiles: ImageFiles;
  claim(storageClassName: string, storage?: string): Promise<Stored<PersistentVolumeClaim>>;
  bound(): Promise<Stored<PersistentVolumeClaim>>;
}

async function openLab(): Promise<Lab> {
  const cluster = await openTestCluster();
  const root = await mkdtemp(join(tmpdir(), 'drv-pvc-'));
  const done: string[] = [];
  const volumeFiles = new VolumeFiles(join(root, 'volumes'));
  const imageFiles = new ImageFiles(join(root, 'images'));
  const make = async (path: string, what: string): Promise<void> => {
    done.push(what);
    await writeFile(path, '');
  };
  const tools = {
    createBlank: (path: string, size: number) => make(path, `blank of ${size}`),
    createOverlay: (path: string, base: { path: string; format: string }, size: number) =>
      make(path, `${base.format} overlay of ${size}`),
    resize: ({ path }: { path: string }, size: number) => make(path, `resized to ${size}`),
    truncate: async ({ path }: { path: string }, size: number) => void done.push(`${path ? 'cut' : ''} to ${size}`),
    virtualSize: async () => 2 ** 30,
    snapshots: async () => [],
    createSnapshot: async (_: unknown, name: string) => void done.push(`snapshot ${name.replace(/-.*/, '')}`),
    deleteSnapshot: async () => {},
    convert: (_: unknown, path: string) => make(path, 'copy'),
  };
  const machines = new FakeMachines();
  const volumes = new Volumes({ ...cluster.informers, machines, imageFiles, volumeFiles, tools });
  cluster.run(claimController({ ...cluster, ...cluster.informers, volumeFiles, imageFiles, tools, volumes }));
  await cluster.client.create(storageClasses, defaultStorageClass());
  return {
    ...cluster,
    machines,
    done,
    volumeFiles,
    imageFiles,
    claim: (storageClassName, storage = '1Gi') =>
      cluster.client.create(persistentVolumeClaims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { namespace: 'default', name: 'disk' },
        spec: {
          storageClassName,
          accessModes: ['ReadWriteMany'],
          volumeMode: 'Block',
          resources: { requests: { storage } },
        },
      }),
    bound: () => cluster.until(persistentVolumeClaims, 'default/disk', ({ status }) => status?.phase === 'Bound'),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

describe('a claim', () => {
  it('of the default class gets a blank volume', async () => {
    await using lab = await openLab();
    const { uid } = (await lab.claim('harvester-longhorn')).metadata;
    const claim = await lab.bound();
    expect(lab.done).toEqual([`blank of ${2 ** 30}`]);
    expect(claim).toMatchObject({
      spec: { volumeName: `pvc-${uid}` },
      status: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany'] },
    });
    const volume = await lab.until(persistentVolumes, `pvc-${uid}`, ({ status }) => status?.phase === 'Bound');
    expect(volume.spec).toMatchObject({
      claimRef: { namespace: 'default', name: 'disk', uid },
      capacity: { storage: '1Gi' },
      volumeMode: 'Block',
    });
  });

  it("of an image's class waits for the image, and begins as it", async () => {
    await using lab = await openLab();
    const image = await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { namespace: 'default', name: 'image-a' },
      spec: { displayName: 'a', sourceType: 'upload' },
    });
    const { uid } = image.metadata;
    await lab.client.create(storageClasses, imageStorageClass(image));
    await lab.claim(`lh-${uid}`);
    await expect
      .poll(() => lab.recorder.told.some((line) => line.includes('image default/image-a is not ready')))
      .toBe(true);
    await writeFile(await lab.imageFiles.incoming(uid), '');
    await lab.imageFiles.accept(uid, 'raw');
    await lab.client.update(virtualMachineImages, {
      ...image,
      status: { storageClassName: `lh-${uid}`, virtualSize: 1000, conditions: [{ type: 'Imported', status: 'True' }] },
    });
    await lab.bound();
    expect(lab.done).toEqual([`raw overlay of ${2 ** 30}`]);
  });

  it('smaller than its image says so and stays unbound', async () => {
    await using lab = await openLab();
    const image = await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { namespace: 'default', name: 'image-a' },
      spec: { displayName: 'a', sourceType: 'upload' },
      status: { virtualSize: 2 ** 31, conditions: [{ type: 'Imported', status: 'True' }] },
    });
    await writeFile(await lab.imageFiles.incoming(image.metadata.uid), '');
    await lab.imageFiles.accept(image.metadata.uid, 'qcow2');
    await lab.client.create(storageClasses, imageStorageClass(image));
    await lab.claim(`lh-${image.metadata.uid}`);
    await expect
      .poll(() => lab.recorder.told.some((line) => line.includes('the image needs 2Gi, the claim asks for 1Gi')))
      .toBe(true);
  });

  it('grows where nobody has it open, and through the machine that has', async () => {
    await using lab = await openLab();
    await lab.claim('harvester-longhorn');
    const grownTo = async (storage: string): Promise<void> => {
      const patch = { spec: { resources: { requests: { storage } } } };
      await lab.client.patch(persistentVolumeClaims, { namespace: 'default', name: 'disk' }, { type: 'merge', patch });
      await lab.until(
        persistentVolumeClaims,
        'default/disk',
        ({ status }) => status?.capacity?.['storage'] === storage,
      );
    };
    await lab.bound();
    await grownTo('2Gi');
    expect(lab.done.at(-1)).toBe(`resized to ${2 ** 31}`);
    const instance = await lab.client.create(virtualMachineInstances, {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstance',
      metadata: { namespace: 'default', name: 'web01' },
      spec: { domain: { devices: {} }, volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'disk' } }] },
      status: { phase: 'Running' },
    });
    const machine = await lab.machines.start(instance.metadata.uid, { disks: [{ name: 'd', media: 'disk' }] } as never);
    await lab.until(virtualMachineInstances, 'default/web01', () => lab.informers.instances.list().length === 1);
    await grownTo('4Gi');
    expect(machine.asked).toEqual([`resize d ${2 ** 32}`]);
  });

  it('takes its file along, but not from under a machine', async () => {
    await using lab = await openLab();
    const { uid } = (await lab.claim('harvester-longhorn')).metadata;
    await lab.bound();
    const instance = await lab.client.create(virtualMachineInstances, {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstance',
      metadata: { namespace: 'default', name: 'web01' },
      spec: { domain: { devices: {} }, volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'disk' } }] },
      status: { phase: 'Running' },
    });
    await lab.until(virtualMachineInstances, 'default/web01', () => lab.informers.instances.list().length === 1);
    await lab.client.delete(persistentVolumeClaims, { namespace: 'default', name: 'disk' });
    await lab.until(persistentVolumeClaims, 'default/disk', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(await lab.volumeFiles.exists(`pvc-${uid}`)).toBe(true);
    await lab.client.update(virtualMachineInstances, { ...instance, status: { phase: 'Succeeded' } });
    await lab.untilGone(persistentVolumeClaims, 'default/disk');
    await lab.untilGone(persistentVolumes, `pvc-${uid}`);
    expect(await lab.volumeFiles.exists(`pvc-${uid}`)).toBe(false);
  });

  it("cannot reach another claim's volume by naming it", async () => {
    await using lab = await openLab();
    const claim = await lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'default', name: 'disk' },
      spec: {
        storageClassName: 'harvester-longhorn',
        volumeName: 'pvc-of-someone-else',
        resources: { requests: { storage: '1Gi' } },
      },
    });
    expect((await lab.bound()).spec?.volumeName).toBe(`pvc-${claim.metadata.uid}`);
    expect(() => lab.volumeFiles.path('pvc-../../etc/passwd')).toThrow(/not a volume/);
  });
});
