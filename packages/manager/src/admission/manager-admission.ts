import { randomBytes } from 'node:crypto';
import {
  type AdmissionPlugin,
  type AdmissionReview,
  forbidden,
  invalid,
  isJsonObject,
  type KubeObject,
  type ManagementSetting,
  managementSettings,
  type StatusCause,
} from '@drover/api';
import { getIfPresent } from '@drover/controller';
import { type Clock, type RandomBytes, systemClock } from '@drover/kit';
import { clusterNameFault, envVarFault } from '../clusters/cluster-rules.js';
import { COMPARED, comparedFault, settingFault } from '../setting-rules.js';
import { effectiveValue, isReadOnlySetting } from '../settings.js';
import type { LocalApi } from './caller-holdings.js';
import { withCreator } from './creator.js';
import { cause, objectField, refuse, textField, validated } from './fields.js';
import { keepAdministrator } from './keep-administrator.js';
import { keepNamespace } from './keep-namespace.js';
import { admitClusterMember, admitProjectMember } from './member-bindings.js';
import { admitPasswordSecret } from './password-secrets.js';
import { admitMoreQuota } from './project-quota-rules.js';
import { admitProject } from './project-rules.js';
import { admitGlobalRole, admitGlobalRoleBinding, admitRoleTemplate } from './role-definitions.js';
import { admitToken } from './token-rules.js';
import { UserNames } from './user-names.js';
import { admitUser } from './user-rules.js';

/** What admission needs beside the API: time and randomness. */
export interface AdmissionMeans {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/**
 * The rules for Rancher's kinds that a schema cannot say. They write nothing; what they must know beside the request, who is left
 * to administer and what the caller holds, they read through `local`, the API they are steps of. On
 * a Kubernetes cluster of its own the manager works without them; controllers then refuse the same things on the objects'
 * conditions.
 */
export function managerAdmission(
  local: () => LocalApi,
  { clock, random }: AdmissionMeans = { clock: systemClock, random: randomBytes },
): readonly AdmissionPlugin[] {
  const userNames = new UserNames(clock);
  return [
    {
      name: 'ProvisioningCluster',
      resources: ['provisioning.cattle.io/clusters'],
      admit(review) {
        if (review.operation === 'DELETE') return undefined;
        refuse(review, 'Cluster', provisioningFaults(review));
        return withCreator(review);
      },
    },
    {
      name: 'ManagementCluster',
      resources: ['management.cattle.io/clusters'],
      admit(review) {
        if (review.operation === 'DELETE') return protectLocal(review);
        refuse(review, 'Cluster', envVarFaults(review.object));
        return withCreator(review);
      },
    },
    {
      name: 'ClusterRegistrationToken',
      resources: ['management.cattle.io/clusterregistrationtokens'],
      admit: (review) => (review.operation === 'CREATE' ? demandOwnNamespace(review) : undefined),
    },
    {
      name: 'Setting',
      resources: ['management.cattle.io/settings'],
      admit: (review) => protectSetting(review, local),
    },
    { name: 'User', resources: ['management.cattle.io/users'], admit: (review) => admitUser(review, local) },
    {
      name: 'UserName',
      resources: ['management.cattle.io/users'],
      admit: (review) => userNames.admit(review, local),
    },
    { name: 'Token', resources: ['management.cattle.io/tokens'], admit: (review) => admitToken(review, local) },
    { name: 'Password', resources: ['/secrets'], admit: (review) => admitPasswordSecret(review, local, random) },
    {
      name: 'Administrator',
      resources: ['management.cattle.io/users', 'management.cattle.io/globalrolebindings'],
      admit: (review) => keepAdministrator(review, local),
    },
    {
      name: 'ProjectQuota',
      resources: ['management.cattle.io/projects'],
      admit: (review) => admitMoreQuota(review, local),
    },
    { name: 'Project', resources: ['management.cattle.io/projects'], admit: admitProject },
    {
      name: 'ClusterRoleTemplateBinding',
      resources: ['management.cattle.io/clusterroletemplatebindings'],
      admit: (review) => admitClusterMember(review, local),
    },
    {
      name: 'ProjectRoleTemplateBinding',
      resources: ['management.cattle.io/projectroletemplatebindings'],
      admit: (review) => admitProjectMember(review, local),
    },
    {
      name: 'RoleTemplate',
      resources: ['management.cattle.io/roletemplates'],
      admit: (review) => admitRoleTemplate(review, local),
    },
    {
      name: 'GlobalRole',
      resources: ['management.cattle.io/globalroles'],
      admit: (review) => admitGlobalRole(review, local),
    },
    {
      name: 'GlobalRoleBinding',
      resources: ['management.cattle.io/globalrolebindings'],
      admit: (review) => admitGlobalRoleBinding(review, local),
    },
    { name: 'SystemNamespace', resources: ['/namespaces'], admit: (review) => keepNamespace(review, local) },
  ];
}

function provisioningFaults({ operation, name, object }: AdmissionReview): StatusCause[] {
  const spec = objectField(object, 'spec');
  const isLocal = name === 'local' && object?.metadata.namespace === 'fleet-local';
  const nameFault = operation === 'CREATE' && !isLocal ? clusterNameFault(name) : undefined;
  return [
    ...(nameFault === undefined ? [] : [cause('metadata.name', nameFault)]),
    ...(isJsonObject(spec?.['rkeConfig'])
      ? [cause('spec.rkeConfig', 'building machines is not implemented: leave rkeConfig out to import a cluster')]
      : []),
    ...envVarFaults(object),
  ];
}

function envVarFaults(object: KubeObject | undefined): StatusCause[] {
  const variables = objectField(object, 'spec')?.['agentEnvVars'];
  if (!Array.isArray(variables)) return [];
  return variables.flatMap((variable: unknown, index) => {
    if (!isJsonObject(variable)) return [];
    const { name, value } = variable;
    const fault = envVarFault({ name: String(name ?? ''), value: typeof value === 'string' ? value : '' });
    return fault === undefined ? [] : [cause(`spec.agentEnvVars[${index}]`, fault)];
  });
}

function protectLocal({ name, identity, group, resource }: AdmissionReview): undefined {
  if (name !== 'local' || identity.name === 'system:apiserver') return;
  throw forbidden({ group, plural: resource }, name, 'the cluster this server runs on cannot be deleted');
}

function demandOwnNamespace({ object, name, group, resource }: AdmissionReview): undefined {
  const named = objectField(object, 'spec')?.['clusterName'];
  if (named === object?.metadata.namespace) return;
  throw invalid({ group, plural: resource, kind: 'ClusterRegistrationToken' }, name, [
    cause(
      'spec.clusterName',
      `must be "${object?.metadata.namespace}", the namespace of the token, which is named after the cluster`,
    ),
  ]);
}

function protectSetting(review: AdmissionReview, local: () => LocalApi): Promise<undefined> | undefined {
  const { name, operation, identity, group, resource, object, old } = review;
  if (isReadOnlySetting(name) && !identity.groups.includes('system:masters') && operation !== 'CREATE') {
    throw forbidden({ group, plural: resource }, name, 'the setting is written by the server alone');
  }
  const [before, after] = [old, object].map((setting) => textField(setting, 'value'));
  // A value that was there before the rule does not stand in the way of other changes.
  if (after === undefined || before === after) return;
  const fault = settingFault(name, after);
  refuse(review, 'Setting', fault === undefined ? [] : [cause('value', fault)]);
  const compared = COMPARED[name];
  return compared === undefined ? undefined : compareWithOther(review, compared, local);
}

async function compareWithOther(review: AdmissionReview, compared: string, local: () => LocalApi): Promise<undefined> {
  const other = await getIfPresent(local(), managementSettings, { name: compared });
  const setting = validated<ManagementSetting>(review.object);
  if (other === undefined || setting === undefined) return;
  const fault = comparedFault(review.name, effectiveValue(setting), effectiveValue(other));
  refuse(review, 'Setting', fault === undefined ? [] : [cause('value', fault)]);
}
