import {
  type ClusterRole,
  type ClusterRoleTemplateBinding,
  clusterRegistrationTokens,
  clusterRoles,
  clusterRoleTemplateBindings,
  type ManagementCluster,
  namespaces,
  type Project,
  projects,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import { createIfAbsent, createOrUpdate, isConditionTrue, type Observation } from '@drover/controller';
import { nameHash } from './cluster-id.js';

/** Who made an object, as this server's admission notes it. */
export const CREATOR_ID = 'field.cattle.io/creatorId';
/** Says that whoever made an object gets no rights by that. */
export const NO_CREATOR_RBAC = 'field.cattle.io/no-creator-rbac';
const CREATOR_MADE_OWNER = 'CreatorMadeOwner';
/** The binding that makes a cluster's creator its owner. */
export const CREATOR_BINDING = 'creator-cluster-owner';

/**
 * What every cluster has beside it: its namespace, the projects Default and System, a registration token, the roles of its
 * members, and the binding of whoever made it. Resolves with the conditions that say so.
 */
export async function makeSideObjects(client: Client, cluster: Stored<ManagementCluster>): Promise<Observation[]> {
  const id = cluster.metadata.name;
  await createIfAbsent(client, namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: id, annotations: { 'management.cattle.io/system-namespace': 'true' } },
  });
  await createIfAbsent(client, projects, projectOf(cluster, 'Default'));
  await createIfAbsent(client, projects, projectOf(cluster, 'System'));
  if (cluster.spec?.internal !== true) {
    await createIfAbsent(client, clusterRegistrationTokens, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRegistrationToken',
      metadata: { name: 'default-token', namespace: id },
      spec: { clusterName: id },
    });
  }
  for (const role of membershipRoles(id)) {
    await createOrUpdate(client, clusterRoles, role, (live) => {
      live.rules = role.rules ?? [];
    });
  }
  const creator = creatorOf(cluster);
  // Once: who takes the binding away again means it, and a user who is gone gets nothing.
  if (creator !== undefined && !isConditionTrue(cluster.status?.conditions, CREATOR_MADE_OWNER))
    await createIfAbsent(client, clusterRoleTemplateBindings, creatorBinding(id, creator));
  return [
    { type: 'BackingNamespaceCreated', status: 'True' },
    { type: 'DefaultProjectCreated', status: 'True' },
    { type: 'SystemProjectCreated', status: 'True' },
    { type: 'InitialRolesPopulated', status: 'True' },
    { type: CREATOR_MADE_OWNER, status: 'True' },
  ];
}

/** The user who made the cluster, unless it asked to get no rights by that. */
function creatorOf({ metadata }: Stored<ManagementCluster>): string | undefined {
  const { [CREATOR_ID]: creator, [NO_CREATOR_RBAC]: none } = metadata.annotations ?? {};
  return none === undefined ? creator : undefined;
}

function projectOf(cluster: Stored<ManagementCluster>, displayName: 'Default' | 'System'): Project {
  const { name: id, uid } = cluster.metadata;
  return {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Project',
    metadata: {
      // Derived, so that a second attempt makes the same project.
      name: `p-${nameHash(`${uid} ${displayName}`, 5)}`,
      namespace: id,
      labels: { [`authz.management.cattle.io/${displayName.toLowerCase()}-project`]: 'true' },
      annotations: { 'authz.management.cattle.io/creator-role-bindings': '{}' },
    },
    spec: {
      clusterName: id,
      displayName,
      description:
        displayName === 'Default'
          ? 'Default project created for the cluster'
          : 'System project created for the cluster',
    },
  };
}

function creatorBinding(id: string, user: string): ClusterRoleTemplateBinding {
  return {
    apiVersion: 'management.cattle.io/v3',
    kind: 'ClusterRoleTemplateBinding',
    metadata: { name: CREATOR_BINDING, namespace: id, annotations: { [CREATOR_ID]: user } },
    clusterName: id,
    roleTemplateName: 'cluster-owner',
    userName: user,
  };
}

/** What members and owners of a cluster may do with its management object. */
function membershipRoles(id: string): ClusterRole[] {
  const role = (suffix: string, verbs: string[]): ClusterRole => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: `${id}-${suffix}`, annotations: { 'cluster.cattle.io/name': id } },
    rules: [{ apiGroups: ['management.cattle.io'], resources: ['clusters'], resourceNames: [id], verbs }],
  });
  return [role('clustermember', ['get']), role('clusterowner', ['*'])];
}
