import { type AdmissionPlugin, forbidden, type HarvesterSetting, invalid } from '@drover/api';
import { effective, settingProblem } from './effective.js';

const SUBJECT = { group: 'harvesterhci.io', plural: 'settings', kind: 'Setting' };

/** Refuses values that the cluster could not act on, and changes of what it says of itself. */
export function settingAdmission(serverVersion: string): AdmissionPlugin {
  return {
    name: 'Setting',
    resources: ['harvesterhci.io/settings'],
    admit({ operation, name, object, old }) {
      if (operation === 'DELETE') {
        // Harvester makes a deleted setting anew; here the value is emptied instead.
        throw forbidden(SUBJECT, name, 'a setting cannot be deleted; set its value to "" to return to the default');
      }
      // The server has validated the object against the schema of the kind.
      const setting = object as HarvesterSetting;
      const before = old as HarvesterSetting | undefined;
      if (before !== undefined && effective(before) === effective(setting)) return undefined;
      if (name === 'server-version' && effective(setting) !== serverVersion) {
        throw forbidden(SUBJECT, name, 'it is read-only');
      }
      const problem = settingProblem(setting);
      if (problem !== undefined)
        throw invalid(SUBJECT, name, [{ reason: 'FieldValueInvalid', field: 'value', message: problem }]);
      return undefined;
    },
  };
}
