import {
  type ClusterRegistrationToken,
  type ClusterRole,
  type ClusterRoleBinding,
  type ClusterRoleTemplateBinding,
  clusterRegistrationTokens,
  clusterRoleBindings,
  clusterRoles,
  clusterRoleTemplateBindings,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoleBindings,
  globalRoles,
  type Kind,
  type KubeObject,
  type ManagementCluster,
  type ManagementNode,
  type ManagementSetting,
  type ManagementToken,
  managementClusters,
  managementNodes,
  managementSettings,
  managementTokens,
  type Project,
  type ProjectRoleTemplateBinding,
  type ProvisioningCluster,
  projectRoleTemplateBindings,
  projects,
  provisioningClusters,
  type Role,
  type RoleBinding,
  type RoleTemplate,
  roleBindings,
  roles,
  roleTemplates,
  type User,
  type UserAttribute,
  userAttributes,
  users,
} from '@drover/api';
import { type Client, createInformer, type Informer, type InformerOptions } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { BY_DIGEST, digestsOf } from './clusters/registration.js';
import { BY_PRINCIPAL, BY_USERNAME } from './identity/directory.js';
import { RIGHTS_LABEL } from './rbac/derived-set.js';
import { BY_SOURCE, sourceOf } from './rbac/management-rbac-controller.js';

/** Every kind the manager follows in the local cluster. */
export interface Informers {
  readonly users: Informer<User>;
  readonly tokens: Informer<ManagementToken>;
  readonly attributes: Informer<UserAttribute>;
  readonly settings: Informer<ManagementSetting>;
  readonly management: Informer<ManagementCluster>;
  readonly provisioning: Informer<ProvisioningCluster>;
  readonly registrationTokens: Informer<ClusterRegistrationToken>;
  readonly projects: Informer<Project>;
  readonly nodes: Informer<ManagementNode>;
  readonly globalRoles: Informer<GlobalRole>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
  readonly clusterRoles: Informer<ClusterRole>;
  readonly clusterRoleBindings: Informer<ClusterRoleBinding>;
  readonly roles: Informer<Role>;
  readonly roleBindings: Informer<RoleBinding>;
}

/** Starts to follow them; disposing each is the caller's. */
export function createInformers(
  client: Client,
  means: { readonly clock: Clock; readonly random: RandomBytes; readonly log: Log },
): Informers {
  const follow = <T extends KubeObject>(
    kind: Kind<T>,
    options: Pick<InformerOptions<T>, 'indexes' | 'labelSelector'> = {},
  ): Informer<T> => createInformer(client, kind, { ...means, ...options });
  // Of the cluster's RBAC only what follows from objects here: a cluster may have much more.
  const derived = { labelSelector: RIGHTS_LABEL, indexes: { [BY_SOURCE]: sourceOf } };
  return {
    users: follow(users, {
      indexes: {
        [BY_USERNAME]: ({ username }) => (username ? [username] : []),
        [BY_PRINCIPAL]: ({ principalIds }) => principalIds ?? [],
      },
    }),
    tokens: follow(managementTokens),
    attributes: follow(userAttributes),
    settings: follow(managementSettings),
    management: follow(managementClusters),
    provisioning: follow(provisioningClusters),
    registrationTokens: follow(clusterRegistrationTokens, { indexes: { [BY_DIGEST]: digestsOf } }),
    projects: follow(projects),
    nodes: follow(managementNodes),
    globalRoles: follow(globalRoles),
    globalRoleBindings: follow(globalRoleBindings),
    roleTemplates: follow(roleTemplates),
    clusterBindings: follow(clusterRoleTemplateBindings),
    projectBindings: follow(projectRoleTemplateBindings),
    clusterRoles: follow(clusterRoles, derived),
    clusterRoleBindings: follow(clusterRoleBindings, derived),
    roles: follow(roles, derived),
    roleBindings: follow(roleBindings, derived),
  };
}
