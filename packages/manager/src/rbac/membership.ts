import type { ClusterRoleBinding, Role, RoleBinding } from '@drover/api';
import { clusterRoleRef, type Subject } from './subject.js';

/** What one member of a cluster may do with what this server keeps of it. */
export interface Membership {
  readonly clusterRoleBinding: ClusterRoleBinding;
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

/** The label of everything that follows from one member's binding; its value is the name these objects share. */
export const MEMBER_LABEL = 'membership-binding-owner';
/** The label by which objects belong to a cluster. */
export const CLUSTER_LABEL = 'cluster.cattle.io/name';

/** What of a cluster is kept in the namespace named after it. */
const MANAGEMENT_PLANE = ['clusterregistrationtokens', 'clusterroletemplatebindings', 'nodes', 'projects'];
/** A registration token lets its bearer join as this cluster: members read what is kept, but not that. */
const READABLE = MANAGEMENT_PLANE.filter((resource) => resource !== 'clusterregistrationtokens');
const READ = ['get', 'list', 'watch'];

/** The objects, all called `name`, by which `subject` has its rights: on the cluster's two objects, and on what is kept of it. */
export function deriveMembership(member: {
  readonly name: string;
  readonly subject: Subject;
  readonly owns: boolean;
  readonly cluster: string;
  readonly provisioning: { readonly namespace: string; readonly name: string } | undefined;
}): Membership {
  const { name, subject, owns, cluster, provisioning } = member;
  const labels = { [CLUSTER_LABEL]: cluster, [MEMBER_LABEL]: name };
  const roles: Role[] = [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name, namespace: cluster, labels },
      rules: [
        owns
          ? { apiGroups: ['management.cattle.io'], resources: MANAGEMENT_PLANE, verbs: ['*'] }
          : { apiGroups: ['management.cattle.io'], resources: READABLE, verbs: READ },
      ],
    },
  ];
  if (provisioning !== undefined) {
    const verbs = owns ? ['*'] : READ;
    roles.push({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name, namespace: provisioning.namespace, labels },
      rules: [
        { apiGroups: ['provisioning.cattle.io'], resources: ['clusters'], resourceNames: [provisioning.name], verbs },
      ],
    });
  }
  return {
    clusterRoleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: clusterRoleRef(`${cluster}-${owns ? 'clusterowner' : 'clustermember'}`),
      subjects: [subject],
    },
    roles,
    roleBindings: roles.map(({ metadata }) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { ...metadata },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [subject],
    })),
  };
}
