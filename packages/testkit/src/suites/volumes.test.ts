import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  events,
  persistentVolumeClaims,
  virtualMachineImages,
  virtualMachineInstances,
  virtualMachines,
  volumeSnapshotContents,
  volumeSnapshots,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest, guestMissing } from '../guest/guest.js';
import { Site } from '../guest/site.js';
import type { Terminal } from '../guest/terminal.js';
import { temporaryDirectory } from '../temporary.js';

const missing = await guestMissing();
const CLAIMS = 'persistentvolumeclaims';
const run = promisify(execFile);

describe.skipIf(missing !== undefined)(`volumes that a machine writes to (${missing ?? 'in QEMU'})`, () => {
  let site: Site;
  let terminal: Terminal;

  beforeAll(async () => {
    site = await Site.open(await buildGuest());
    await site.claim('data', '1Gi');
    terminal = await site.boot({ name: 'writer' });
    await site.plug('writer', 'data');
    await terminal.run('while [ ! -b /dev/sda ]; do usleep 100000; done');
  });
  afterAll(async () => {
    terminal[Symbol.dispose]();
    await site[Symbol.asyncDispose]();
  });

  const write = (text: string, device = 'sda') => terminal.run(`echo ${text} > /dev/${device}; sync`);
  const bound = (name: string) => site.until(persistentVolumeClaims, name, ({ status }) => status?.phase === 'Bound');
  /** What a claim holds, read by the running guest. */
  async function contentOf(claim: string): Promise<string> {
    await site.plug('writer', claim);
    const said = await terminal.run('while [ ! -b /dev/sdb ]; do usleep 100000; done; head -n 1 /dev/sdb | head -c 20');
    expect((await site.verb('virtualmachines/writer/removevolume', { name: claim })).status).toBe(202);
    await terminal.run('while [ -b /dev/sdb ]; do usleep 100000; done');
    return said;
  }

  it('grow while it does, and its guest sees that', async () => {
    await site.lab.client.patch(
      persistentVolumeClaims,
      { namespace: 'default', name: 'data' },
      { type: 'merge', patch: { spec: { resources: { requests: { storage: '2Gi' } } } } },
    );
    await site.until(persistentVolumeClaims, 'data', ({ status }) => status?.capacity?.['storage'] === '2Gi');
    const seen = await terminal.run(
      'for n in $(seq 100); do [ $(cat /sys/block/sda/size) = 4194304 ] && echo grown && break; usleep 100000; done',
    );
    expect(seen).toMatch(/\ngrown/);
  });

  it('have snapshots taken, from which new volumes are made, at the size of then', async () => {
    await write('first');
    expect(await site.action(CLAIMS, 'data', 'snapshot', { name: 'then' })).toEqual({ status: 204, body: '' });
    const snapshot = await site.until(volumeSnapshots, 'then', ({ status }) => status?.readyToUse === true);
    expect(snapshot.status?.restoreSize).toBe('2Gi');
    const name = snapshot.status?.boundVolumeSnapshotContentName ?? '';
    const content = await site.lab.client.get(volumeSnapshotContents, { name });
    expect(content.status).toMatchObject({ readyToUse: true, restoreSize: 2 ** 31 });
    await write('second');
    const type = 'snapshot.storage.k8s.io.volumesnapshots';
    expect((await site.action(type, 'then', 'restore', { name: 'restored' })).status).toBe(204);
    await bound('restored');
    expect(await contentOf('restored')).toMatch(/\nfirst/);
  });

  it('are cloned as they are, by an action and by a claim’s source', async () => {
    expect((await site.action(CLAIMS, 'data', 'clone', { name: 'cloned' })).status).toBe(204);
    await bound('cloned');
    expect(await contentOf('cloned')).toMatch(/\nsecond/);
    await site.claim('by-source', '3Gi', { kind: 'VolumeSnapshot', name: 'then' });
    await bound('by-source');
    expect(await contentOf('by-source')).toMatch(/\nfirst/);
    await site.claim('too-small', '1Gi', { kind: 'PersistentVolumeClaim', name: 'data' });
    await expect
      .poll(async () => JSON.stringify((await site.lab.client.list(events, { namespace: 'default' })).items))
      .toContain('its source has 2Gi, the claim asks for 1Gi');
  });

  it('become images, from which machines boot', async () => {
    const exported = await site.action(CLAIMS, 'writer-disk-0', 'export', {
      displayName: 'golden',
      namespace: 'default',
    });
    expect(exported.status).toBe(200);
    const { name } = JSON.parse(exported.body).metadata;
    const image = await site.until(virtualMachineImages, name, ({ status }) => status?.progress === 100);
    expect(image.status).toMatchObject({ virtualSize: 2 ** 30 });
    expect(image.status?.conditions?.find(({ type }) => type === 'Imported')?.status).toBe('True');
    await site.lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'second-disk-0',
        namespace: 'default',
        annotations: { 'harvesterhci.io/imageId': `default/${name}` },
      },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: image.status?.storageClassName ?? '',
        volumeMode: 'Block',
      },
    });
    await bound('second-disk-0');
    using second = await site.boot({
      name: 'second',
      disks: [],
      change(spec) {
        spec.domain.devices.disks = [{ name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 }];
        spec.volumes = [{ name: 'disk-0', persistentVolumeClaim: { claimName: 'second-disk-0' } }];
      },
    });
    expect(await second.run('hostname')).toContain('drover-guest');
    await site.remove('second');
  });

  it('lose a snapshot that is deleted, and keep the rest', async () => {
    const { status } = await site.get(volumeSnapshots, 'then');
    await site.lab.client.delete(volumeSnapshots, { namespace: 'default', name: 'then' });
    const gone = async (): Promise<boolean> =>
      (await site.get(volumeSnapshots, 'then').catch(() => undefined)) === undefined;
    await expect.poll(gone, { timeout: 20_000 }).toBe(true);
    const content = { name: status?.boundVolumeSnapshotContentName ?? '' };
    await expect(site.lab.client.get(volumeSnapshotContents, content)).rejects.toThrow('not found');
    expect(await terminal.run('head -n 1 /dev/sda')).toMatch(/\nsecond/);
  });

  it('have no snapshots on a remote target, which is said', async () => {
    await site.lab.client.create(volumeSnapshots, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name: 'far', namespace: 'default' },
      spec: { volumeSnapshotClassName: 'longhorn', source: { persistentVolumeClaimName: 'data' } },
    });
    const { status } = await site.until(volumeSnapshots, 'far', (one) => one.status?.error !== undefined);
    expect(status?.error?.message).toContain('backups on a remote target, which this cluster does not');
  });
});

/** Whether a small file system of a test's own can be made here. */
const canMount = process.getuid?.() === 0 && (await run('mount', ['--version']).catch(() => undefined)) !== undefined;

describe.skipIf(missing !== undefined || !canMount)(`a host that is full (${missing ?? 'needs root to mount'})`, () => {
  it('stops the machine that writes, and lets it go on when there is space, with nothing lost', async () => {
    const home = await temporaryDirectory();
    const small = join(home.path, 'small');
    await mkdir(small);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'none', small]);
    try {
      const site = await Site.open(await buildGuest(), small);
      await site.claim('data', '1Gi');
      const terminal = await site.boot({ name: 'writer' });
      await site.plug('writer', 'data');
      const ballast = join(small, 'ballast');
      await writeFile(ballast, Buffer.alloc(300 * 1024 * 1024));
      terminal.type(
        'dd if=/dev/zero bs=1M count=100 2>/dev/null | tr "\\000" "x" > /dev/sda; sync; echo wrote=$((40 + 2))\n',
      );
      await site.until(
        virtualMachineInstances,
        'writer',
        ({ status }) => status?.conditions?.some(({ reason }) => reason === 'PausedIOError') === true,
      );
      await site.until(virtualMachines, 'writer', ({ status }) => status?.printableStatus === 'Paused');
      const { items } = await site.lab.client.list(events, { namespace: 'default' });
      expect(items.find(({ reason }) => reason === 'IOerror')?.message).toContain(
        'no space left on the host for disk data',
      );
      await run('mount', ['-o', 'remount,size=1g', small]);
      await rm(ballast);
      await terminal.until(/wrote=42/);
      expect(await terminal.run('head -c 104857600 /dev/sda | tr -d x | wc -c')).toMatch(/\n0\r/);
      terminal[Symbol.dispose]();
      await site[Symbol.asyncDispose]();
    } finally {
      await run('umount', ['-l', small]);
      await home[Symbol.asyncDispose]();
    }
  });
});
