import { type AdmissionPlugin, invalid, type PersistentVolumeClaim } from '@drover/api';
import { parseUnits } from '@drover/kit';
import type { Late, View } from '../view.js';

const SUBJECT = { group: '', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' };
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** Gives claims that name no class the default one, as Kubernetes does, and refuses to make volumes smaller. */
export function claimAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaim',
    resources: ['/persistentvolumeclaims'],
    admit({ operation, subresource, name, object, old }) {
      if (operation === 'DELETE' || subresource !== undefined) return undefined;
      // The server has validated the objects against the schema of the kind.
      const claim = object as PersistentVolumeClaim;
      const before = old as PersistentVolumeClaim | undefined;
      if (before !== undefined) {
        if (requested(claim) >= requested(before)) return undefined;
        throw invalid(SUBJECT, name, [
          {
            reason: 'FieldValueForbidden',
            field: 'spec.resources.requests.storage',
            message: 'field can not be less than the previous value',
          },
        ]);
      }
      if (claim.spec?.storageClassName !== undefined) return undefined;
      const classes = late.value?.storageClasses.list() ?? [];
      const chosen = classes.find(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true');
      return chosen && { ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name } };
    },
  };
}

const requested = ({ spec }: PersistentVolumeClaim): bigint =>
  parseUnits(String(spec?.resources?.requests?.['storage'] ?? '0'));
