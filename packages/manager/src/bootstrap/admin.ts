import { configMaps, type GlobalRoleBinding, globalRoleBindings, type Stored, type User, users } from '@drover/api';
import type { Client } from '@drover/client';
import { createIfAbsent, getIfPresent } from '@drover/controller';
import { NAME_ALPHABET, type RandomBytes, randomText, Secret } from '@drover/kit';
import type { Passwords } from '../identity/passwords.js';
import { USER_CREATED } from '../rbac/new-user-controller.js';

/** The label of the administrator made at the first start, and of its binding. */
const BOOTSTRAPPED = { 'authz.management.cattle.io/bootstrapping': 'admin-user' };
/** Says that the administrator has been made once: deleting it does not bring it back with a new password. */
const MARK = { namespace: 'cattle-system', name: 'admincreated' };
/** 24 letters and digits of 56: 139 bits. Letters that look alike are left out, because people type it. */
const PASSWORD_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const PASSWORD_LENGTH = 24;

/**
 * Makes the first administrator when there has never been one: user name `admin`, with `given` as its password, or a random
 * one. Resolves with the password when this call made the user: it is kept nowhere else.
 */
export async function installAdmin(
  means: {
    readonly client: Client;
    readonly passwords: Passwords;
    readonly random: RandomBytes;
    /** Keeps the password where its reader finds it. */
    readonly keep: (password: Secret) => Promise<void>;
  },
  given: Secret | undefined,
): Promise<Secret | undefined> {
  const { client, passwords, random, keep } = means;
  if (await exists(client)) return undefined;
  const password = given ?? randomPassword(random);
  // Who chose the password themselves, other than as "admin", need not choose again.
  const mustChange = given === undefined || given.reveal() === 'admin';
  const admin = await findOrCreateAdmin(client, random, mustChange);
  const { name } = admin.metadata;
  await passwords.set(name, password);
  await createIfAbsent(client, globalRoleBindings, adminBinding(name));
  await keep(password);
  // Last: until this is written, a start that was interrupted begins again with a password that somebody gets to see.
  await createIfAbsent(client, configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: MARK, data: {} });
  return password;
}

/** Whether the first administrator still has the password the server gave it. */
export function hasFirstPassword(user: User): boolean {
  return (
    user.metadata.labels?.['authz.management.cattle.io/bootstrapping'] === 'admin-user' &&
    user.mustChangePassword === true
  );
}

const exists = async (client: Client): Promise<boolean> => (await getIfPresent(client, configMaps, MARK)) !== undefined;

/** A password that nobody guesses. */
export const randomPassword = (random: RandomBytes): Secret =>
  new Secret(randomText(PASSWORD_LENGTH, random, PASSWORD_ALPHABET));

/** The administrator made at the first start, made (anew) when it is not there. */
export const findOrCreateAdmin = async (
  client: Client,
  random: RandomBytes,
  mustChange: boolean,
): Promise<Stored<User>> => (await madeBefore(client)) ?? (await createAdmin(client, random, mustChange));

/** What makes that user an administrator. */
export const adminBinding = (name: string): GlobalRoleBinding => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRoleBinding',
  metadata: { name: `globalrolebinding-${name.replace('user-', '')}`, labels: BOOTSTRAPPED },
  globalRoleName: 'admin',
  userName: name,
});

async function madeBefore(client: Client): Promise<Stored<User> | undefined> {
  const labelSelector = 'authz.management.cattle.io/bootstrapping=admin-user';
  return (await client.list(users, { labelSelector })).items[0];
}

function createAdmin(client: Client, random: RandomBytes, mustChange: boolean): Promise<Stored<User>> {
  const name = `user-${randomText(5, random, NAME_ALPHABET)}`;
  return client.create(users, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'User',
    metadata: { name, labels: BOOTSTRAPPED, annotations: { [USER_CREATED]: 'true' } },
    username: 'admin',
    displayName: 'Default Admin',
    principalIds: [`local://${name}`],
    enabled: true,
    mustChangePassword: mustChange,
  });
}
