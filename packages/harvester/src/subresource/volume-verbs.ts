import {
  badRequest,
  conflict,
  notFound,
  type Stored,
  type VirtualMachine,
  type VirtualMachineInstance,
  virtualMachines,
} from '@drover/api';
import type { Client } from '@drover/client';
import { controllerOf } from '@drover/controller';
import type { Fields } from '../fields.js';
import { lookAt } from '../view.js';
import { isFinal } from '../vm/decide.js';
import { type AddedVolume, changeMachine, withoutVolume, withVolume } from '../vm/volumes.js';

/** KubeVirt's AddVolumeOptions. @throws ApiError 400 with the field that is wrong, or not supported */
export function addedVolume(fields: Fields): AddedVolume {
  const source = fields.optionalObject('volumeSource');
  if (source?.optionalObject('dataVolume') !== undefined) {
    throw badRequest('volumeSource.dataVolume: is not supported by this cluster; use persistentVolumeClaim');
  }
  const claim = source?.optionalObject('persistentVolumeClaim');
  if (claim === undefined) throw badRequest('volumeSource.persistentVolumeClaim: expected the claim to add');
  const disk = fields.optionalObject('disk');
  if (disk?.optionalObject('cdrom') !== undefined || disk?.optionalObject('lun') !== undefined) {
    throw badRequest('disk: a volume is added to a running machine as a disk on the bus scsi');
  }
  const bus = disk?.optionalObject('disk')?.optionalText('bus') ?? 'scsi';
  const name = fields.text('name');
  if (bus !== 'scsi') throw badRequest(`hotplugged Disk ${name} does not use a scsi bus`);
  const serial = disk?.optionalText('serial');
  return { name, claimName: claim.text('claimName'), ...(serial === undefined ? {} : { serial }) };
}

/** The machine of an instance. @throws ApiError 409 for an instance that has none: nothing would keep what is changed. */
export async function machineOfInstance(
  instance: Stored<VirtualMachineInstance>,
  client: Client,
): Promise<Stored<VirtualMachine>> {
  const { namespace, name } = instance.metadata;
  if (controllerOf(instance)?.kind !== 'VirtualMachine') {
    const subject = { group: 'kubevirt.io', plural: 'virtualmachineinstance' };
    throw conflict(subject, name, 'volumes are added to and removed from instances of a VirtualMachine');
  }
  const vm = await lookAt(client, virtualMachines, { namespace, name });
  if (vm === undefined) throw notFound(virtualMachines, name);
  return vm;
}

/** Adds a volume to a machine, at once where it runs. @throws ApiError 409 in KubeVirt's words */
export async function addVolume(
  client: Client,
  vm: Stored<VirtualMachine>,
  volume: AddedVolume,
  dryRun: boolean,
): Promise<void> {
  const changed = withVolume(vm, volume);
  if (changed !== vm && !dryRun) await changeMachine(client, vm, (newest) => withVolume(newest, volume));
}

/** Takes a volume away from a machine, at once where it runs; its claim stays. @throws ApiError 409 in KubeVirt's words */
export async function removeVolume(
  client: Client,
  vm: Stored<VirtualMachine>,
  name: string,
  dryRun: boolean,
): Promise<void> {
  withoutVolume(vm, name);
  if (!dryRun) await changeMachine(client, vm, (newest) => withoutVolume(newest, name));
}

/** @throws ApiError 409 unless the instance runs */
export function refuseStopped(instance: Stored<VirtualMachineInstance>): void {
  if (instance.status?.phase === 'Running' && !isFinal({ phase: instance.status.phase })) return;
  throw conflict(
    { group: 'kubevirt.io', plural: 'virtualmachineinstance' },
    instance.metadata.name,
    'VMI is not running',
  );
}
