import type { DomainSpec } from '@drover/api/types/kubevirt';
import { formatBytes, formatMillis, parseMillis, parseUnits } from '@drover/kit';
import type { Overcommit } from '../setting/value.js';

const MIB = 1n << 20n;
/** Below this KubeVirt considers a guest unable to start. */
const SMALLEST_GUEST = 10n * MIB;
/** Taken off the limit for QEMU itself where the overhead ratio is switched off (Harvester before v1.4). */
const LEGACY_RESERVATION = 100n * MIB;

/** What sizing depends on beside the machine: settings, and annotations of the machine. */
export interface SizingRules {
  readonly overcommit: Overcommit;
  /** Setting additional-guest-memory-overhead-ratio; 0 is off. */
  readonly overheadRatio: number;
  /** Annotation harvesterhci.io/reservedMemory, a quantity. */
  readonly reservedMemory: string | undefined;
  /** Whether CPU and memory may be changed while the machine runs: then the guest's memory is the user's to set. */
  readonly hotplug: boolean;
  /** Setting max-hotplug-ratio: how many times what it begins with such a machine may grow to, unless it says. */
  readonly hotplugRatio: number;
}

/**
 * Fills in what follows from a machine's limits, as Harvester does: requests by overcommit, guest memory, CPU topology.
 * Changes `domain`.
 *
 * @throws RangeError with a sentence, when nothing is left for the guest; QuantityError for a malformed quantity.
 */
export function size(domain: DomainSpec, rules: SizingRules): void {
  const cpu = { cores: 1, sockets: 1, threads: 1, ...domain.cpu };
  domain.cpu = rules.hotplug
    ? { maxSockets: Math.max(cpu.sockets, Math.min(cpu.sockets * rules.hotplugRatio, socketsOf(cpu))), ...cpu }
    : { ...cpu, maxSockets: cpu.sockets };
  const { cpu: limitCpu, memory: limitMemory } = domain.resources?.limits ?? {};
  if (limitMemory !== undefined && !(rules.hotplug && domain.memory?.guest !== undefined)) {
    domain.memory = { ...domain.memory, guest: formatBytes(guestMemory(parseUnits(String(limitMemory)), rules)) };
  }
  const { guest, maxGuest } = domain.memory ?? {};
  if (rules.hotplug && guest !== undefined && maxGuest === undefined) {
    domain.memory = { ...domain.memory, maxGuest: formatBytes(parseUnits(String(guest)) * BigInt(rules.hotplugRatio)) };
  }
  const requests = { ...domain.resources?.requests };
  const pinned = domain.cpu.dedicatedCpuPlacement === true;
  if (limitCpu !== undefined) {
    const limit = parseMillis(String(limitCpu));
    requests['cpu'] = formatMillis(pinned ? limit : (limit * 100n) / BigInt(rules.overcommit.cpu));
  }
  if (limitMemory !== undefined) {
    const limit = parseUnits(String(limitMemory));
    requests['memory'] = formatBytes(pinned ? limit : ((limit * 100n) / BigInt(rules.overcommit.memory) / MIB) * MIB);
  }
  if (Object.keys(requests).length > 0) domain.resources = { ...domain.resources, requests };
}

/** The most processors a machine may have. */
export const MAX_VCPUS = 64;

/** How many sockets of a topology make the most processors there may be. */
const socketsOf = ({ cores, threads }: { cores: number; threads: number }): number =>
  Math.floor(MAX_VCPUS / (cores * threads));

function guestMemory(limit: bigint, { reservedMemory, overheadRatio }: SizingRules): bigint {
  const reserved =
    reservedMemory !== undefined && reservedMemory !== ''
      ? parseUnits(reservedMemory)
      : overheadRatio === 0
        ? LEGACY_RESERVATION
        : 0n;
  if (reserved >= limit) {
    throw new RangeError(`reserved memory ${formatBytes(reserved)} leaves nothing of the limit ${formatBytes(limit)}`);
  }
  const guest = limit - reserved;
  if (guest < SMALLEST_GUEST) {
    throw new RangeError(`guest memory ${formatBytes(guest)} is below the minimum of ${formatBytes(SMALLEST_GUEST)}`);
  }
  return guest;
}

/** What a machine takes of the host's books: bytes of memory and thousandths of a core. */
export interface Demand {
  readonly memoryBytes: bigint;
  readonly cpuMillis: bigint;
}

/** Requests where there are any, else limits, else what the guest is given. */
export function demandOf(domain: DomainSpec): Demand {
  const { requests, limits } = domain.resources ?? {};
  const memory = requests?.['memory'] ?? domain.memory?.guest ?? limits?.['memory'] ?? 0;
  const cpu = requests?.['cpu'] ?? limits?.['cpu'];
  return {
    memoryBytes: parseUnits(String(memory)),
    cpuMillis: cpu === undefined ? BigInt(vcpus(domain)) * 100n : parseMillis(String(cpu)),
  };
}

/** Virtual processors of a topology, with 1 for each part that is missing. */
export function vcpus({ cpu }: Pick<DomainSpec, 'cpu'>): number {
  return (cpu?.cores ?? 1) * (cpu?.sockets ?? 1) * (cpu?.threads ?? 1);
}

/** Bytes the guest sees, or `undefined` when nothing says how many. */
export function guestBytes(domain: DomainSpec): bigint | undefined {
  const { requests, limits } = domain.resources ?? {};
  const memory = domain.memory?.guest ?? requests?.['memory'] ?? limits?.['memory'];
  return memory === undefined ? undefined : parseUnits(String(memory));
}
