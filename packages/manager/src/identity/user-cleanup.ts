import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRoleBinding,
  globalRoleBindings,
  type ManagementToken,
  managementTokens,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  type User,
} from '@drover/api';
import type { Client, Informer, InformerEvent } from '@drover/client';
import { type Controller, createController, deleteIfPresent, done, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { localUser } from '../rbac/subject.js';
import type { Passwords } from './passwords.js';

/** Timestamps of objects are in whole seconds. */
const SETTLED_MS = 1_000;

type Binding = GlobalRoleBinding | ClusterRoleTemplateBinding | ProjectRoleTemplateBinding;

/** Takes along, when a user goes, its tokens, its password and what binds it here: another user may get the name one day. */
export function userCleanup(parts: {
  readonly client: Client;
  readonly users: Informer<User>;
  readonly tokens: Informer<ManagementToken>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, users, tokens, passwords, clusterBindings, projectBindings, clock, random, log } = parts;
  // A binding may be made shortly before its user: only what this start found counts as left behind.
  const start = clock.now() - SETTLED_MS;
  const leftBehind = {
    when: ({ type, object }: InformerEvent<Binding>) =>
      type === 'added' && Date.parse(object.metadata.creationTimestamp) <= start,
    map: (binding: Binding) => [userOf(binding)].flatMap((name) => (name ? [{ name }] : [])),
  };
  return createController({
    name: 'user-cleanup',
    // Tokens and bindings are looked at as well: one whose user went while this server was down is found at its start.
    sources: [
      watches(users, { when: ({ type }) => type === 'deleted' }),
      watches(tokens, {
        when: ({ type }) => type === 'added',
        map: ({ userId }) => (userId ? [{ name: userId }] : []),
      }),
      watches(parts.globalRoleBindings, leftBehind),
      watches(clusterBindings, leftBehind),
      watches(projectBindings, leftBehind),
    ],
    async reconcile({ name }) {
      if (users.get(undefined, name) !== undefined) return done;
      const isTheirs = (binding: Binding): boolean => userOf(binding) === name;
      for (const { metadata } of tokens.list().filter(({ userId }) => userId === name)) {
        await deleteIfPresent(client, managementTokens, { name: metadata.name });
      }
      for (const { metadata } of parts.globalRoleBindings.list().filter(isTheirs)) {
        await deleteIfPresent(client, globalRoleBindings, { name: metadata.name });
      }
      for (const { metadata } of clusterBindings.list().filter(isTheirs)) {
        const { namespace, name: binding } = metadata;
        await deleteIfPresent(client, clusterRoleTemplateBindings, { namespace, name: binding });
      }
      for (const { metadata } of projectBindings.list().filter(isTheirs)) {
        const { namespace, name: binding } = metadata;
        await deleteIfPresent(client, projectRoleTemplateBindings, { namespace, name: binding });
      }
      await passwords.forget(name);
      return done;
    },
    clock,
    random,
    log,
  });
}

/** The user of ours that a binding is about. */
const userOf = ({ userName, userPrincipalName }: Binding): string | undefined =>
  userName || localUser(userPrincipalName ?? '');
