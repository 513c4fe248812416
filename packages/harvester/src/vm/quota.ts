import type { QuotaMeasure, ResourceQuota, VirtualMachine, VirtualMachineInstance } from '@drover/api';
import type { DomainSpec } from '@drover/api/types/kubevirt';
import { formatAmount, parseNanos, QuantityError } from '@drover/kit';
import { setting } from '../setting/effective.js';
import { parseOverheadRatio } from '../setting/value.js';
import type { Late, View } from '../view.js';
import { isFinal } from './decide.js';
import { memoryOverhead } from './overhead.js';

const ONE = 1_000_000_000n;
const NAMES = ['pods', 'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** Amounts by the names that quotas give them, in billionths. */
type Usage = ReadonlyMap<string, bigint>;

/** A machine that runs uses of quotas what the pod of its launcher does where there is one: what it says, and QEMU's own memory. */
export function machineMeasure(late: Late<Pick<View, 'settings'>>): QuotaMeasure {
  return {
    group: 'kubevirt.io',
    plural: 'virtualmachineinstances',
    names: NAMES,
    usage(object) {
      const { spec, status } = validated(object);
      if (isFinal({ phase: status?.phase ?? '' })) return new Map();
      return usageOf(spec.domain, overheadRatio(late.value));
    },
  };
}

/** The server has validated the object against the schema of its kind. */
const validated = (object: unknown): VirtualMachineInstance => object as VirtualMachineInstance;

/**
 * Which quota of its namespace a machine that is about to run would exceed, in a sentence, by what is known of their use;
 * `undefined` when none.
 */
export function shortage(
  { spec }: VirtualMachine,
  quotas: readonly ResourceQuota[],
  view: Pick<View, 'settings'>,
): string | undefined {
  const needed = usageOf(spec.template.spec?.domain ?? { devices: {} }, overheadRatio(view));
  for (const { metadata, status } of quotas) {
    const { hard = {}, used = {} } = status ?? {};
    for (const [name, amount] of needed) {
      const limit = hard[name];
      if (limit === undefined) continue;
      const left = parseNanos(String(limit)) - parseNanos(String(used[name] ?? '0'));
      if (amount <= left) continue;
      return (
        `the machine needs ${name}=${formatAmount(name, amount)} to run, and of ${formatAmount(name, parseNanos(String(limit)))} ` +
        `that the quota "${metadata.name}" of the namespace allows, ${formatAmount(name, left > 0n ? left : 0n)} is left`
      );
    }
  }
  return undefined;
}

const overheadRatio = (view: Pick<View, 'settings'> | undefined): number =>
  setting(view?.settings, 'additional-guest-memory-overhead-ratio', parseOverheadRatio);

function usageOf(domain: DomainSpec, ratio: number): Usage {
  const usage = new Map([['pods', ONE]]);
  try {
    const overhead = memoryOverhead(domain, ratio) * ONE;
    for (const [kind, bare] of [
      ['requests', true],
      ['limits', false],
    ] as const) {
      const { cpu, memory } = domain.resources?.[kind] ?? {};
      const say = (what: 'cpu' | 'memory', amount: bigint): void => {
        usage.set(`${kind}.${what}`, amount);
        if (bare) usage.set(what, amount);
      };
      if (cpu !== undefined) say('cpu', parseNanos(String(cpu)));
      if (memory !== undefined) say('memory', parseNanos(String(memory)) + overhead);
    }
  } catch (error) {
    // Told where the machine is validated.
    if (!(error instanceof QuantityError)) throw error;
  }
  return usage;
}
