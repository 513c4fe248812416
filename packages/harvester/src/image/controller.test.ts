import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  persistentVolumeClaims,
  type Stored,
  storageClasses,
  type VirtualMachineImage,
  virtualMachineImages,
} from '@drover/api';
import { describe, expect, it } from 'vitest';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { imageController } from './controller.js';
import { ImageFiles } from './files.js';
import { Transfers } from './transfers.js';

const BYTES = Buffer.alloc(300_000, 'qcow2');
const REF = { namespace: 'default', name: 'image-a' };

interface Lab extends TestCluster {
  readonly files: ImageFiles;
  readonly transfers: Transfers;
  readonly url: string;
  readonly asked: string[];
  create(spec?: Partial<VirtualMachineImage['spec']>): Promise<Stored<VirtualMachineImage>>;
  image(holds: (image: Stored<VirtualMachineImage>) => boolean): Promise<Stored<VirtualMachineImage>>;
}

async function openLab(
  listener: RequestListener = (_, response) => response.end(BYTES),
  virtualSize = 1 << 30,
): Promise<Lab> {
  const cluster = await openTestCluster();
  const root = await mkdtemp(join(tmpdir(), 'drv-img-'));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const files = new ImageFiles(root);
  const inspect = async (path: string) => {
    if ((await readFile(path)).includes('corrupt'))
      throw Object.assign(new Error('the image is corrupt'), { name: 'ImageRefused' });
    return { format: 'qcow2' as const, virtualSize };
  };
  const transfers = new Transfers({
    ...cluster,
    copyVolume: () => Promise.reject(new Error('not here')),
    files,
    inspect,
    outbound: () => ({ proxy: {}, ca: [] }),
  });
  cluster.run(imageController({ ...cluster, ...cluster.informers, files, transfers }));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.qcow2`;
  return {
    ...cluster,
    files,
    transfers,
    url,
    asked,
    create: (spec) =>
      cluster.client.create(virtualMachineImages, {
        apiVersion: 'harvesterhci.io/v1beta1',
        kind: 'VirtualMachineImage',
        metadata: REF,
        spec: { displayName: 'a', sourceType: 'download', url, ...spec },
      }),
    image: (holds) => cluster.until(virtualMachineImages, 'default/image-a', holds),
    async [Symbol.asyncDispose]() {
      await transfers[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
      await rm(root, { recursive: true });
    },
  };
}

const condition = ({ status }: VirtualMachineImage, type: string) =>
  status?.conditions?.find((one) => one.type === type);

describe('an image from a URL', () => {
  it('is downloaded, checked, measured, and given a storage class', async () => {
    await using lab = await openLab((_, response) =>
      response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES),
    );
    const checksum = createHash('sha512').update(BYTES).digest('hex').toUpperCase();
    const { metadata } = await lab.create({ checksum });
    const image = await lab.image(({ status }) => status?.progress === 100);
    expect(image.status).toMatchObject({
      size: BYTES.length,
      virtualSize: 1 << 30,
      storageClassName: `lh-${metadata.uid}`,
      appliedUrl: lab.url,
      failed: 0,
    });
    expect(condition(image, 'Initialized')).toMatchObject({ status: 'True' });
    expect(condition(image, 'Imported')).toMatchObject({ status: 'True', reason: 'Imported' });
    const storageClass = await lab.until(storageClasses, `lh-${metadata.uid}`, () => true);
    expect(storageClass.parameters).toMatchObject({ backingImage: `vmi-${metadata.uid}`, migratable: 'true' });
    expect(await readFile((await lab.files.find(metadata.uid))?.path ?? '')).toEqual(BYTES);
  });

  it('is tried again every ten seconds, then given up, then tried anew when its URL changes', async () => {
    await using lab = await openLab((request, response) =>
      request.url === '/good' ? response.end(BYTES) : response.writeHead(503).end(),
    );
    await lab.create({ retry: 1 });
    const failed = await lab.image((image) => condition(image, 'Imported')?.status === 'False');
    expect(failed.status).toMatchObject({ failed: 1 });
    expect(condition(failed, 'Imported')?.message).toMatch(/answered 503$/);
    await lab.clock.advance(9000);
    expect(lab.asked).toHaveLength(1);
    await lab.clock.advance(1000);
    const given = await lab.image((image) => condition(image, 'RetryLimitExceeded')?.status === 'True');
    expect(given.status).toMatchObject({ failed: 2 });
    await lab.clock.advance(60_000);
    expect(lab.asked).toHaveLength(2);
    await lab.client.update(virtualMachineImages, {
      ...given,
      spec: { ...given.spec, url: lab.url.replace('a.qcow2', 'good') },
    });
    const image = await lab.image(({ status }) => status?.progress === 100);
    expect(condition(image, 'RetryLimitExceeded')).toMatchObject({ status: 'False' });
    expect(image.status?.failed).toBe(0);
  });

  it.each<[string, RequestListener, Partial<VirtualMachineImage['spec']>, RegExp]>([
    [
      'another checksum',
      (_, response) => response.end(BYTES),
      { checksum: '0'.repeat(128) },
      /the SHA-512 checksum is [0-9a-f]{128}, not 0+/,
    ],
    ['damage', (_, response) => response.end('corrupt'), {}, /the image is corrupt/],
    ['nothing in it', (_, response) => response.end(), {}, /the image is empty/],
    [
      'an end that comes too early',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('half');
        setImmediate(() => response.destroy());
      },
      {},
      /aborted|only 4 of 1000/,
    ],
  ])('with %s has failed, with the reason, and leaves no file', async (_, listener, spec, reason) => {
    await using lab = await openLab(listener);
    const { metadata } = await lab.create(spec);
    const image = await lab.image((object) => condition(object, 'Imported')?.status === 'False');
    expect(condition(image, 'Imported')?.message).toMatch(reason);
    expect(await lab.files.find(metadata.uid)).toBeUndefined();
  });

  it('that sends nothing any more is given up after a minute', async () => {
    await using lab = await openLab(
      (_, response) => void response.writeHead(200, { 'content-length': 1000 }).write('half'),
    );
    await lab.create({ retry: 0 });
    await lab.image(({ status }) => status?.size === 1000);
    // Its first bytes may come after the first minute began.
    await lab.clock.advance(61_000);
    await lab.clock.advance(61_000);
    const image = await lab.image((object) => condition(object, 'Imported')?.status === 'False');
    expect(condition(image, 'Imported')?.message).toMatch(/no bytes came for 60 s/);
  });

  it('is downloaded anew by a new process after the former was killed', async () => {
    await using lab = await openLab();
    const { uid } = (await lab.create({})).metadata;
    await lab.image(({ status }) => status?.progress === 100);
    await lab.files.remove(uid);
    const missing = await lab.client.get(virtualMachineImages, REF);
    await lab.client.update(virtualMachineImages, {
      ...missing,
      metadata: { ...missing.metadata, labels: { look: 'again' } },
    });
    await lab.image((object) => condition(object, 'BackingImageMissing')?.status === 'True');
  });

  it('goes with its class and its file, once no volume lies on it', async () => {
    await using lab = await openLab();
    const { uid } = (await lab.create()).metadata;
    await lab.image(({ status }) => status?.progress === 100);
    const claim = await lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'default', name: 'disk' },
      spec: { storageClassName: `lh-${uid}` },
    });
    await lab.until(persistentVolumeClaims, 'default/disk', () => true);
    await lab.client.delete(virtualMachineImages, REF);
    await lab.image(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(await lab.files.find(uid)).toBeDefined();
    await lab.client.delete(persistentVolumeClaims, { namespace: 'default', name: claim.metadata.name });
    await lab.untilGone(virtualMachineImages, 'default/image-a');
    await lab.untilGone(storageClasses, `lh-${uid}`);
    expect(await lab.files.find(uid)).toBeUndefined();
  });
});

describe('an image by upload', () => {
  async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield Buffer.from(text);
  }

  it('waits for its bytes, and has them', async () => {
    await using lab = await openLab();
    await lab.create({ sourceType: 'upload', url: '' });
    const waiting = await lab.image(({ status }) => status?.storageClassName !== undefined);
    expect(condition(waiting, 'Imported')).toMatchObject({ status: 'Unknown', reason: 'Importing' });
    await lab.transfers.upload(waiting, pieces('some', 'bytes'), 9);
    const image = await lab.image(({ status }) => status?.progress === 100);
    expect(image.status).toMatchObject({ size: 9 });
  });

  it.each([
    ['fewer bytes than announced', 20, /only 9 of 20 bytes came/],
    ['more bytes than announced', 4, /more bytes came than the 4 announced/],
  ])('of %s has failed, and may be sent again', async (_, size, reason) => {
    await using lab = await openLab();
    await lab.create({ sourceType: 'upload', url: '' });
    const waiting = await lab.image(({ status }) => status?.storageClassName !== undefined);
    await expect(lab.transfers.upload(waiting, pieces('some', 'bytes'), size)).rejects.toThrow(reason);
    const failed = await lab.image((object) => condition(object, 'Imported')?.status === 'False');
    expect(condition(failed, 'Imported')).toMatchObject({
      reason: 'UploadFailed',
      message: expect.stringMatching(reason),
    });
    await lab.transfers.upload(failed, pieces('some', 'bytes'), 9);
    await lab.image(({ status }) => status?.progress === 100);
  });
});
