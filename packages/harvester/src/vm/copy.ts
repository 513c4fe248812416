import type { PersistentVolumeClaim, VirtualMachine } from '@drover/api';
import type { VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';
import { CLAIM_TEMPLATES, IMAGE_ID, MAC_ADDRESSES, REMOVED_CLAIMS, RUN_STRATEGY } from './names.js';

/** Which machine of the template labels is which: other objects select instances by it. */
const VM_NAME = 'harvesterhci.io/vmName';

/** Annotations that say what happened to one machine, not what it is. */
const OWN = [CLAIM_TEMPLATES, MAC_ADDRESSES, REMOVED_CLAIMS, RUN_STRATEGY, 'restore.harvesterhci.io/name'];

type DataSource = NonNullable<NonNullable<PersistentVolumeClaim['spec']>['dataSource']>;

/** A claim that takes the place of another one in a copy of a machine. */
export interface CopiedClaim {
  readonly name: string;
  /** The claim it takes the place of, as it is or was. */
  readonly original: {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec?: {
      readonly accessModes?: readonly string[];
      readonly volumeMode?: string;
      readonly storageClassName?: string;
    };
  };
  /** What it is a copy of; nothing: it begins as its class says. */
  readonly dataSource?: DataSource;
  /** A quantity. */
  readonly storage: string;
}

/** How a copy of a machine differs from it. */
export interface Copying {
  readonly name: string;
  readonly namespace: string;
  /** By the name of the claim in the original. */
  readonly claims: ReadonlyMap<string, CopiedClaim>;
  /** New names of Secrets, by the name in the original; others are used as they are. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Whether it takes the original's place, and so keeps its addresses and its identity. */
  readonly isSame: boolean;
  readonly keepMacAddress?: boolean;
  readonly runStrategy: string;
}

/** A machine that is what another one is or was, on copies of its volumes. */
export function copyMachine(
  { metadata, spec }: Pick<VirtualMachine, 'metadata' | 'spec'>,
  copying: Copying,
): VirtualMachine {
  const { name, namespace, claims, isSame, runStrategy } = copying;
  const { labels, annotations = {} } = metadata;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !OWN.includes(key)));
  const { running: _, ...rest } = structuredClone(spec);
  const { template } = rest;
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...kept, [CLAIM_TEMPLATES]: JSON.stringify([...claims.values()].map(claimTemplate)) },
    },
    spec: {
      ...rest,
      runStrategy,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, [VM_NAME]: name } },
        ...(template.spec === undefined ? {} : { spec: copySpec(template.spec, copying, isSame) }),
      },
    },
  };
}

/** The claim template that makes the claim of a copy exist. */
function claimTemplate({ name, original, dataSource, storage }: CopiedClaim): object {
  const imageId = original.metadata?.annotations?.[IMAGE_ID];
  const { accessModes, volumeMode, storageClassName } = original.spec ?? {};
  return {
    metadata: { name, ...(imageId === undefined ? {} : { annotations: { [IMAGE_ID]: imageId } }) },
    spec: { accessModes, volumeMode, storageClassName, resources: { requests: { storage } }, dataSource },
  };
}

function copySpec(
  spec: VirtualMachineInstanceSpec,
  { name, claims, secrets, keepMacAddress = false }: Copying,
  isSame: boolean,
): VirtualMachineInstanceSpec {
  const copy = structuredClone(spec);
  for (const volume of copy.volumes ?? []) {
    const { persistentVolumeClaim, cloudInitNoCloud, sysprep } = volume;
    const claim = claims.get(persistentVolumeClaim?.claimName ?? '');
    if (persistentVolumeClaim !== undefined && claim !== undefined) persistentVolumeClaim.claimName = claim.name;
    for (const ref of [cloudInitNoCloud?.secretRef, cloudInitNoCloud?.networkDataSecretRef, sysprep?.secret]) {
      const renamed = secrets.get(ref?.name ?? '');
      if (ref !== undefined && renamed !== undefined) ref.name = renamed;
    }
  }
  if (isSame) return copy;
  // What tells one machine from another is drawn anew when it is admitted.
  const { uuid: _, serial: __, ...firmware } = copy.domain.firmware ?? {};
  copy.domain.firmware = firmware;
  copy.hostname = name;
  if (!keepMacAddress) {
    copy.domain.devices.interfaces = (copy.domain.devices.interfaces ?? []).map(({ macAddress: ___, ...nic }) => nic);
  }
  return copy;
}

/** Names of the Secrets that a machine's disks are made of. */
export function secretNames({ spec }: Pick<VirtualMachine, 'spec'>): string[] {
  const names = (spec.template.spec?.volumes ?? []).flatMap(({ cloudInitNoCloud, sysprep }) => [
    cloudInitNoCloud?.secretRef?.name,
    cloudInitNoCloud?.networkDataSecretRef?.name,
    sysprep?.secret?.name,
  ]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
