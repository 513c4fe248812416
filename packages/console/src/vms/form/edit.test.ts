import { describe, expect, it } from 'vitest';
import { emptyForm, nextName, renamed, renamedDisk, type VmForm } from './model.js';

const form: VmForm = {
  ...emptyForm('default'),
  name: 'web',
  disks: [
    {
      name: 'disk-0',
      source: { kind: 'blank', storageClassName: '' },
      type: 'disk',
      bus: 'virtio',
      size: '1Gi',
      claimName: 'web-disk-0-abcde',
    },
    { name: 'data', source: { kind: 'existing' }, type: 'disk', bus: 'virtio', size: '', claimName: 'kept' },
  ],
};

describe('a new name', () => {
  it('renames the claims that are still to be made, and only those', () => {
    expect(renamed(form, 'db').disks.map(({ claimName }) => claimName)).toEqual(['db-disk-0-abcde', 'kept']);
    expect(form.disks[0] && renamedDisk(form, form.disks[0], 'root').claimName).toBe('web-root-abcde');
  });
});

describe('nextName', () => {
  it('is the first that is free', () => {
    expect(nextName('disk', ['disk-0', 'disk-2'])).toBe('disk-1');
    expect(nextName('nic', ['default'], 1)).toBe('nic-1');
  });
});
