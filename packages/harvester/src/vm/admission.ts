import {
  type AdmissionPlugin,
  type AdmissionReview,
  conflict,
  invalid,
  resourceQuotas,
  type StatusCause,
  type VirtualMachine,
} from '@drover/api';
import { QuantityError, type RandomBytes } from '@drover/kit';
import { requireRead } from '../access.js';
import { type ClaimTemplate, parseClaimTemplates } from '../claim/template.js';
import { clusterNetworkOf } from '../network/attachment.js';
import { setting } from '../setting/effective.js';
import { parseGracePeriod, parseHotplugRatio, parseOvercommit, parseOverheadRatio } from '../setting/value.js';
import type { Late, View } from '../view.js';
import { claimNames } from './claims.js';
import { mutateMachine, qualified } from './mutate.js';
import { CLAIM_TEMPLATES } from './names.js';
import { shortage } from './quota.js';
import { type RunStrategy, runStrategyOf } from './run-strategy.js';
import { machineCauses, wrong } from './validate.js';

const SUBJECT = { group: 'kubevirt.io', plural: 'virtualmachines', kind: 'VirtualMachine' };
const ANNOTATION = `metadata.annotations[${CLAIM_TEMPLATES}]`;

/** Fills in machines as Harvester does, and refuses those that could not work. */
export function machineAdmission(late: Late<View>, random: RandomBytes): AdmissionPlugin {
  return {
    name: 'VirtualMachine',
    resources: ['kubevirt.io/virtualmachines'],
    async admit(review) {
      if (review.operation === 'DELETE' || review.subresource !== undefined) return undefined;
      const { object, old } = machines(review);
      const view = late.value;
      const unchanged = old !== undefined && sameMachine(object, old);
      // Metadata may change whatever rules the rest was admitted under: finalizers must come off.
      if (unchanged || object.metadata.deletionTimestamp !== undefined) return undefined;
      refuse(object, machineCauses(object));
      const mutated = completed(object, old, view, random);
      const templates = claimTemplates(mutated);
      if (view !== undefined) {
        refuse(mutated, [
          ...addressCauses(mutated, view),
          ...claimCauses(mutated, templates, view),
          ...leavingCauses(mutated, old, view),
        ]);
        refuseOccupied(mutated, view);
        await refuseForeignImages(review, templates, old, view);
        await refuseBeyondQuota(mutated, old, view);
      }
      return mutated;
    },
  };
}

/** The server has validated the objects against the schema of the kind before admission sees them. */
function machines({ object, old }: AdmissionReview): { object: VirtualMachine; old: VirtualMachine | undefined } {
  return { object: object as VirtualMachine, old: old as VirtualMachine | undefined };
}

function completed(
  object: VirtualMachine,
  old: VirtualMachine | undefined,
  view: View | undefined,
  random: RandomBytes,
): VirtualMachine {
  const settings = view?.settings;
  try {
    return mutateMachine(object, old, {
      overcommit: setting(settings, 'overcommit-config', parseOvercommit),
      overheadRatio: setting(settings, 'additional-guest-memory-overhead-ratio', parseOverheadRatio),
      hotplugRatio: setting(settings, 'max-hotplug-ratio', parseHotplugRatio),
      gracePeriod: setting(settings, 'default-vm-termination-grace-period-seconds', parseGracePeriod),
      clusterNetworkOf(network) {
        const [namespace, name = ''] = network.split('/');
        const attachment = view?.networks.get(namespace, name);
        return attachment && clusterNetworkOf(attachment);
      },
      random,
    });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof QuantityError)) throw error;
    throw invalid(SUBJECT, nameOf(object), [wrong('spec.template.spec.domain.resources', error.message)]);
  }
}

function claimTemplates(vm: VirtualMachine): ClaimTemplate[] {
  try {
    return parseClaimTemplates(vm.metadata.annotations?.[CLAIM_TEMPLATES]);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw invalid(SUBJECT, nameOf(vm), [wrong(ANNOTATION, error.message)]);
  }
}

const nameOf = ({ metadata }: VirtualMachine): string => metadata.name ?? '';

function refuse(vm: VirtualMachine, causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid(SUBJECT, nameOf(vm), causes);
}

function sameMachine(a: VirtualMachine, b: VirtualMachine): boolean {
  const about = ({ spec, metadata }: VirtualMachine): string =>
    JSON.stringify([spec, metadata.annotations?.[CLAIM_TEMPLATES]]);
  return about(a) === about(b);
}

/** No two machines on one cluster network may answer to the same address. */
function addressCauses(vm: VirtualMachine, view: View): StatusCause[] {
  const mine = attachments(vm, view);
  const others = view.machines.list().filter((other) => !isSame(other, vm));
  return others.flatMap((other) =>
    attachments(other, view).flatMap((taken) => {
      const index = mine.findIndex(({ mac, network }) => mac === taken.mac && network === taken.network);
      if (index < 0) return [];
      const { namespace, name } = other.metadata;
      return [
        wrong(
          `spec.template.spec.domain.devices.interfaces[${index}].macAddress`,
          `${taken.mac} is in use by virtual machine ${namespace}/${name}`,
        ),
      ];
    }),
  );
}

function attachments(vm: VirtualMachine, view: View): { mac: string; network: string }[] {
  const { domain, networks = [] } = vm.spec.template.spec ?? {};
  return (domain?.devices.interfaces ?? []).map(({ name, macAddress }) => {
    const multus = networks.find((network) => network.name === name)?.multus?.networkName;
    const [namespace, attachment = ''] =
      multus === undefined ? [] : qualified(multus, vm.metadata.namespace).split('/');
    const found = namespace === undefined ? undefined : view.networks.get(namespace, attachment);
    return { mac: (macAddress ?? '').toLowerCase(), network: (found && clusterNetworkOf(found)) ?? 'mgmt' };
  });
}

const isSame = (a: VirtualMachine, b: VirtualMachine): boolean =>
  a.metadata.namespace === b.metadata.namespace && a.metadata.name === b.metadata.name;

function claimCauses({ metadata }: VirtualMachine, templates: readonly ClaimTemplate[], view: View): StatusCause[] {
  return templates.flatMap((template, index) => {
    const at = `${ANNOTATION}[${index}]`;
    const existing = view.claims.get(metadata.namespace, template.name);
    const wanted = template.storageClassName;
    if (existing !== undefined) {
      const has = existing.spec?.storageClassName;
      return wanted !== undefined && has !== undefined && wanted !== has
        ? [
            wrong(
              `${at}.spec.storageClassName`,
              `claim "${template.name}" exists with storage class "${has}"; it cannot change`,
            ),
          ]
        : [];
    }
    const [imageNamespace, imageName = ''] = (template.imageId ?? '').split('/');
    if (template.imageId !== undefined && view.images.get(imageNamespace, imageName) === undefined) {
      return [wrong(`${at}.metadata.annotations[harvesterhci.io/imageId]`, `image "${template.imageId}" not found`)];
    }
    // The class of an image appears a moment after the image does: its name is promised by the image itself.
    const promised =
      template.imageId === undefined ? undefined : view.images.get(imageNamespace, imageName)?.status?.storageClassName;
    if (wanted !== undefined && wanted !== promised && view.storageClasses.get(undefined, wanted) === undefined) {
      return [wrong(`${at}.spec.storageClassName`, `storage class "${wanted}" not found`)];
    }
    return [];
  });
}

/** A claim that is being deleted is not taken up: it would go at the machine's next stop, and an empty one come in its place. */
function leavingCauses(vm: VirtualMachine, old: VirtualMachine | undefined, view: View): StatusCause[] {
  const before = old === undefined ? [] : claimNames(old);
  return claimNames(vm)
    .filter((name) => !before.includes(name))
    .filter((name) => view.claims.get(vm.metadata.namespace, name)?.metadata.deletionTimestamp !== undefined)
    .map((name) => wrong('spec.template.spec.volumes', `claim "${name}" is being deleted`));
}

/** A volume belongs to one machine at a time, unless both say that they share it. */
function refuseOccupied(vm: VirtualMachine, view: View): void {
  const mine = exclusiveClaims(vm);
  for (const other of view.machines.list(vm.metadata.namespace)) {
    if (isSame(other, vm)) continue;
    const taken = exclusiveClaims(other).find((name) => mine.includes(name));
    if (taken === undefined) continue;
    throw conflict(
      SUBJECT,
      nameOf(vm),
      `the volume ${taken} is already used by VM ${other.metadata.namespace}/${other.metadata.name}`,
    );
  }
}

function exclusiveClaims({ spec }: VirtualMachine): string[] {
  const { domain, volumes = [] } = spec.template.spec ?? {};
  return volumes.flatMap(({ name, persistentVolumeClaim }) => {
    const shared = domain?.devices.disks?.find((disk) => disk.name === name)?.shareable === true;
    return persistentVolumeClaim === undefined || shared ? [] : [persistentVolumeClaim.claimName];
  });
}

/**
 * A machine that is switched on has to fit into what its namespace has left: its instance would be refused, and whoever switched it
 * on would have to look for why.
 */
async function refuseBeyondQuota(vm: VirtualMachine, old: VirtualMachine | undefined, view: View): Promise<void> {
  const { namespace } = vm.metadata;
  const wasOff = old === undefined || runStrategyOf(old) === 'Halted';
  if (!wasOff || !STARTS.has(runStrategyOf(vm)) || view.instances.get(namespace, nameOf(vm)) !== undefined) return;
  const { items } = await view.client.list(resourceQuotas, { namespace });
  const short = shortage(vm, items, view);
  if (short !== undefined) refuse(vm, [wrong('spec.template.spec.domain.resources', short)]);
}

/** With these a machine runs without being asked to. */
const STARTS: ReadonlySet<RunStrategy> = new Set(['Always', 'RerunOnFailure', 'Once']);

/** Whoever makes a machine from an image must be allowed to read it: images of other namespaces are not public by id. */
async function refuseForeignImages(
  { identity }: AdmissionReview,
  templates: readonly ClaimTemplate[],
  old: VirtualMachine | undefined,
  view: View,
): Promise<void> {
  const before = new Set(old === undefined ? [] : claimTemplates(old).map(({ imageId }) => imageId));
  const asked = new Set(
    templates.flatMap(({ imageId }) => (imageId === undefined || before.has(imageId) ? [] : [imageId])),
  );
  for (const imageId of asked) {
    const [namespace = '', name = ''] = imageId.split('/');
    await requireRead(view.client, identity, {
      group: 'harvesterhci.io',
      resource: 'virtualmachineimages',
      namespace,
      name,
    });
  }
}
