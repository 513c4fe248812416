import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { flag, freeForm, integer, list, map, nullableFlag, text } from '../schema/field.js';

/** management.cattle.io/v3 Token: a session or API key; its fields have no `spec`. `token` holds a hash, never the key. */
export const managementTokens = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'Token',
  plural: 'tokens',
  namespaced: false,
  statusSubresource: false,
  columns: [
    { name: 'User', type: 'string', jsonPath: '.userId' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: {
    token: text(),
    userPrincipal: freeForm(),
    groupPrincipals: list(freeForm()),
    providerInfo: map(text()),
    userId: text(),
    authProvider: text(),
    ttl: integer(),
    lastUsedAt: text(),
    activityLastSeenAt: text(),
    isDerived: flag(),
    description: text(),
    expired: flag(),
    expiresAt: text(),
    current: flag(),
    clusterName: text(),
    enabled: nullableFlag(),
  },
});

/** An object of `managementTokens`. */
export type ManagementToken = ObjectOf<typeof managementTokens>;
