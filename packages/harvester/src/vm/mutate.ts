import type { VirtualMachine } from '@drover/api';
import type { RandomBytes } from '@drover/kit';
import { withRequirements } from './affinity.js';
import { generateMacAddress, rememberedAddresses } from './mac-address.js';
import { HOTPLUG, INSUFFICIENT_QUOTA, MAC_ADDRESSES, RESERVED_MEMORY, RUN_STRATEGY } from './names.js';
import { runStrategyOf } from './run-strategy.js';
import { type SizingRules, size } from './sizing.js';

/** What a machine's defaults depend on beside the machine. */
export interface MutationRules extends Pick<SizingRules, 'overcommit' | 'overheadRatio' | 'hotplugRatio'> {
  /** Seconds: setting default-vm-termination-grace-period-seconds. */
  readonly gracePeriod: number;
  /** The cluster network of a network attachment `namespace/name`, when it is known. */
  clusterNetworkOf(network: string): string | undefined;
  readonly random: RandomBytes;
}

/**
 * The machine as it is stored: Harvester's and KubeVirt's own defaults filled in. `old` is what it replaces.
 *
 * @throws RangeError or QuantityError from sizing.
 */
export function mutateMachine(
  vm: VirtualMachine,
  old: VirtualMachine | undefined,
  rules: MutationRules,
): VirtualMachine {
  const machine = structuredClone(vm);
  const { metadata } = machine;
  const annotations = metadata.annotations ?? {};
  const strategy = remembered(machine, old);
  if (strategy !== 'Halted') {
    const { [INSUFFICIENT_QUOTA]: _, ...kept } = annotations;
    metadata.annotations = { ...kept, [RUN_STRATEGY]: strategy };
  }
  const spec = machine.spec.template.spec;
  if (spec === undefined) return machine;
  spec.domain.firmware = { uuid: uuid(rules.random), serial: uuid(rules.random), ...present(spec.domain.firmware) };
  spec.architecture ??= 'amd64';
  spec.terminationGracePeriodSeconds ??= rules.gracePeriod;
  size(spec.domain, {
    ...rules,
    reservedMemory: annotations[RESERVED_MEMORY],
    hotplug: annotations[HOTPLUG] === 'true',
  });
  const addresses = rememberedAddresses(annotations[MAC_ADDRESSES]);
  for (const nic of spec.domain.devices.interfaces ?? []) {
    if (!nic.macAddress) nic.macAddress = addresses[nic.name] ?? generateMacAddress(rules.random);
  }
  const clusterNetworks = (spec.networks ?? []).flatMap(({ multus }) => {
    const name =
      multus === undefined ? undefined : rules.clusterNetworkOf(qualified(multus.networkName, metadata.namespace));
    return name === undefined ? [] : [name];
  });
  const affinity = withRequirements(spec.affinity, clusterNetworks, spec.domain.cpu?.dedicatedCpuPlacement === true);
  if (affinity !== undefined) spec.affinity = affinity;
  return machine;
}

/** `namespace/name`, with the machine's own namespace where a network is named without. */
export function qualified(network: string, namespace: string | undefined): string {
  return network.includes('/') ? network : `${namespace ?? ''}/${network}`;
}

/** A halted machine that is switched on again gets back the strategy it had before. */
function remembered(vm: VirtualMachine, old: VirtualMachine | undefined): string {
  const asked = runStrategyOf(vm);
  if (old === undefined || asked === 'Halted' || runStrategyOf(old) !== 'Halted') return asked;
  const { running: _, ...spec } = vm.spec;
  const before = old.metadata.annotations?.[RUN_STRATEGY] ?? 'RerunOnFailure';
  vm.spec = { ...spec, runStrategy: before };
  return runStrategyOf(vm);
}

function uuid(random: RandomBytes): string {
  // RFC 9562 version 4 from the given bytes: node's own generator takes no source.
  const bytes = Buffer.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The fields of an object that hold something. */
function present<T extends object>(object: T | undefined): Partial<T> {
  const filled = Object.entries(object ?? {}).filter(([, value]) => value !== '' && value !== undefined);
  return Object.fromEntries(filled) as Partial<T>;
}
