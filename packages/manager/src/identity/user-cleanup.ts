import {
  type GlobalRoleBinding,
  globalRoleBindings,
  hasReason,
  type Kind,
  type KubeObject,
  type ManagementToken,
  managementTokens,
  type User,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { type Controller, createController, done, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Passwords } from './passwords.js';

/** Takes along, when a user goes, its tokens, its password and what binds it here: another user may get the name one day. */
export function userCleanup(parts: {
  readonly client: Client;
  readonly users: Informer<User>;
  readonly tokens: Informer<ManagementToken>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, users, tokens, passwords, clock, random, log } = parts;
  return createController({
    name: 'user-cleanup',
    // Tokens are looked at as well: one whose user went while this server was down is found at its start.
    sources: [
      watches(users, { when: ({ type }) => type === 'deleted' }),
      watches(tokens, {
        when: ({ type }) => type === 'added',
        map: ({ userId }) => (userId ? [{ name: userId }] : []),
      }),
    ],
    async reconcile({ name }) {
      if (users.get(undefined, name) !== undefined) return done;
      for (const { metadata } of tokens.list().filter(({ userId }) => userId === name)) {
        await deleteIfPresent(client, managementTokens, metadata.name);
      }
      for (const { metadata } of parts.globalRoleBindings.list().filter(({ userName }) => userName === name)) {
        await deleteIfPresent(client, globalRoleBindings, metadata.name);
      }
      await passwords.forget(name);
      return done;
    },
    clock,
    random,
    log,
  });
}

async function deleteIfPresent<T extends KubeObject>(client: Client, kind: Kind<T>, name: string): Promise<void> {
  await client.delete(kind, { name }).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
}
