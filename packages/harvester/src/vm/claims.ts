import {
  hasReason,
  type ObjectRef,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Stored,
  type VirtualMachine,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { createIfAbsent, updateWithRetry } from '@drover/controller';
import { parseUnits } from '@drover/kit';
import { type ClaimTemplate, parseClaimTemplates } from '../claim/template.js';
import { CLAIM_TEMPLATES, OWNED_BY, REMOVED_CLAIMS } from './names.js';

/** Machines are named by this schema id in the annotation that says whose a claim is. */
const SCHEMA = 'kubevirt.io.virtualmachine';

/** Names of the claims that a machine's volumes refer to. */
export function claimNames({ spec }: Pick<VirtualMachine, 'spec'>): string[] {
  return (spec.template.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName],
  );
}

/** The machines, running or not, that a claim belongs to; not those that are being deleted, which let go of it. */
export function usersOf(
  { namespace, name }: ObjectRef,
  machines: Pick<Informer<VirtualMachine>, 'list'>,
): Stored<VirtualMachine>[] {
  return machines
    .list(namespace)
    .filter((vm) => vm.metadata.deletionTimestamp === undefined && claimNames(vm).includes(name));
}

/** Which of a machine's claims are not there, and which have no volume yet. */
export function claimsState(
  vm: Stored<VirtualMachine>,
  claims: Informer<PersistentVolumeClaim>,
): { missing: string[]; pending: string[] } {
  const found = claimNames(vm).map((name) => ({ name, claim: claims.get(vm.metadata.namespace, name) }));
  return {
    missing: found.flatMap(({ name, claim }) => (claim === undefined ? [name] : [])),
    pending: found.flatMap(({ name, claim }) => (claim !== undefined && claim.status?.phase !== 'Bound' ? [name] : [])),
  };
}

/** Creates the claims that a machine's annotation names and grows those that it wants larger; never shrinks, never deletes. */
export async function ensureClaims(
  vm: Stored<VirtualMachine>,
  client: Client,
  claims: Informer<PersistentVolumeClaim>,
): Promise<void> {
  const { namespace } = vm.metadata;
  for (const template of parseClaimTemplates(vm.metadata.annotations?.[CLAIM_TEMPLATES])) {
    const existing = claims.get(namespace, template.name);
    if (existing === undefined) {
      await createIfAbsent(client, persistentVolumeClaims, claimOf(template, vm));
    } else if (template.sizeBytes > parseUnits(String(existing.spec?.resources?.requests?.['storage'] ?? 0))) {
      const storage = String(template.spec.resources?.requests?.['storage'] ?? template.sizeBytes);
      const patch = { spec: { resources: { requests: { storage } } } };
      await client.patch(persistentVolumeClaims, { namespace, name: template.name }, { type: 'merge', patch });
    }
  }
}

function claimOf(template: ClaimTemplate, vm: Stored<VirtualMachine>): PersistentVolumeClaim {
  const { namespace } = vm.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: template.name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.labels },
      annotations: { ...template.annotations, [OWNED_BY]: JSON.stringify([owner(vm)]) },
    },
    spec: structuredClone(template.spec),
  };
}

const owner = ({ metadata }: Stored<VirtualMachine>): object => ({
  schema: SCHEMA,
  refs: [`${metadata.namespace}/${metadata.name}`],
});

/**
 * What becomes of claims when their machine goes: those its user named go with it unless another machine has them too, the
 * others belong to nobody from then on.
 */
export async function releaseClaims(
  vm: Stored<VirtualMachine>,
  client: Client,
  machines: Informer<VirtualMachine>,
): Promise<void> {
  const { namespace, annotations } = vm.metadata;
  const removed = (annotations?.[REMOVED_CLAIMS] ?? '').split(',').map((name) => name.trim());
  for (const name of claimNames(vm)) {
    try {
      const isLast = usersOf({ namespace, name }, machines).length === 0;
      if (removed.includes(name) && isLast) await client.delete(persistentVolumeClaims, { namespace, name });
      else await disown(client, { namespace, name });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }
}

/** A claim that is no machine's any more. */
export async function disown(client: Client, ref: { namespace: string | undefined; name: string }): Promise<void> {
  await updateWithRetry(client, persistentVolumeClaims, ref, (claim) => {
    if (claim.metadata.annotations?.[OWNED_BY] === undefined) return undefined;
    const { [OWNED_BY]: _, ...annotations } = claim.metadata.annotations;
    return { ...claim, metadata: { ...claim.metadata, annotations } };
  });
}
