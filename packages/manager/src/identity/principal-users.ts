import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRoleBinding,
  globalRoleBindings,
  type Kind,
  type KubeObject,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  type User,
  users,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { type Controller, createController, createIfAbsent, done, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { type BindingSubject, localUser } from '../rbac/subject.js';
import type { Directory } from './directory.js';
import { isForeignUser, userNameOf } from './principal-name.js';

/** What people know a principal by, which whoever binds it may say on the binding. */
const DISPLAY_NAME = 'auth.cattle.io/principal-display-name';

type Binding = KubeObject & BindingSubject;

/**
 * Gives each binding of a principal the user that stands for it, which is made when there is none: so somebody can be given rights who has
 * never signed in. Who signs in as that principal later is that user. Principals of groups need none.
 */
export function principalUsers(parts: {
  readonly client: Client;
  readonly directory: Directory;
  readonly users: Informer<User>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, directory, clock, random, log } = parts;
  const waiting = { map: (binding: Binding) => [principalOf(binding)].flatMap((name) => (name ? [{ name }] : [])) };
  return createController({
    name: 'principal-users',
    sources: [
      watches(parts.globalRoleBindings, waiting),
      watches(parts.clusterBindings, waiting),
      watches(parts.projectBindings, waiting),
      // A local user may be made after its bindings.
      watches(parts.users, {
        when: ({ type }) => type === 'added',
        map: ({ metadata }) => [{ name: `local://${metadata.name}` }],
      }),
    ],
    async reconcile({ name: principal }) {
      const bindings = [
        ...unresolved(globalRoleBindings, parts.globalRoleBindings, principal),
        ...unresolved(clusterRoleTemplateBindings, parts.clusterBindings, principal),
        ...unresolved(projectRoleTemplateBindings, parts.projectBindings, principal),
      ];
      if (bindings.length === 0) return done;
      const displayName = bindings.map(({ displayName }) => displayName).find((name) => name !== undefined);
      const userName = await ensured(principal, displayName);
      if (userName === undefined) return done;
      for (const { kind, ref } of bindings) await client.patch(kind, ref, { type: 'merge', patch: { userName } });
      return done;
    },
    clock,
    random,
    log,
  });

  async function ensured(principal: string, displayName: string | undefined): Promise<string | undefined> {
    const local = localUser(principal);
    if (local !== undefined) return directory.user(local)?.metadata.name;
    const known = directory.userByPrincipal(principal);
    if (known !== undefined) return known.metadata.name;
    if (!isForeignUser(principal)) return undefined;
    const name = userNameOf(principal);
    const user = await createIfAbsent(client, users, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'User',
      metadata: { name },
      displayName: displayName ?? principal.slice(principal.indexOf('://') + '://'.length),
      principalIds: [principal],
      enabled: true,
    });
    // A user of that name who is somebody else gets nothing.
    return user.principalIds?.includes(principal) ? name : undefined;
  }
}

/** The principal of a binding that has no user yet. */
const principalOf = ({ metadata, userName, userPrincipalName }: Binding): string | undefined =>
  userName || metadata.deletionTimestamp !== undefined ? undefined : userPrincipalName || undefined;

function unresolved<T extends Binding>(kind: Kind<T>, informer: Informer<T>, principal: string) {
  return informer
    .list()
    .filter((binding) => principalOf(binding) === principal && !isBeingDeleted(binding))
    .map(({ metadata }) => ({
      kind: kind as unknown as Kind<KubeObject>,
      ref: { namespace: metadata.namespace, name: metadata.name },
      displayName: metadata.annotations?.[DISPLAY_NAME],
    }));
}
