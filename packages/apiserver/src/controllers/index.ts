import { clusterRoleAggregation } from './cluster-role-aggregation.js';
import type { Controller } from './controller.js';
import { eventExpiry } from './event-expiry.js';
import { flowControl } from './flow-control.js';
import { ofAnyObject } from './of-any-object.js';
import { serviceAccounts } from './service-accounts.js';
import { systemNamespaces } from './system-namespaces.js';
import { tokenSecrets } from './token-secrets.js';

/** The controllers of a cluster that have no component of their own here, in the order they start. */
export const controllers: readonly Controller[] = [
  clusterRoleAggregation,
  systemNamespaces,
  serviceAccounts,
  tokenSecrets,
  ofAnyObject,
  eventExpiry,
  flowControl,
];
