import {
  type AdmissionPlugin,
  type AdmissionReview,
  forbidden,
  invalid,
  isJsonObject,
  type KubeObject,
  managementSettings,
  type StatusCause,
} from '@drover/api';
import { getIfPresent } from '@drover/controller';
import { clusterNameFault, envVarFault } from '../clusters/cluster-rules.js';
import { COMPARED, comparedFault, settingFault } from '../setting-rules.js';
import { effectiveValue, isReadOnlySetting } from '../settings.js';
import type { LocalApi } from './caller-holdings.js';
import { withCreator } from './creator.js';
import { cause, objectField, refuse, textField } from './fields.js';
import { keepAdministrator } from './keep-administrator.js';
import { keepNamespace } from './keep-namespace.js';
import { admitClusterMember, admitProjectMember } from './member-bindings.js';
import { admitProject } from './project-rules.js';
import { admitGlobalRole, admitGlobalRoleBinding, admitRoleTemplate } from './role-definitions.js';
import { admitUser } from './user-rules.js';

/**
 * The rules for Rancher's kinds that a schema cannot say. They write nothing; what they must know beside the request, who is left
 * to administer and what the caller holds, they read through `local`, the API they are steps of. On
 * a Kubernetes cluster of its own the manager works without them; controllers then refuse the same things on the objects'
 * conditions.
 */
export function managerAdmission(local: () => LocalApi): readonly AdmissionPlugin[] {
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
      name: 'Administrator',
      resources: ['management.cattle.io/users', 'management.cattle.io/globalrolebindings'],
      admit: (review) => keepAdministrator(review, local),
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

async function protectSetting(
  { name, operation, identity, group, resource, object, old }: AdmissionReview,
  local: () => LocalApi,
): Promise<undefined> {
  if (isReadOnlySetting(name) && !identity.groups.includes('system:masters') && operation !== 'CREATE') {
    throw forbidden({ group, plural: resource }, name, 'the setting is written by the server alone');
  }
  const [before, after] = [old, object].map((setting) => textField(setting, 'value'));
  // A value that was there before the rule does not stand in the way of other changes.
  const fault =
    after === undefined || before === after
      ? undefined
      : (settingFault(name, after) ?? (await comparedWithOther(name, textField(object, 'default'), after, local)));
  if (fault !== undefined) throw invalid({ group, plural: resource, kind: 'Setting' }, name, [cause('value', fault)]);
}

async function comparedWithOther(
  name: string,
  byDefault: string | undefined,
  value: string,
  local: () => LocalApi,
): Promise<string | undefined> {
  const compared = COMPARED[name];
  const other = compared && (await getIfPresent(local(), managementSettings, { name: compared }));
  return other ? comparedFault(name, value || (byDefault ?? ''), effectiveValue(other)) : undefined;
}
