import {
  type ClusterRegistrationToken,
  type ClusterRoleTemplateBinding,
  clusterRegistrationTokens,
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
  type RoleTemplate,
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
import { followRbac, type RbacInformers } from './rbac/rbac-informers.js';

/** Every kind the manager follows in the local cluster. */
export interface Informers extends RbacInformers {
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
}

/** Starts to follow them; disposing each is the caller's. */
export function createInformers(
  client: Client,
  means: { readonly clock: Clock; readonly random: RandomBytes; readonly log: Log },
): Informers {
  const follow = <T extends KubeObject>(
    kind: Kind<T>,
    options: Pick<InformerOptions<T>, 'indexes'> = {},
  ): Informer<T> => createInformer(client, kind, { ...means, ...options });
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
    ...followRbac(client, means),
  };
}
