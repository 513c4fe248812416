import type { VirtualMachine } from '@drover/api';

/** Run strategies that this cluster acts on (KubeVirt's, without the receiving end of a migration). */
export const RUN_STRATEGIES = ['Always', 'RerunOnFailure', 'Manual', 'Halted', 'Once'] as const;

/** When a machine is to run. */
export type RunStrategy = (typeof RUN_STRATEGIES)[number];

/** The strategy of a machine, also where it is written in the older form `running: true`. */
export function runStrategyOf({ spec }: Pick<VirtualMachine, 'spec'>): RunStrategy {
  if (spec.running !== undefined) return spec.running ? 'Always' : 'Halted';
  return RUN_STRATEGIES.find((strategy) => strategy === spec.runStrategy) ?? 'Halted';
}
