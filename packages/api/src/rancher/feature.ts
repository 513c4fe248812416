import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { flag, nullableFlag, object, text } from '../schema/field.js';

/** management.cattle.io/v3 Feature: a switch of the server. */
export const features = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'Feature',
  plural: 'features',
  namespaced: false,
  statusSubresource: true,
  columns: [
    { name: 'Value', type: 'boolean', jsonPath: '.spec.value' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: {
    spec: object({ value: nullableFlag(), lockedOnInstall: flag() }),
    status: object({ default: flag(), dynamic: flag(), description: text(), lockedValue: nullableFlag() }),
  },
});

/** An object of `features`. */
export type Feature = ObjectOf<typeof features>;
