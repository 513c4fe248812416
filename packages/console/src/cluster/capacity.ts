import type { Node } from '@drover/api';
import { bytesOf, millisOf } from '../format/size.js';
import { hardware, type Machine, memoryBytes, processors } from '../vms/machine.js';

/** What there is of a resource, and what machines that run were promised of it. */
export interface Capacity {
  readonly total: number;
  readonly promised: number;
}

/** Processors (in cores) and memory (in bytes) of a cluster's hosts, and what its running machines were promised. */
export function capacity(nodes: readonly Node[], machines: readonly Machine[]): { cpu: Capacity; memory: Capacity } {
  const running = machines.filter(({ vmi }) => vmi?.status?.phase === 'Running');
  return {
    cpu: {
      total: sum(nodes, (node) => (millisOf(node.status?.allocatable?.['cpu']) ?? 0) / 1000),
      promised: sum(running, processors),
    },
    memory: {
      total: sum(nodes, (node) => bytesOf(node.status?.allocatable?.['memory']) ?? 0),
      promised: sum(running, (machine) => memoryBytes(machine) ?? bytesOf(hardware(machine).domain.memory?.guest) ?? 0),
    },
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
