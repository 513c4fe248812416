import { type AdmissionPlugin, invalid, type PersistentVolumeClaim, virtualMachines } from '@drover/api';
import { parseUnits } from '@drover/kit';
import { isHousekeeping } from '../housekeeping.js';
import { type Late, lookAt, type View } from '../view.js';
import { claimNames, usersOf } from '../vm/claims.js';

const SUBJECT = { group: '', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' };

/**
 * Refuses to make volumes smaller, and to delete those that a machine has, running or not: the machine would start on an empty
 * one.
 */
export function claimAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaim',
    resources: ['/persistentvolumeclaims'],
    async admit({ operation, subresource, namespace, name, object, old, identity }) {
      if (operation === 'DELETE') {
        // What holds data is not given up while it is not known whose it is.
        if (!isHousekeeping(identity)) await refuseUsed(namespace, name, late.required);
        return undefined;
      }
      if (subresource !== undefined) return undefined;
      // The server has validated the objects against the schema of the kind.
      const claim = object as PersistentVolumeClaim;
      const before = old as PersistentVolumeClaim | undefined;
      if (before === undefined || requested(claim) >= requested(before)) return undefined;
      throw invalid(SUBJECT, name, [
        {
          reason: 'FieldValueForbidden',
          field: 'spec.resources.requests.storage',
          message: 'field can not be less than the previous value',
        },
      ]);
    },
  };
}

const requested = ({ spec }: PersistentVolumeClaim): bigint =>
  parseUnits(String(spec?.resources?.requests?.['storage'] ?? '0'));

async function refuseUsed(namespace: string | undefined, name: string, { machines, client }: View): Promise<void> {
  const seen = usersOf({ namespace, name }, machines);
  // Who has just let go of it is not seen to yet.
  const now = await Promise.all(seen.map(({ metadata }) => lookAt(client, virtualMachines, metadata)));
  const users = now.filter((vm) => vm !== undefined).filter((vm) => claimNames(vm).includes(name));
  if (users.length === 0) return;
  const names = users.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
  const message = `the volume is used by VM(s): ${names}; detach it, or delete it with its VM`;
  throw invalid(SUBJECT, name, [{ reason: 'FieldValueInvalid', field: 'metadata.name', message }]);
}
