import { type GlobalRole, globalRoleBindings, type User, users } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  createIfAbsent,
  done,
  isBeingDeleted,
  ownerReference,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { nameHash } from '../clusters/cluster-id.js';

/** Says that a user has been given what every new user gets. */
export const USER_CREATED = 'lifecycle.cattle.io/create.mgmt-auth-users-controller';

/** Gives each new user its local principal and the global roles that are for every new user, once. */
export function newUserController(parts: {
  readonly client: Client;
  readonly users: Informer<User>;
  readonly globalRoles: Informer<GlobalRole>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, users: informer, globalRoles, clock, random, log } = parts;
  return createController({
    name: 'new-user',
    sources: [watches(informer, { when: ({ object }) => object.metadata.annotations?.[USER_CREATED] !== 'true' })],
    async reconcile({ name }) {
      const user = informer.get(undefined, name);
      if (user === undefined || isBeingDeleted(user) || user.metadata.annotations?.[USER_CREATED] === 'true')
        return done;
      for (const role of globalRoles.list().filter(({ newUserDefault }) => newUserDefault === true)) {
        const globalRoleName = role.metadata.name;
        await createIfAbsent(client, globalRoleBindings, {
          apiVersion: 'management.cattle.io/v3',
          kind: 'GlobalRoleBinding',
          metadata: {
            name: `grb-${nameHash(`${name} ${globalRoleName}`, 10)}`,
            ownerReferences: [ownerReference(users, user)],
          },
          globalRoleName,
          userName: name,
        });
      }
      await updateWithRetry(client, users, { name }, (live) => {
        const local = `local://${name}`;
        live.principalIds = [...new Set([...(live.principalIds ?? []), local])];
        live.metadata.annotations = { ...live.metadata.annotations, [USER_CREATED]: 'true' };
        return live;
      });
      return done;
    },
    clock,
    random,
    log,
  });
}
