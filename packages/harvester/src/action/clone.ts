import {
  alreadyExists,
  badRequest,
  persistentVolumeClaims,
  type Stored,
  type VirtualMachine,
  virtualMachines,
} from '@drover/api';
import { randomText } from '@drover/kit';
import type { Fields } from '../fields.js';
import { lookAt } from '../view.js';
import { claimNames } from '../vm/claims.js';
import { type CopiedClaim, copyMachine, secretNames } from '../vm/copy.js';
import { runStrategyOf } from '../vm/run-strategy.js';
import { copySecret } from '../vm/secrets.js';
import type { ObjectRequest } from './paths.js';

/**
 * Makes another machine of a machine, on copies of its volumes as they are now.
 *
 * @throws ApiError 400 for a bad name, 403 where the caller may not make machines, 409 when the name is taken
 */
export async function cloneAction(
  vm: Stored<VirtualMachine>,
  fields: Fields,
  { namespace, view, random, require }: ObjectRequest,
): Promise<void> {
  const name = fields.text('targetVm');
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) throw badRequest('targetVm: expected a DNS label');
  require('create', 'kubevirt.io', 'virtualmachines', { at: { namespace } });
  const { client } = view;
  if ((await lookAt(client, virtualMachines, { namespace, name })) !== undefined)
    throw alreadyExists(virtualMachines, name);
  const secrets = new Map<string, string>();
  for (const secret of secretNames(vm)) {
    // Who may not read a Secret does not get a copy of it under another name.
    require('get', '', 'secrets', { at: { namespace, name: secret } });
    const to = `${name}-${randomText(5, random)}`;
    if (await copySecret(client, namespace, { from: secret, to })) secrets.set(secret, to);
  }
  const claims = new Map<string, CopiedClaim>();
  for (const claimName of claimNames(vm)) {
    const original = await lookAt(client, persistentVolumeClaims, { namespace, name: claimName });
    if (original === undefined) continue;
    const volume = vm.spec.template.spec?.volumes?.find((one) => one.persistentVolumeClaim?.claimName === claimName);
    claims.set(claimName, {
      name: `${name}-${volume?.name ?? 'disk'}-${randomText(5, random)}`,
      original,
      dataSource: { kind: 'PersistentVolumeClaim', name: claimName },
      storage: String(original.status?.capacity?.['storage'] ?? original.spec?.resources?.requests?.['storage'] ?? ''),
    });
  }
  const runStrategy = fields.optionalText('runStrategy') ?? runStrategyOf(vm);
  await client.create(
    virtualMachines,
    copyMachine(vm, { name, namespace, claims, secrets, isSame: false, runStrategy }),
  );
}
