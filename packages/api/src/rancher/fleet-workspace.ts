import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { freeForm } from '../schema/field.js';

/** management.cattle.io/v3 FleetWorkspace: a namespace that cluster objects are grouped in. */
export const fleetWorkspaces = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'FleetWorkspace',
  plural: 'fleetworkspaces',
  namespaced: false,
  statusSubresource: true,
  fields: { spec: freeForm(), status: freeForm() },
});

/** An object of `fleetWorkspaces`. */
export type FleetWorkspace = ObjectOf<typeof fleetWorkspaces>;
