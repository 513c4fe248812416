import {
  type ClusterRegistrationToken,
  type ClusterRoleTemplateBinding,
  clusterRegistrationTokens,
  clusterRoleTemplateBindings,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoleBindings,
  globalRoles,
  type KubeObject,
  type ManagementCluster,
  type ManagementNode,
  type ManagementSetting,
  managementClusters,
  managementNodes,
  managementSettings,
  type Project,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  projects,
  type RoleTemplate,
  roleTemplates,
  type Stored,
  type User,
  users,
} from '@drover/api';
import { type Amounts, limitOf } from '@drover/api/quota';
import type { Limit } from '@drover/api/types/rancher';
import type { Informer } from '@drover/client';
import { rfc3339 } from '@drover/controller';
import { clusterState } from '../clusters/cluster-state.js';
import { LAST_LOGIN } from '../identity/last-logins.js';
import type { ProjectQuotas } from '../quotas/project-quotas.js';
import { effectiveValue, isReadOnlySetting } from '../settings.js';
import type { NormanType } from './resource.js';

/** The informers that the types of `/v3` read. */
export interface NormanInformers {
  readonly management: Informer<ManagementCluster>;
  readonly registrationTokens: Informer<ClusterRegistrationToken>;
  readonly projects: Informer<Project>;
  readonly nodes: Informer<ManagementNode>;
  readonly settings: Informer<ManagementSetting>;
  readonly users: Informer<User>;
  readonly globalRoles: Informer<GlobalRole>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
}

/** What the namespaces of a project use of its quota now: Drover's own field, Rancher has none for it. */
const quotaUse = (use: Amounts | undefined): { resourceQuotaUse?: Limit } =>
  use === undefined || use.size === 0 ? {} : { resourceQuotaUse: limitOf(use) };

/** Forgets the type of a type's objects: the table below holds one of each, and its users treat them alike. */
function entry<T extends KubeObject>(type: NormanType<T>): NormanType<KubeObject> {
  return type as unknown as NormanType<KubeObject>;
}

/** The types of `/v3` that are objects of the management cluster, each read with the caller's own rights. */
export function normanTypes(
  informers: NormanInformers,
  quotas: Pick<ProjectQuotas, 'useOf'>,
): readonly NormanType<KubeObject>[] {
  return [
    entry<ManagementCluster>({
      id: 'cluster',
      plural: 'clusters',
      kind: managementClusters,
      list: () => informers.management.list(),
      name: ({ spec, metadata }) => spec?.displayName ?? metadata.name,
      state: clusterState,
      fields: clusterFields,
      children: {
        clusterRegistrationTokens: (id) => `clusterregistrationtokens?clusterId=${id}`,
        clusterRoleTemplateBindings: (id) => `clusterroletemplatebindings?clusterId=${id}`,
        projects: (id) => `projects?clusterId=${id}`,
        nodes: (id) => `nodes?clusterId=${id}`,
      },
      actions: ['generateKubeconfig'],
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'PUT', 'DELETE'],
    }),
    entry<ClusterRegistrationToken>({
      id: 'clusterRegistrationToken',
      plural: 'clusterregistrationtokens',
      kind: clusterRegistrationTokens,
      list: () => informers.registrationTokens.list(),
      fields: ({ spec, status }) => ({ clusterId: spec?.clusterName ?? '', ...status }),
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'DELETE'],
    }),
    entry<Project>({
      id: 'project',
      plural: 'projects',
      kind: projects,
      list: () => informers.projects.list(),
      name: ({ spec, metadata }) => spec?.displayName ?? metadata.name,
      fields: ({ metadata, spec, status }) => ({
        clusterId: spec?.clusterName ?? '',
        description: spec?.description ?? '',
        ...(spec?.resourceQuota && { resourceQuota: spec.resourceQuota }),
        ...(spec?.namespaceDefaultResourceQuota && {
          namespaceDefaultResourceQuota: spec.namespaceDefaultResourceQuota,
        }),
        ...(spec?.containerDefaultResourceLimit && {
          containerDefaultResourceLimit: spec.containerDefaultResourceLimit,
        }),
        ...quotaUse(quotas.useOf(metadata.namespace ?? '', metadata.name)),
        backingNamespace: status?.backingNamespace ?? '',
        conditions: status?.conditions ?? [],
      }),
      children: {
        projectRoleTemplateBindings: (id) => `projectroletemplatebindings?projectId=${encodeURIComponent(id)}`,
      },
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'PUT', 'DELETE'],
    }),
    entry<ManagementNode>({
      id: 'node',
      plural: 'nodes',
      kind: managementNodes,
      list: () => informers.nodes.list(),
      name: ({ spec, metadata }) => spec?.displayName ?? metadata.name,
      fields: nodeFields,
      collectionMethods: ['GET'],
      resourceMethods: ['GET'],
    }),
    entry<ManagementSetting>({
      id: 'setting',
      plural: 'settings',
      kind: managementSettings,
      list: () => informers.settings.list(),
      fields: settingFields,
      collectionMethods: ['GET'],
      resourceMethods: ['GET', 'PUT'],
    }),
    entry<User>({
      id: 'user',
      plural: 'users',
      kind: users,
      list: () => informers.users.list(),
      name: ({ displayName, username, metadata }) => displayName ?? username ?? metadata.name,
      fields: userFields,
      actions: ['setpassword'],
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'PUT', 'DELETE'],
    }),
    entry<GlobalRole>({
      id: 'globalRole',
      plural: 'globalroles',
      kind: globalRoles,
      list: () => informers.globalRoles.list(),
      name: ({ displayName, metadata }) => displayName ?? metadata.name,
      fields: topLevelFields,
      collectionMethods: ['GET'],
      resourceMethods: ['GET'],
    }),
    entry<GlobalRoleBinding>({
      id: 'globalRoleBinding',
      plural: 'globalrolebindings',
      kind: globalRoleBindings,
      list: () => informers.globalRoleBindings.list(),
      fields: ({ globalRoleName, userName, groupPrincipalName }) => ({
        globalRoleId: globalRoleName,
        userId: userName ?? null,
        groupPrincipalId: groupPrincipalName ?? null,
      }),
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'DELETE'],
    }),
    entry<RoleTemplate>({
      id: 'roleTemplate',
      plural: 'roletemplates',
      kind: roleTemplates,
      list: () => informers.roleTemplates.list(),
      name: ({ displayName, metadata }) => displayName ?? metadata.name,
      fields: topLevelFields,
      collectionMethods: ['GET'],
      resourceMethods: ['GET'],
    }),
    entry<ClusterRoleTemplateBinding>({
      id: 'clusterRoleTemplateBinding',
      plural: 'clusterroletemplatebindings',
      kind: clusterRoleTemplateBindings,
      list: () => informers.clusterBindings.list(),
      fields: ({ clusterName, roleTemplateName, userName, groupPrincipalName }) => ({
        clusterId: clusterName,
        roleTemplateId: roleTemplateName,
        userId: userName ?? null,
        groupPrincipalId: groupPrincipalName ?? null,
      }),
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'DELETE'],
    }),
    entry<ProjectRoleTemplateBinding>({
      id: 'projectRoleTemplateBinding',
      plural: 'projectroletemplatebindings',
      kind: projectRoleTemplateBindings,
      list: () => informers.projectBindings.list(),
      fields: ({ projectName, roleTemplateName, userName, groupPrincipalName, serviceAccount }) => ({
        projectId: projectName,
        roleTemplateId: roleTemplateName,
        userId: userName ?? null,
        groupPrincipalId: groupPrincipalName ?? null,
        serviceAccount: serviceAccount ?? null,
      }),
      collectionMethods: ['GET', 'POST'],
      resourceMethods: ['GET', 'DELETE'],
    }),
  ];
}

function clusterFields({ spec, status, metadata }: Stored<ManagementCluster>): object {
  return {
    description: spec?.description ?? '',
    internal: spec?.internal === true,
    agentEnvVars: spec?.agentEnvVars ?? [],
    fleetWorkspaceName: spec?.fleetWorkspaceName ?? '',
    importedConfig: spec?.importedConfig ?? {},
    driver: status?.driver ?? '',
    provider: status?.provider ?? metadata.labels?.['provider.cattle.io'] ?? '',
    agentImage: status?.agentImage ?? '',
    apiEndpoint: status?.apiEndpoint ?? '',
    caCert: status?.caCert ?? '',
    version: status?.version ?? null,
    nodeCount: status?.nodeCount ?? 0,
    capacity: status?.capacity ?? {},
    allocatable: status?.allocatable ?? {},
    info: status?.info ?? {},
    conditions: status?.conditions ?? [],
  };
}

function nodeFields({ metadata, spec, status }: Stored<ManagementNode>): object {
  return {
    clusterId: metadata.namespace ?? '',
    nodeName: status?.nodeName ?? '',
    ipAddress: status?.ipAddress ?? '',
    etcd: spec?.etcd === true,
    controlPlane: spec?.controlPlane === true,
    worker: spec?.worker === true,
    imported: spec?.imported === true,
    nodeLabels: status?.nodeLabels ?? {},
  };
}

/** A setting; its value is the one that counts. */
export function settingFields(setting: Stored<ManagementSetting>): object {
  const { default: byDefault, value, source, metadata } = setting;
  return {
    value: effectiveValue(setting),
    default: byDefault ?? '',
    customized: (value ?? '') !== '',
    source: source ?? ((value ?? '') === '' ? 'default' : 'db'),
    readOnly: isReadOnlySetting(metadata.name),
  };
}

/** A user without anything about its password but whether it must be changed. */
export function userFields({ metadata, username, description, enabled, ...user }: Stored<User>): object {
  const lastLogin = metadata.labels?.[LAST_LOGIN] ?? '';
  return {
    username: username ?? '',
    description: description ?? '',
    enabled: enabled !== false,
    mustChangePassword: user.mustChangePassword === true,
    principalIds: user.principalIds ?? [],
    lastLogin: /^\d{1,11}$/.test(lastLogin) ? rfc3339(Number(lastLogin) * 1_000) : null,
    me: false,
  };
}

function topLevelFields({ apiVersion: _, kind: __, metadata: ___, ...fields }: Stored<KubeObject>): object {
  return fields;
}
