import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoleBindings,
  globalRoles,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  createOrUpdate,
  deleteIfPresent,
  done,
  isBeingDeleted,
  ownerReference,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { safeConcat } from '../clusters/cluster-id.js';
import { clusterRoleRef, type FindUserByPrincipal, subjectOf } from './subject.js';

/** Turns global roles and their bindings into the cluster roles and bindings by which the local cluster's RBAC decides. */
export function globalRoleControllers(parts: {
  readonly client: Client;
  readonly globalRoles: Informer<GlobalRole>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly userOf: FindUserByPrincipal;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): readonly Controller[] {
  const { client, clock, random, log } = parts;
  return [
    createController({
      name: 'global-role',
      sources: [watches(parts.globalRoles)],
      async reconcile({ name }) {
        const role = parts.globalRoles.get(undefined, name);
        if (role === undefined || isBeingDeleted(role))
          await deleteIfPresent(client, clusterRoles, { name: clusterRoleName(name) });
        else await saveRole(client, role);
        return done;
      },
      clock,
      random,
      log,
    }),
    createController({
      name: 'global-role-binding',
      sources: [watches(parts.globalRoleBindings)],
      async reconcile({ name }) {
        const binding = parts.globalRoleBindings.get(undefined, name);
        const subject = binding && subjectOf(binding, parts.userOf);
        if (binding === undefined || isBeingDeleted(binding) || subject === undefined) {
          await deleteIfPresent(client, clusterRoleBindings, { name: bindingName(name) });
          return done;
        }
        const blank: ClusterRoleBinding = {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: {
            name: bindingName(name),
            labels: {
              'authz.management.cattle.io/globalrolebinding': 'true',
              'authz.management.cattle.io/grb-owner': name,
            },
            ownerReferences: [ownerReference(globalRoleBindings, binding)],
          },
          roleRef: clusterRoleRef(clusterRoleName(binding.globalRoleName)),
        };
        await createOrUpdate(client, clusterRoleBindings, blank, (live) => {
          live.subjects = [subject];
        });
        return done;
      },
      clock,
      random,
      log,
    }),
  ];
}

const clusterRoleName = (globalRole: string): string => safeConcat('cattle-globalrole', globalRole);
const bindingName = (binding: string): string => safeConcat('cattle-globalrolebinding', binding);

async function saveRole(client: Client, role: Stored<GlobalRole>): Promise<void> {
  const { name } = role.metadata;
  const blank: ClusterRole = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name: clusterRoleName(name),
      labels: { 'authz.management.cattle.io/globalrole': 'true', 'authz.management.cattle.io/gr-owner': name },
      ownerReferences: [ownerReference(globalRoles, role)],
    },
  };
  await createOrUpdate(client, clusterRoles, blank, (live) => {
    live.rules = (role.rules ?? []).map((rule) => ({ ...rule }));
  });
}
