import { globalRoleBindings, managementTokens, users } from '@drover/api';
import type { Client } from '@drover/client';
import { createIfAbsent, deleteIfPresent, updateWithRetry } from '@drover/controller';
import type { RandomBytes, Secret } from '@drover/kit';
import { Passwords } from '../identity/passwords.js';
import { adminBinding, findOrCreateAdmin, randomPassword } from './admin.js';

/** What an administrator who is locked out is given. */
export interface AdminReset {
  readonly username: string;
  /** Opens nothing but the choice of another one. */
  readonly password: Secret;
}

/**
 * Lets an administrator in who has lost the password: gives the user made at the first start a new random one, which must be
 * changed, makes it enabled and an administrator again if it was not, or makes it anew if it was deleted. Whoever is signed in as
 * that user is so no more, and its API keys end. `client` is the administrator of the local cluster.
 */
export async function resetAdminPassword(means: {
  readonly client: Client;
  readonly random: RandomBytes;
}): Promise<AdminReset> {
  const { client, random } = means;
  const admin = await findOrCreateAdmin(client, random, true);
  const { name } = admin.metadata;
  const { items } = await client.list(managementTokens);
  for (const { metadata } of items.filter(({ userId }) => userId === name)) {
    await deleteIfPresent(client, managementTokens, { name: metadata.name });
  }
  const password = randomPassword(random);
  await new Passwords(client, random).set(name, password);
  await updateWithRetry(client, users, { name }, (user) => ({ ...user, enabled: true, mustChangePassword: true }));
  await createIfAbsent(client, globalRoleBindings, adminBinding(name));
  return { username: admin.username ?? 'admin', password };
}
