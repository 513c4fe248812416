import {
  type AdmissionPlugin,
  type AdmissionReview,
  forbidden,
  invalid,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  type StatusCause,
} from '@drover/api';
import type { Client } from '@drover/client';
import { clusterNameFault, envVarFault } from '../clusters/cluster-rules.js';
import { CREATOR_ID } from '../clusters/side-objects.js';
import { settingFault } from '../setting-rules.js';
import { isReadOnlySetting } from '../settings.js';
import { keepAdministrator } from './keep-administrator.js';
import { keepNamespace } from './keep-namespace.js';

const USER_NAME = /^(u|user)-[a-z0-9]+$/;

/**
 * The rules for Rancher's kinds that a schema cannot say. They write nothing, and look at the request alone but for two: who is
 * left to administer, and whether a namespace's cluster is still there, are read through `local`, the API they are steps of. On
 * a Kubernetes cluster of its own the manager works without them; controllers then refuse the same things on the objects'
 * conditions.
 */
export function managerAdmission(local: () => Pick<Client, 'get' | 'list'>): readonly AdmissionPlugin[] {
  return [
    {
      name: 'ProvisioningCluster',
      resources: ['provisioning.cattle.io/clusters'],
      admit: (review) => (review.operation === 'DELETE' ? undefined : withCreator(review, provisioningFaults(review))),
    },
    {
      name: 'ManagementCluster',
      resources: ['management.cattle.io/clusters'],
      admit: (review) =>
        review.operation === 'DELETE' ? protectLocal(review) : withCreator(review, envVarFaults(review.object)),
    },
    {
      name: 'ClusterRegistrationToken',
      resources: ['management.cattle.io/clusterregistrationtokens'],
      admit: (review) => (review.operation === 'CREATE' ? demandOwnNamespace(review) : undefined),
    },
    { name: 'Setting', resources: ['management.cattle.io/settings'], admit: protectSetting },
    { name: 'User', resources: ['management.cattle.io/users'], admit: keepUserName },
    {
      name: 'Administrator',
      resources: ['management.cattle.io/users', 'management.cattle.io/globalrolebindings'],
      admit: (review) => keepAdministrator(review, local),
    },
    { name: 'SystemNamespace', resources: ['/namespaces'], admit: (review) => keepNamespace(review, local) },
  ];
}

function provisioningFaults({ operation, name, object }: AdmissionReview): StatusCause[] {
  const spec = fieldsOf(object, 'spec');
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
  const variables = fieldsOf(object, 'spec')?.['agentEnvVars'];
  if (!Array.isArray(variables)) return [];
  return variables.flatMap((variable: unknown, index) => {
    if (!isJsonObject(variable)) return [];
    const { name, value } = variable;
    const fault = envVarFault({ name: String(name ?? ''), value: typeof value === 'string' ? value : '' });
    return fault === undefined ? [] : [cause(`spec.agentEnvVars[${index}]`, fault)];
  });
}

/**
 * Notes who makes a cluster, which is who becomes its owner: nobody says that about themselves or others, and nobody changes
 * it afterwards.
 */
function withCreator(review: AdmissionReview, faults: readonly StatusCause[]): KubeObject | undefined {
  const { object, old, operation, identity, group, resource, name } = review;
  if (faults.length > 0) throw invalid({ group, plural: resource, kind: 'Cluster' }, name, faults);
  if (object === undefined || review.subresource !== undefined) return undefined;
  const trusted = identity.groups.includes('system:masters');
  const claimed = object.metadata.annotations?.[CREATOR_ID];
  if (trusted && operation === 'CREATE') return undefined;
  const rightful = operation === 'CREATE' ? creatorOf(identity.name) : old?.metadata.annotations?.[CREATOR_ID];
  if (claimed === rightful || (trusted && claimed !== undefined && rightful === undefined)) return undefined;
  const { [CREATOR_ID]: _, ...annotations } = object.metadata.annotations ?? {};
  const corrected = rightful === undefined ? annotations : { ...annotations, [CREATOR_ID]: rightful };
  return { ...object, metadata: { ...object.metadata, annotations: corrected } };
}

const creatorOf = (name: string): string | undefined => (USER_NAME.test(name) ? name : undefined);

function protectLocal({ name, identity, group, resource }: AdmissionReview): undefined {
  if (name !== 'local' || identity.name === 'system:apiserver') return;
  throw forbidden({ group, plural: resource }, name, 'the cluster this server runs on cannot be deleted');
}

function demandOwnNamespace({ object, name, group, resource }: AdmissionReview): undefined {
  const named = fieldsOf(object, 'spec')?.['clusterName'];
  if (named === object?.metadata.namespace) return;
  throw invalid({ group, plural: resource, kind: 'ClusterRegistrationToken' }, name, [
    cause(
      'spec.clusterName',
      `must be "${object?.metadata.namespace}", the namespace of the token, which is named after the cluster`,
    ),
  ]);
}

function protectSetting({ name, operation, identity, group, resource, object, old }: AdmissionReview): undefined {
  if (isReadOnlySetting(name) && !identity.groups.includes('system:masters') && operation !== 'CREATE') {
    throw forbidden({ group, plural: resource }, name, 'the setting is written by the server alone');
  }
  const [before, after] = [old, object].map((setting) => fieldsOf(setting, 'value', true));
  // A value that was there before the rule does not stand in the way of other changes.
  const fault = after === undefined || before === after ? undefined : settingFault(name, after);
  if (fault !== undefined) throw invalid({ group, plural: resource, kind: 'Setting' }, name, [cause('value', fault)]);
}

/** Who could take another user's name could sign in as that user's namesake. */
function keepUserName({ operation, object, old, name, group, resource }: AdmissionReview): undefined {
  if (operation !== 'UPDATE') return;
  const [before, after] = [old, object].map((user) => fieldsOf(user, 'username', true));
  if (before === undefined || before === '' || before === after) return;
  throw invalid({ group, plural: resource, kind: 'User' }, name, [cause('username', 'a user name cannot be changed')]);
}

function fieldsOf(object: KubeObject | undefined, field: 'spec'): JsonObject | undefined;
function fieldsOf(object: KubeObject | undefined, field: 'username' | 'value', text: true): string | undefined;
function fieldsOf(object: KubeObject | undefined, field: string, text = false): JsonObject | string | undefined {
  const value = Object.entries(object ?? {}).find(([name]) => name === field)?.[1] as unknown;
  if (text) return typeof value === 'string' ? value : undefined;
  return isJsonObject(value) ? value : undefined;
}

const cause = (field: string, message: string): StatusCause => ({ reason: 'FieldValueInvalid', field, message });
