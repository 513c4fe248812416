import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { integer, object, required, text } from '../schema/field.js';
import { conditions } from './condition.js';

/** management.cattle.io/v3 ClusterRegistrationToken: what an agent shows to join the cluster of its namespace. */
export const clusterRegistrationTokens = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'ClusterRegistrationToken',
  plural: 'clusterregistrationtokens',
  namespaced: true,
  statusSubresource: true,
  fields: {
    spec: object({ clusterName: required(text()), ttl: integer(), gracePeriod: integer() }),
    status: object({
      conditions: conditions(),
      token: text(),
      manifestUrl: text(),
      command: text(),
      insecureCommand: text(),
      nodeCommand: text(),
      insecureNodeCommand: text(),
      windowsNodeCommand: text(),
      insecureWindowsNodeCommand: text(),
      tokenSecretName: text(),
      expiresAt: text(),
      gracePeriodExpiresAt: text(),
    }),
  },
});

/** An object of `clusterRegistrationTokens`. */
export type ClusterRegistrationToken = ObjectOf<typeof clusterRegistrationTokens>;
