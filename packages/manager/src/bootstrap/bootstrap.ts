import { randomUUID } from 'node:crypto';
import { rancherCrds } from '@drover/api/schemas';
import type { Secret } from '@drover/kit';
import { Passwords } from '../identity/passwords.js';
import type { ManagerOptions } from '../manager.js';
import { installSettings, type SettingFacts } from '../settings.js';
import { installAdmin } from './admin.js';
import { installRoles } from './built-in-roles.js';
import { installDefinitions } from './definitions.js';
import { installLocalCluster, installNamespaces } from './namespaces.js';

/**
 * Makes everything that must be there before the manager can run; each step may be repeated, at every start. Resolves with the
 * password of the first administrator when this call made that user.
 */
export async function bootstrap(options: ManagerOptions): Promise<Secret | undefined> {
  const { client, clock, random, bootstrapPassword } = options;
  await installDefinitions(client, rancherCrds(), clock);
  await installNamespaces(client);
  await installSettings(client, settingFacts(options));
  await installRoles(client);
  await installLocalCluster(client);
  return installAdmin({ client, passwords: new Passwords(client, random), random }, bootstrapPassword);
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
