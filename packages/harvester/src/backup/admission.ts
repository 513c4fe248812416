import {
  type AdmissionPlugin,
  invalid,
  type StatusCause,
  type VirtualMachineBackup,
  type VirtualMachineRestore,
  virtualMachineBackups,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import { type Late, lookAt, type View } from '../view.js';
import { isFinal } from '../vm/decide.js';

const wrong = (field: string, message: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field: `spec.${field}`,
  message,
});

/** Refuses snapshots of machines that are not there, and backups, which need a remote target. */
export function backupAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'VirtualMachineBackup',
    resources: ['harvesterhci.io/virtualmachinebackups'],
    async admit({ operation, subresource, namespace, name, object, old }) {
      if (operation === 'DELETE' || subresource !== undefined || old !== undefined) return undefined;
      // The server has validated the object against the schema of the kind.
      const backup = object as VirtualMachineBackup;
      const { client } = late.required;
      const { source, type = 'backup' } = backup.spec;
      const causes: StatusCause[] = [];
      if (type !== 'snapshot')
        causes.push(wrong('type', 'backups on a remote target are not supported by this cluster; use snapshot'));
      const vm = await lookAt(client, virtualMachines, { namespace, name: source.name });
      if (source.kind !== 'VirtualMachine' || vm === undefined)
        causes.push(wrong('source', `${source.kind} "${namespace}/${source.name}" not found`));
      else if (vm.metadata.deletionTimestamp !== undefined)
        causes.push(wrong('source', 'the machine is being deleted'));
      if (causes.length === 0) return undefined;
      const subject = {
        group: 'harvesterhci.io',
        plural: virtualMachineBackups.plural,
        kind: virtualMachineBackups.kind,
      };
      throw invalid(subject, name, causes);
    },
  };
}

/** Refuses restores that could not work: in place, of a machine that runs; anew, under a name that is taken. */
export function restoreAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'VirtualMachineRestore',
    resources: ['harvesterhci.io/virtualmachinerestores'],
    async admit({ operation, subresource, namespace = '', name, object, old }) {
      if (operation === 'DELETE' || subresource !== undefined) return undefined;
      // The server has validated the objects against the schema of the kind.
      const { spec } = object as VirtualMachineRestore;
      const before = (old as VirtualMachineRestore | undefined)?.spec;
      const subject = { group: 'harvesterhci.io', plural: 'virtualmachinerestores', kind: 'VirtualMachineRestore' };
      if (before !== undefined) {
        if (JSON.stringify(spec) === JSON.stringify(before)) return undefined;
        throw invalid(subject, name, [
          { reason: 'FieldValueForbidden', field: 'spec', message: 'a restore cannot be changed' },
        ]);
      }
      const causes = await restoreCauses(spec, namespace, late.required);
      if (causes.length === 0) return undefined;
      throw invalid(subject, name, causes);
    },
  };
}

async function restoreCauses(
  spec: VirtualMachineRestore['spec'],
  namespace: string,
  { client }: View,
): Promise<StatusCause[]> {
  const causes: StatusCause[] = [];
  const { target, newVM = false, deletionPolicy = '', virtualMachineBackupName, virtualMachineBackupNamespace } = spec;
  if (virtualMachineBackupNamespace !== namespace)
    causes.push(wrong('virtualMachineBackupNamespace', 'a snapshot is restored within its own namespace'));
  const backup = await lookAt(client, virtualMachineBackups, { namespace, name: virtualMachineBackupName });
  if (backup === undefined)
    causes.push(wrong('virtualMachineBackupName', `"${namespace}/${virtualMachineBackupName}" not found`));
  else if (backup.status?.readyToUse !== true)
    causes.push(wrong('virtualMachineBackupName', `"${namespace}/${virtualMachineBackupName}" is not ready to use`));
  if (target.kind !== 'VirtualMachine') causes.push(wrong('target.kind', 'only a VirtualMachine is restored'));
  const vm = await lookAt(client, virtualMachines, { namespace, name: target.name });
  if (newVM && vm !== undefined) causes.push(wrong('target.name', `virtual machine "${target.name}" is there already`));
  if (!newVM && vm === undefined) causes.push(wrong('target.name', `virtual machine "${target.name}" not found`));
  if (!newVM && deletionPolicy !== '' && deletionPolicy !== 'retain')
    causes.push(wrong('deletionPolicy', 'the volumes hold the snapshots: use retain'));
  const instance = newVM ? undefined : await lookAt(client, virtualMachineInstances, { namespace, name: target.name });
  if (instance !== undefined && !isFinal({ phase: instance.status?.phase ?? '' }))
    causes.push(wrong('target.name', `please stop the virtual machine "${target.name}" before replacing it`));
  return causes;
}
