import type { VirtualMachineInstanceSpec, VirtualMachineInstanceStatus } from '@drover/api/types/kubevirt';
import { describe, expect, it } from 'vitest';
import { liveSpec } from './live.js';

const spec = (): VirtualMachineInstanceSpec => ({
  domain: {
    cpu: { sockets: 1, cores: 1, threads: 1, maxSockets: 4 },
    memory: { guest: '1Gi', maxGuest: '4Gi' },
    devices: {
      disks: [
        { name: 'root', disk: { bus: 'virtio' } },
        { name: 'cd', cdrom: { bus: 'sata' } },
      ],
    },
  },
  volumes: [{ name: 'root', persistentVolumeClaim: { claimName: 'root' } }],
});
const status: VirtualMachineInstanceStatus = { phase: 'Running', memory: { guestAtBoot: '1Gi' } };

type Change = (spec: VirtualMachineInstanceSpec) => void;
const changed = (...changes: Change[]): VirtualMachineInstanceSpec => {
  const copy = spec();
  for (const change of changes) change(copy);
  return copy;
};
const hotDisk: Change = ({ domain, volumes }) => {
  domain.devices.disks?.push({ name: 'more', disk: { bus: 'scsi' } });
  volumes?.unshift({ name: 'more', persistentVolumeClaim: { claimName: 'more', hotpluggable: true } });
};
const medium =
  (claimName: string): Change =>
  ({ volumes }) =>
    void volumes?.push({ name: 'cd', persistentVolumeClaim: { claimName, hotpluggable: true } });
const sockets =
  (count: number): Change =>
  ({ domain }) => {
    domain.cpu = { ...domain.cpu, sockets: count };
  };
const memory =
  (guest: string): Change =>
  ({ domain }) => {
    domain.memory = { ...domain.memory, guest };
  };

describe('a running instance', () => {
  it.each<[string, Change[], Change[]]>([
    ['is left alone where nothing changed', [], []],
    ['is given a disk', [hotDisk], []],
    ['gives a disk back', [], [hotDisk]],
    ['has a medium put into its drive', [medium('a')], []],
    ['has the medium taken out of its drive', [], [medium('a')]],
    ['has the medium in its drive exchanged', [medium('b')], [medium('a')]],
    ['is given processors', [sockets(4)], []],
    ['is offered memory', [memory('4Gi')], []],
    ['is asked for memory back that it was offered', [memory('1Gi')], [memory('2Gi')]],
    ['follows several changes at once', [hotDisk, medium('a'), sockets(2), memory('2Gi')], []],
  ])('%s', (_, inTemplate, inInstance) => {
    expect(liveSpec(changed(...inTemplate), { spec: changed(...inInstance), status })).toEqual(changed(...inTemplate));
  });

  it.each<[string, Change, Change]>([
    ['fewer processors', () => {}, sockets(2)],
    ['more processors than it has room for', sockets(8), () => {}],
    ['more memory than it has room for', memory('8Gi'), () => {}],
    ['less memory than it booted with', memory('512Mi'), () => {}],
    [
      'a disk on another bus',
      ({ domain, volumes }) => {
        domain.devices.disks?.push({ name: 'more', disk: { bus: 'virtio' } });
        volumes?.push({ name: 'more', persistentVolumeClaim: { claimName: 'more', hotpluggable: true } });
      },
      () => {},
    ],
    [
      'a disk that is not said to be hotpluggable',
      ({ domain, volumes }) => {
        domain.devices.disks?.push({ name: 'more', disk: { bus: 'scsi' } });
        volumes?.push({ name: 'more', persistentVolumeClaim: { claimName: 'more' } });
      },
      () => {},
    ],
    [
      'another network card',
      ({ domain }) => {
        domain.devices.interfaces = [{ name: 'nic-1', masquerade: {} }];
      },
      () => {},
    ],
  ])('waits for its next start with %s', (_, inTemplate, inInstance) => {
    expect(liveSpec(changed(inTemplate), { spec: changed(inInstance), status })).toEqual(changed(inInstance));
  });
});
