import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  type Kind,
  type KubeObject,
  type Role,
  type RoleBinding,
  roleBindings,
  roles,
  type Stored,
} from '@drover/api';
import { type Client, createInformer, type Informer, type InformerEvent, type InformerOptions } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { DerivedPresent } from './apply-derived.js';
import { RIGHTS_LABEL } from './derived-set.js';

/** Everything that decides in one cluster who may do what, whoever made it. */
export interface RbacInformers {
  readonly clusterRoles: Informer<ClusterRole>;
  readonly clusterRoleBindings: Informer<ClusterRoleBinding>;
  readonly roles: Informer<Role>;
  readonly roleBindings: Informer<RoleBinding>;
}

/** Name of the index of derived objects by what they follow from. */
const BY_SOURCE = 'source';

/** Name of the index of bindings by who they are about. */
const BY_SUBJECT = 'subject';
const subjectKey = (kind: string, name: string): string => `${kind} ${name}`;

/** What a derived object follows from; `undefined` for somebody else's. */
export const sourceOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[RIGHTS_LABEL];

/** Starts to follow a cluster's RBAC; disposing each informer is the caller's. */
export function followRbac(
  client: Client,
  means: { readonly clock: Clock; readonly random: RandomBytes; readonly log: Log },
): RbacInformers {
  const bySource = (object: KubeObject): readonly string[] => {
    const source = sourceOf(object);
    return source === undefined ? [] : [source];
  };
  const bySubject = ({ subjects = [] }: RoleBinding | ClusterRoleBinding): readonly string[] =>
    subjects.map(({ kind, name }) => subjectKey(kind, name));
  const follow = <T extends KubeObject>(kind: Kind<T>, more: InformerOptions<T>['indexes'] = {}): Informer<T> =>
    createInformer(client, kind, { ...means, indexes: { [BY_SOURCE]: bySource, ...more } });
  return {
    clusterRoles: follow(clusterRoles),
    clusterRoleBindings: follow(clusterRoleBindings, { [BY_SUBJECT]: bySubject }),
    roles: follow(roles),
    roleBindings: follow(roleBindings, { [BY_SUBJECT]: bySubject }),
  };
}

/** The bindings of a user, a group, or of service accounts of that name: in the whole cluster, and in namespaces. */
export const bindingsOf = (rbac: RbacInformers, kind: 'User' | 'Group' | 'ServiceAccount', name: string) => ({
  everywhere: rbac.clusterRoleBindings.by(BY_SUBJECT, subjectKey(kind, name)),
  inNamespaces: rbac.roleBindings.by(BY_SUBJECT, subjectKey(kind, name)),
});

/** The role that a binding gives; `undefined` when it does not exist. */
export function roleOf(
  rbac: RbacInformers,
  { roleRef, metadata }: Stored<ClusterRoleBinding> | Stored<RoleBinding>,
): Stored<ClusterRole> | Stored<Role> | undefined {
  return roleRef.kind === 'ClusterRole'
    ? rbac.clusterRoles.get(undefined, roleRef.name)
    : rbac.roles.get(metadata.namespace, roleRef.name);
}

/** Each of them, where the kind does not matter. */
export const eachOf = ({
  clusterRoles,
  clusterRoleBindings,
  roles,
  roleBindings,
}: RbacInformers): readonly Pick<Informer<KubeObject>, 'synced' | 'subscribe' | typeof Symbol.dispose>[] => [
  clusterRoles,
  clusterRoleBindings,
  roles,
  roleBindings,
];

/** What there is of that which follows from `source`. */
export const presentOf = (rbac: RbacInformers, source: string): DerivedPresent => ({
  clusterRoles: rbac.clusterRoles.by(BY_SOURCE, source),
  clusterRoleBindings: rbac.clusterRoleBindings.by(BY_SOURCE, source),
  roles: rbac.roles.by(BY_SOURCE, source),
  roleBindings: rbac.roleBindings.by(BY_SOURCE, source),
});

/** The sources that an event is about: an object may have got another label, or lost it. */
export function sourcesIn(event: InformerEvent<KubeObject>): readonly (string | undefined)[] {
  const now = sourceOf(event.object);
  return event.type === 'updated' && sourceOf(event.previous) !== now ? [sourceOf(event.previous), now] : [now];
}
