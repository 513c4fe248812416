import {
  type ClusterRoleBinding,
  type ClusterRoleTemplateBinding,
  clusterRoleBindings,
  clusterRoleTemplateBindings,
  hasReason,
  type Role,
  type RoleBinding,
  type RoleTemplate,
  roleBindings,
  roles,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  createOrUpdate,
  done,
  isBeingDeleted,
  ownerReference,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { safeConcat } from '../clusters/cluster-id.js';
import { roleClosure } from './role-closure.js';
import { clusterRoleRef, type Subject, subjectOf } from './subject.js';

/** What of a cluster is kept here, in the namespace named after it, and follows the member's rights in the cluster. */
const MANAGEMENT_PLANE = ['clusterregistrationtokens', 'clusterroletemplatebindings', 'nodes', 'projects'];

/**
 * Turns a cluster's members into rights on what this server keeps of the cluster: its object, and, for owners, its tokens,
 * bindings, nodes and projects.
 */
export function membershipController(parts: {
  readonly client: Client;
  readonly bindings: Informer<ClusterRoleTemplateBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, bindings, roleTemplates, clock, random, log } = parts;
  return createController({
    name: 'cluster-membership',
    sources: [watches(bindings)],
    async reconcile({ namespace = '', name }) {
      const binding = bindings.get(namespace, name);
      const subject = binding && subjectOf(binding);
      const closure = roleClosure(binding?.roleTemplateName ?? '', (each) => roleTemplates.get(undefined, each));
      const derived = safeConcat(namespace, name, 'member');
      if (binding === undefined || isBeingDeleted(binding) || subject === undefined || closure.length === 0) {
        await removeMembership(client, namespace, derived);
        return done;
      }
      const owns = closure.some(({ rules = [] }) => rules.some(isEverything));
      await saveMembership(client, { binding, subject, owns, derived, cluster: namespace });
      return done;
    },
    clock,
    random,
    log,
  });
}

function isEverything({
  apiGroups = [],
  resources = [],
  verbs,
}: {
  apiGroups?: string[];
  resources?: string[];
  verbs: string[];
}): boolean {
  return apiGroups.includes('*') && resources.includes('*') && verbs.includes('*');
}

async function saveMembership(
  client: Client,
  member: {
    readonly binding: Stored<ClusterRoleTemplateBinding>;
    readonly subject: Subject;
    readonly owns: boolean;
    readonly derived: string;
    readonly cluster: string;
  },
): Promise<void> {
  const { binding, subject, owns, derived, cluster } = member;
  const labels = { 'cluster.cattle.io/name': cluster, 'membership-binding-owner': 'true' };
  const clusterBinding: ClusterRoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: derived, labels },
    roleRef: clusterRoleRef(`${cluster}-${owns ? 'clusterowner' : 'clustermember'}`),
  };
  await createOrUpdate(client, clusterRoleBindings, clusterBinding, (live) => {
    live.subjects = [subject];
  });
  const ownerReferences = [ownerReference(clusterRoleTemplateBindings, binding)];
  const role: Role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: derived, namespace: cluster, labels, ownerReferences },
  };
  // A registration token lets its bearer join as this cluster: members read what is kept, but not that.
  const readable = MANAGEMENT_PLANE.filter((resource) => resource !== 'clusterregistrationtokens');
  await createOrUpdate(client, roles, role, (live) => {
    live.rules = [
      owns
        ? { apiGroups: ['management.cattle.io'], resources: MANAGEMENT_PLANE, verbs: ['*'] }
        : { apiGroups: ['management.cattle.io'], resources: readable, verbs: ['get', 'list', 'watch'] },
    ];
  });
  const roleBinding: RoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: derived, namespace: cluster, labels, ownerReferences },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: derived },
  };
  await createOrUpdate(client, roleBindings, roleBinding, (live) => {
    live.subjects = [subject];
  });
}

async function removeMembership(client: Client, namespace: string, name: string): Promise<void> {
  const ignore = (error: unknown): void => {
    if (!hasReason(error, 'NotFound')) throw error;
  };
  await client.delete(clusterRoleBindings, { name }).catch(ignore);
  await client.delete(roleBindings, { namespace, name }).catch(ignore);
  await client.delete(roles, { namespace, name }).catch(ignore);
}
