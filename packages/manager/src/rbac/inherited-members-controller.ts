import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRole,
  type GlobalRoleBinding,
  type ManagementCluster,
  type RoleTemplate,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  createIfAbsent,
  deleteIfPresent,
  done,
  isBeingDeleted,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { LOCAL } from '../clusters/cluster-id.js';
import { GRB_OWNER, inheritedMembers, memberKey } from './inherited-members.js';

/** Makes those members of each imported cluster who have a global role that gives roles in every cluster. */
export function inheritedMembersController(parts: {
  readonly client: Client;
  readonly clusters: Informer<ManagementCluster>;
  readonly globalRoles: Informer<GlobalRole>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, clusters, globalRoles, globalRoleBindings, roleTemplates, clusterBindings } = parts;
  const { clock, random, log } = parts;
  const every = () => clusters.list().map(({ metadata }) => ({ name: metadata.name }));
  const inherits = ({ inheritedClusterRoles = [] }: GlobalRole): boolean => inheritedClusterRoles.length > 0;
  return createController({
    name: 'inherited-members',
    sources: [
      watches(clusters, { when: ({ type, object }) => type !== 'updated' || isBeingDeleted(object) }),
      watches(globalRoles, { map: (role) => (inherits(role) ? every() : []) }),
      watches(globalRoleBindings, {
        map({ globalRoleName }) {
          const role = globalRoles.get(undefined, globalRoleName);
          return role === undefined || inherits(role) ? every() : [];
        },
      }),
      watches(roleTemplates, { map: () => (globalRoles.list().some(inherits) ? every() : []) }),
      watches(clusterBindings, { map: ({ metadata }) => [{ name: metadata.namespace ?? '' }] }),
    ],
    concurrency: 4,
    async reconcile({ name }) {
      const cluster = clusters.get(undefined, name);
      if (cluster === undefined || isBeingDeleted(cluster) || name === LOCAL) return done;
      const there = clusterBindings.list(name).filter((each) => !isBeingDeleted(each));
      const isInherited = ({ metadata }: ClusterRoleTemplateBinding): boolean =>
        metadata.labels?.[GRB_OWNER] !== undefined;
      const wanted = new Map(
        inheritedMembers({
          cluster: name,
          globalRoles: globalRoles.list().filter((each) => !isBeingDeleted(each)),
          globalRoleBindings: globalRoleBindings.list().filter((each) => !isBeingDeleted(each)),
          findTemplate: (template) => roleTemplates.get(undefined, template),
          others: there.filter((each) => !isInherited(each)),
        }).map((member) => [`${member.metadata.name} ${memberKey(member)}`, member]),
      );
      // What takes a role away is first: no member has one twice.
      for (const member of there.filter(isInherited)) {
        if (wanted.delete(`${member.metadata.name} ${memberKey(member)}`)) continue;
        await deleteIfPresent(client, clusterRoleTemplateBindings, { namespace: name, name: member.metadata.name });
      }
      for (const member of wanted.values()) await createIfAbsent(client, clusterRoleTemplateBindings, member);
      return done;
    },
    clock,
    random,
    log,
  });
}
