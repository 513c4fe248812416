import { randomUUID } from 'node:crypto';
import type { Secret } from '@drover/kit';
import { Passwords } from '../identity/passwords.js';
import type { ManagerOptions } from '../manager.js';
import { installRoles } from '../roles/install-roles.js';
import { installSettings, type SettingFacts } from '../settings.js';
import { installAdmin } from './admin.js';
import { installLocalCluster, installNamespaces } from './namespaces.js';

/**
 * Makes every object that must be there before the manager can run, once its kinds are served; each step may be repeated, at every start. Resolves with the
 * password of the first administrator when this call made that user.
 */
export async function bootstrap(options: ManagerOptions): Promise<Secret | undefined> {
  const { client, random, bootstrapPassword, onFirstPassword } = options;
  const keep = async (password: Secret): Promise<void> => onFirstPassword?.(password);
  await installNamespaces(client);
  // All at once: writes that wait together are made durable together.
  const [firstPassword] = await Promise.all([
    installAdmin({ client, passwords: new Passwords(client, random), random, keep }, bootstrapPassword),
    installSettings(client, settingFacts(options)),
    installRoles(client),
    installLocalCluster(client),
  ]);
  return firstPassword;
}

/** What the defaults of this installation's settings are made from. */
export function settingFacts({
  serverUrl,
  caPem,
  version,
  agentImage = `drover:${version}`,
}: ManagerOptions): SettingFacts {
  return { serverUrl, caPem, version, agentImage, installUuid: randomUUID() };
}
