import type { VirtualMachine } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { machine } from '../testing/documents.js';
import { type Copying, copyMachine, secretNames } from './copy.js';

/** A machine with an identity, a disk, and a Secret for cloud-init. */
function original(): VirtualMachine {
  const vm = machine({ annotations: { 'harvesterhci.io/mac-address': '{}', 'field.cattle.io/description': 'kept' } });
  const { spec } = vm.spec.template;
  if (spec === undefined) throw new Error('no spec');
  spec.domain.firmware = { uuid: 'u', serial: 's', bootloader: { efi: {} } };
  spec.domain.devices.interfaces = [{ name: 'default', masquerade: {}, macAddress: '02:00:00:00:00:01' }];
  spec.volumes = [
    { name: 'root', persistentVolumeClaim: { claimName: 'web01-root' } },
    { name: 'init', cloudInitNoCloud: { secretRef: { name: 'web01-init' } } },
  ];
  return vm;
}

const dataSource = { kind: 'PersistentVolumeClaim', name: 'web01-root' } as const;
const copying: Copying = {
  name: 'web02',
  namespace: 'default',
  claims: new Map([
    ['web01-root', { name: 'web02-root', original: { spec: { storageClassName: 'c' } }, dataSource, storage: '1Gi' }],
  ]),
  secrets: new Map([['web01-init', 'web02-init']]),
  isSame: false,
  runStrategy: 'Halted',
};

describe('a copy of a machine', () => {
  it('has volumes and Secrets of its own, and a name, addresses and firmware of its own', () => {
    const { metadata, spec } = copyMachine(original(), copying);
    expect(metadata).toMatchObject({ name: 'web02', annotations: { 'field.cattle.io/description': 'kept' } });
    expect(metadata.annotations).not.toHaveProperty('harvesterhci.io/mac-address');
    expect(JSON.parse(metadata.annotations?.['harvesterhci.io/volumeClaimTemplates'] ?? '')).toEqual([
      {
        metadata: { name: 'web02-root' },
        spec: { storageClassName: 'c', resources: { requests: { storage: '1Gi' } }, dataSource },
      },
    ]);
    expect(spec).toMatchObject({
      runStrategy: 'Halted',
      template: { metadata: { labels: { 'harvesterhci.io/vmName': 'web02' } } },
    });
    expect(spec.template.spec?.volumes).toEqual([
      { name: 'root', persistentVolumeClaim: { claimName: 'web02-root' } },
      { name: 'init', cloudInitNoCloud: { secretRef: { name: 'web02-init' } } },
    ]);
    expect(spec.template.spec?.domain.firmware).toEqual({ bootloader: { efi: {} } });
    expect(spec.template.spec?.domain.devices.interfaces).toEqual([{ name: 'default', masquerade: {} }]);
    expect(spec.template.spec?.hostname).toBe('web02');
  });

  it('keeps who it is where it takes the place of the original', () => {
    const { spec } = copyMachine(original(), { ...copying, name: 'web01', isSame: true });
    expect(spec.template.spec?.domain.firmware).toEqual({ uuid: 'u', serial: 's', bootloader: { efi: {} } });
    expect(spec.template.spec?.domain.devices.interfaces?.[0]?.macAddress).toBe('02:00:00:00:00:01');
  });

  it('leaves the original as it is, and knows the Secrets it is made of', () => {
    const vm = original();
    copyMachine(vm, copying);
    expect(vm).toEqual(original());
    expect(secretNames(vm)).toEqual(['web01-init']);
  });
});
