import type { VirtualMachineInstance } from '@drover/api';
import { formatBytes, formatMillis } from '@drover/kit';
import { demandOf } from '../vm/sizing.js';
import { fits } from './node-affinity.js';

/** What the host has for machines. */
export interface Capacity {
  readonly memoryBytes: bigint;
  readonly cpuMillis: bigint;
  readonly schedulable: boolean;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Why the host cannot take an instance now, in the scheduler's words, or `undefined` when it can.
 *
 * @param others those that hold their share of the host.
 */
export function unschedulable(
  instance: VirtualMachineInstance,
  others: readonly VirtualMachineInstance[],
  capacity: Capacity,
): string | undefined {
  if (!capacity.schedulable) return '0/1 nodes are available: 1 node(s) were unschedulable.';
  if (!fits(instance.spec, capacity.name, capacity.labels)) {
    return "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
  }
  const wanted = demandOf(instance.spec.domain);
  const taken = others
    .map(({ spec }) => demandOf(spec.domain))
    .reduce(
      (sum, { memoryBytes, cpuMillis }) => ({
        memoryBytes: sum.memoryBytes + memoryBytes,
        cpuMillis: sum.cpuMillis + cpuMillis,
      }),
      {
        memoryBytes: 0n,
        cpuMillis: 0n,
      },
    );
  const freeMemory = capacity.memoryBytes - taken.memoryBytes;
  const freeCpu = capacity.cpuMillis - taken.cpuMillis;
  const short = [
    ...(wanted.cpuMillis > freeCpu
      ? [`1 Insufficient cpu (${formatMillis(wanted.cpuMillis)} asked, ${formatMillis(freeCpu)} free)`]
      : []),
    ...(wanted.memoryBytes > freeMemory
      ? [`1 Insufficient memory (${formatBytes(wanted.memoryBytes)} asked, ${formatBytes(freeMemory)} free)`]
      : []),
  ];
  return short.length === 0 ? undefined : `0/1 nodes are available: ${short.join(', ')}.`;
}
