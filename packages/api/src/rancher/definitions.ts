import type { CustomResourceDefinition } from '../generated/types/apiextensions-v1.js';
import { authConfigs } from './auth-config.js';
import { managementClusters } from './cluster.js';
import { clusterRegistrationTokens } from './cluster-registration-token.js';
import { features } from './feature.js';
import { fleetWorkspaces } from './fleet-workspace.js';
import { managementNodes } from './node.js';
import { managementPreferences } from './preference.js';
import { managementTokens } from './token.js';
import { userAttributes } from './user-attribute.js';

/** The definitions of the management kinds declared in this folder. */
export const declaredDefinitions = (): CustomResourceDefinition[] =>
  [
    authConfigs,
    clusterRegistrationTokens,
    features,
    fleetWorkspaces,
    managementClusters,
    managementNodes,
    managementPreferences,
    managementTokens,
    userAttributes,
  ].map(({ definition }) => definition());
