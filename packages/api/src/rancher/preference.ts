import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { text } from '../schema/field.js';

/** management.cattle.io/v3 Preference: one remembered choice of the user whose id is the namespace. */
export const managementPreferences = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'Preference',
  plural: 'preferences',
  namespaced: true,
  statusSubresource: false,
  fields: { value: text() },
});

/** An object of `managementPreferences`. */
export type ManagementPreference = ObjectOf<typeof managementPreferences>;
