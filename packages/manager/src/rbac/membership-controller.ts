import {
  type ClusterRoleTemplateBinding,
  clusterRoleBindings,
  hasReason,
  type Kind,
  type KubeObject,
  type ManagementCluster,
  type RoleTemplate,
  roleBindings,
  roles,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { type Controller, createController, createOrUpdate, done, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { provisioningRef } from '../clusters/cluster-directory.js';
import { safeConcat } from '../clusters/cluster-id.js';
import { deriveMembership, MEMBER_LABEL, type Membership } from './membership.js';
import { type ClosedRole, roleClosure } from './role-closure.js';
import { subjectOf } from './subject.js';

/** Turns a cluster's members into rights on what this server keeps of the cluster. */
export function membershipController(parts: {
  readonly client: Client;
  readonly clusters: Informer<ManagementCluster>;
  readonly bindings: Informer<ClusterRoleTemplateBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, clusters, bindings, roleTemplates, clock, random, log } = parts;
  return createController({
    name: 'cluster-membership',
    sources: [watches(bindings)],
    async reconcile({ namespace: cluster = '', name }) {
      const binding = bindings.get(cluster, name);
      const subject = binding && subjectOf(binding);
      const closure = roleClosure(binding?.roleTemplateName ?? '', (each) => roleTemplates.get(undefined, each));
      const derived = safeConcat(cluster, name, 'member');
      if (binding === undefined || isBeingDeleted(binding) || subject === undefined || closure.length === 0) {
        await removeMembership(client, derived);
        return done;
      }
      const known = clusters.get(undefined, cluster);
      const provisioning = known && provisioningRef(known);
      await saveMembership(
        client,
        deriveMembership({ name: derived, subject, owns: ownsAll(closure), cluster, provisioning }),
      );
      return done;
    },
    clock,
    random,
    log,
  });
}

/** Whether the roles hold every right in the cluster: that makes an owner. */
function ownsAll(closure: readonly ClosedRole[]): boolean {
  return closure.some(({ rules = [] }) =>
    rules.some(({ apiGroups, resources, verbs }) => [apiGroups, resources, verbs].every((list) => list?.includes('*'))),
  );
}

async function saveMembership(client: Client, { clusterRoleBinding, ...namespaced }: Membership): Promise<void> {
  await createOrUpdate(client, clusterRoleBindings, clusterRoleBinding, (live) => {
    live.subjects = clusterRoleBinding.subjects ?? [];
  });
  for (const role of namespaced.roles) {
    await createOrUpdate(client, roles, role, (live) => {
      live.rules = role.rules ?? [];
    });
  }
  for (const binding of namespaced.roleBindings) {
    await createOrUpdate(client, roleBindings, binding, (live) => {
      live.subjects = binding.subjects ?? [];
    });
  }
}

async function removeMembership(client: Client, name: string): Promise<void> {
  for (const kind of [clusterRoleBindings, roleBindings, roles]) {
    await removeLabelled<KubeObject>(client, kind, `${MEMBER_LABEL}=${name}`);
  }
}

/** Deletes the objects of a kind that carry a label, in all namespaces. */
export async function removeLabelled<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  labelSelector: string,
): Promise<void> {
  const { items } = await client.list(kind, { labelSelector });
  for (const { metadata } of items) {
    await client.delete(kind, { namespace: metadata.namespace, name: metadata.name }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  }
}
