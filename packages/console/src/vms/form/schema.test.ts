import { openSchema } from '@drover/api';
import { harvesterCrds } from '@drover/api/schemas';
import { describe, expect, it } from 'vitest';
import { imageObject } from '../../images/image-objects.js';
import { emptyForm, type VmForm } from './model.js';
import { writeVm } from './write.js';

const disk = {
  name: 'disk-0',
  source: { kind: 'image', imageId: 'default/image-x7k2p', storageClassName: 'lh-6f0e' },
  type: 'disk',
  bus: 'virtio',
  size: '20Gi',
  claimName: 'web-disk-0-abcde',
} as const;
const plain: VmForm = { ...emptyForm('default'), name: 'web', disks: [disk] };
const everything: VmForm = {
  ...plain,
  description: 'all of it',
  sshKeys: ['default/alice'],
  disks: [
    disk,
    { ...disk, name: 'disk-1', source: { kind: 'blank', storageClassName: '' }, bus: 'scsi' },
    { ...disk, name: 'media', type: 'cd-rom', bus: 'sata' },
    { ...disk, name: 'kept', source: { kind: 'existing' }, claimName: 'kept' },
  ],
  nics: [
    ...plain.nics,
    { name: 'nic-1', model: 'e1000', network: 'default/vlan1', binding: 'bridge', macAddress: '02:00:00:12:34:56' },
  ],
  runStrategy: 'Halted',
  efi: true,
  secureBoot: true,
};

/** What the definition of the kind finds wrong with the object, and which fields it does not know. */
function findings(crdName: string, object: object): unknown[] {
  const definition = harvesterCrds().find(({ metadata }) => metadata.name === crdName);
  const schema = definition?.spec.versions[0]?.schema?.openAPIV3Schema;
  if (schema === undefined) throw new Error(`there is no definition ${crdName}`);
  const open = openSchema(schema as Parameters<typeof openSchema>[0]);
  const json = JSON.parse(JSON.stringify(object));
  return [...open.prune(json).unknown, ...open.validate(json)];
}

describe("what the forms make passes the kinds' own definitions", () => {
  it.each([
    ['a plain machine', plain],
    ['a machine with everything', everything],
  ])('%s', (_name, form) => {
    expect(findings('virtualmachines.kubevirt.io', writeVm(form, 'web-x9y8z'))).toEqual([]);
  });

  it.each(['download', 'upload'] as const)('an image by %s', (source) => {
    const form = { name: 'a', namespace: 'default', description: 'b', source, checksum: '', os: 'debian' };
    const image = imageObject({ ...form, url: 'https://example.org/a.qcow2' }, 'a.qcow2');
    expect(findings('virtualmachineimages.harvesterhci.io', image)).toEqual([]);
  });
});
