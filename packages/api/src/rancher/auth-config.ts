import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { flag, list, object, text } from '../schema/field.js';
import { conditions } from './condition.js';

/** management.cattle.io/v3 AuthConfig: an identity provider; each provider adds fields of its own. */
export const authConfigs = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'AuthConfig',
  plural: 'authconfigs',
  namespaced: false,
  statusSubresource: true,
  open: true,
  fields: {
    type: text(),
    enabled: flag(),
    accessMode: text(),
    allowedPrincipalIds: list(text()),
    logoutAllSupported: flag(),
    status: object({ conditions: conditions() }),
  },
});

/** An object of `authConfigs`. */
export type AuthConfig = ObjectOf<typeof authConfigs>;
