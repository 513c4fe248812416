import type { VirtualMachineImage } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { imageState } from './state.js';

const image = (
  sourceType: VirtualMachineImage['spec']['sourceType'],
  status: VirtualMachineImage['status'],
): VirtualMachineImage => ({
  apiVersion: 'harvesterhci.io/v1beta1',
  kind: 'VirtualMachineImage',
  metadata: { name: 'image-abcde' },
  spec: { displayName: 'debian', sourceType },
  ...(status === undefined ? {} : { status }),
});

describe('imageState', () => {
  it('is named after how the image arrives', () => {
    expect(imageState(image('download', undefined)).id).toBe('downloading');
    expect(imageState(image('upload', { progress: 40 })).id).toBe('uploading');
  });

  it('is active when all of it is there', () => {
    const conditions = [{ type: 'Imported', status: 'True' }] as const;
    expect(imageState(image('download', { progress: 100, conditions: [...conditions] })).id).toBe('active');
  });

  it('fails with the reason the cluster gives', () => {
    const conditions = [{ type: 'Imported', status: 'False', message: 'HTTP 404' }] as const;
    expect(imageState(image('download', { conditions: [...conditions] }))).toMatchObject({
      id: 'failed',
      reason: 'HTTP 404',
    });
  });
});
