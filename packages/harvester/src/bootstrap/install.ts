import {
  clusterNetworks,
  clusterRoleBindings,
  clusterRoles,
  type HarvesterSetting,
  harvesterSettings,
  namespaces,
  roleBindings,
  secrets,
  storageClasses,
  virtualMachineTemplates,
  virtualMachineTemplateVersions,
  volumeSnapshotClasses,
} from '@drover/api';
import { harvesterCrds } from '@drover/api/schemas';
import type { Client } from '@drover/client';
import { createIfAbsent, createOrUpdate, installDefinitions } from '@drover/controller';
import { SETTING_DEFAULTS } from '../setting/defaults.js';
import { snapshotClasses } from '../snapshot/classes.js';
import { systemNamespaces } from './namespaces.js';
import * as rbac from './roles.js';
import { defaultStorageClass } from './storage.js';
import { templateSecrets, templates, templateVersions } from './templates.js';

/**
 * Everything a Harvester cluster has from the start: kinds, namespaces, roles, settings, the default storage class, the
 * management network, the built-in templates. What is ours is brought up to date; what users may have changed is left alone.
 */
export async function install(client: Client, serverVersion: string, signal: AbortSignal): Promise<void> {
  await Promise.all([
    installDefinitions(client, harvesterCrds(), signal),
    ...systemNamespaces().map((namespace) => createIfAbsent(client, namespaces, namespace)),
  ]);
  await Promise.all([
    ...rbac.clusterRoles().map((role) =>
      createOrUpdate(client, clusterRoles, role, (object) => {
        object.metadata.labels = { ...object.metadata.labels, ...role.metadata.labels };
        if (role.rules !== undefined) object.rules = role.rules;
      }),
    ),
    ...rbac.clusterRoleBindings().map((binding) => createIfAbsent(client, clusterRoleBindings, binding)),
    ...rbac.roleBindings().map((binding) => createIfAbsent(client, roleBindings, binding)),
    ...settings(serverVersion).map((setting) =>
      createOrUpdate(client, harvesterSettings, setting, (object) => {
        object.default = setting.default ?? '';
        if (setting.value !== undefined) object.value = setting.value;
      }),
    ),
    createIfAbsent(client, storageClasses, defaultStorageClass()),
    ...snapshotClasses().map((snapshotClass) => createIfAbsent(client, volumeSnapshotClasses, snapshotClass)),
    createIfAbsent(client, clusterNetworks, {
      apiVersion: 'network.harvesterhci.io/v1beta1',
      kind: 'ClusterNetwork',
      metadata: { name: 'mgmt' },
      status: { conditions: [{ type: 'ready', status: 'True' }] },
    }),
    ...templateSecrets().map((secret) => createIfAbsent(client, secrets, secret)),
    ...templates().map((template) => createIfAbsent(client, virtualMachineTemplates, template)),
  ]);
  // A version belongs to a template that is there.
  await Promise.all(
    templateVersions().map((version) => createIfAbsent(client, virtualMachineTemplateVersions, version)),
  );
}

function settings(serverVersion: string): HarvesterSetting[] {
  const all = { ...SETTING_DEFAULTS, 'server-version': serverVersion };
  return Object.entries(all).map(([name, value]) => ({
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Setting',
    metadata: { name },
    default: value,
    ...(name === 'server-version' ? { value } : {}),
  }));
}
