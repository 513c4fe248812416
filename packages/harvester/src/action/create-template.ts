import {
  persistentVolumeClaims,
  type Stored,
  type VirtualMachine,
  virtualMachineTemplates,
  virtualMachineTemplateVersions,
} from '@drover/api';
import { randomText } from '@drover/kit';
import { notImplemented } from '../answer.js';
import type { Fields } from '../fields.js';
import { lookAt } from '../view.js';
import { claimNames } from '../vm/claims.js';
import { type CopiedClaim, copyMachine, secretNames } from '../vm/copy.js';
import { runStrategyOf } from '../vm/run-strategy.js';
import { copySecret } from '../vm/secrets.js';
import type { ObjectRequest } from './paths.js';

/**
 * Makes a template of a machine, with a first version: what it is, not what is on its disks.
 *
 * @throws ApiError 403 where the caller may not make templates, 409 when the name is taken, 501 with data
 */
export async function createTemplateAction(
  vm: Stored<VirtualMachine>,
  fields: Fields,
  { namespace, view, random, require }: ObjectRequest,
): Promise<void> {
  require('create', 'harvesterhci.io', 'virtualmachinetemplates', { at: { namespace } });
  require('create', 'harvesterhci.io', 'virtualmachinetemplateversions', { at: { namespace } });
  const name = fields.text('name');
  const description = fields.optionalText('description') ?? '';
  if (fields.flag('withData')) throw notImplemented('a template with the data of a machine');
  const { client } = view;
  const version = `${name}-${randomText(5, random)}`;
  const secrets = new Map<string, string>();
  for (const secret of secretNames(vm)) {
    // Who may not read a Secret does not get a copy of it under another name.
    require('get', '', 'secrets', { at: { namespace, name: secret } });
    const to = `templateversion-${version}-${secret}`.slice(0, 253);
    if (await copySecret(client, namespace, { from: secret, to })) secrets.set(secret, to);
  }
  const claims = new Map<string, CopiedClaim>();
  for (const claimName of claimNames(vm)) {
    const original = await lookAt(client, persistentVolumeClaims, { namespace, name: claimName });
    if (original === undefined) continue;
    const volume = vm.spec.template.spec?.volumes?.find((one) => one.persistentVolumeClaim?.claimName === claimName);
    const storage = String(original.spec?.resources?.requests?.['storage'] ?? '');
    claims.set(claimName, { name: `pvc-${volume?.name ?? claimName}`, original, storage });
  }
  await client.create(virtualMachineTemplates, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineTemplate',
    metadata: { name, namespace },
    spec: { description },
  });
  const copying = { name, namespace, claims, secrets, isSame: false, runStrategy: runStrategyOf(vm) };
  const { metadata, spec } = copyMachine(vm, copying);
  const { labels, annotations } = metadata;
  await client.create(virtualMachineTemplateVersions, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineTemplateVersion',
    metadata: { name: version, namespace },
    spec: {
      templateId: `${namespace}/${name}`,
      description,
      vm: { metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }, spec },
    },
  });
}
