import { globalRoles, roleTemplates } from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate } from '@drover/controller';
import { builtInGlobalRoles } from './global-roles.js';
import { builtInRoleTemplates } from './role-templates.js';

/**
 * Makes the built-in roles be as this version has them. What an administrator decides about them stays: which are for new users
 * and creators, and which are locked.
 */
export async function installRoles(client: Client): Promise<void> {
  await Promise.all([
    ...builtInGlobalRoles().map((role) => {
      const { newUserDefault: _, metadata: __, ...ours } = role;
      return createOrUpdate(client, globalRoles, role, (live) => Object.assign(live, ours));
    }),
    ...builtInRoleTemplates().map((template) => {
      const { clusterCreatorDefault: _, projectCreatorDefault: __, metadata: ___, ...ours } = template;
      return createOrUpdate(client, roleTemplates, template, (live) => Object.assign(live, ours));
    }),
  ]);
}
