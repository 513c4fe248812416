import type { VirtualMachineImage } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { emptyForm } from './model.js';
import { fromImage, imageChoices, withDisk } from './new-disk.js';

const image = (displayName: string, progress: number, type = 'qcow2'): VirtualMachineImage => ({
  apiVersion: 'harvesterhci.io/v1beta1',
  kind: 'VirtualMachineImage',
  metadata: { name: `image-${displayName}`, namespace: 'default', labels: { 'harvesterhci.io/image-type': type } },
  spec: { displayName, sourceType: 'download' },
  status: { progress, virtualSize: 25 * 1024 ** 3 + 1, storageClassName: 'lh-1' },
});

describe('imageChoices', () => {
  it('has only what is complete', () => {
    expect(imageChoices([image('b', 100), image('a', 100), image('c', 99)]).map(({ title }) => title)).toEqual([
      'default/a',
      'default/b',
    ]);
  });
});

describe('a disk from an image', () => {
  const [disk] = withDisk(
    { ...emptyForm('default'), name: 'web' },
    { kind: 'blank', storageClassName: '' },
    'abcde',
  ).disks;

  it('has room for it, and its storage class', () => {
    const [choice] = imageChoices([image('a', 100)]);
    expect(disk && fromImage(disk, choice)).toMatchObject({
      name: 'disk-0',
      claimName: 'web-disk-0-abcde',
      size: '26Gi',
      bus: 'virtio',
      source: { kind: 'image', imageId: 'default/image-a', storageClassName: 'lh-1' },
    });
  });

  it('is a CD-ROM when the image is an ISO', () => {
    const [choice] = imageChoices([image('a', 100, 'iso')]);
    expect(disk && fromImage(disk, choice)).toMatchObject({ type: 'cd-rom', bus: 'sata' });
  });
});
