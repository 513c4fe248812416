import { type VirtualMachine, virtualMachineInstances, virtualMachines } from '@drover/api';
import { useMemo } from 'react';
import { useCollection } from '../app/services.js';
import type { Freshness } from '../live/collection.js';
import { type Machine, machine } from './machine.js';

/** The machines of a cluster, live. A machine that did not change is the same value as before. */
export function useMachines(cluster: string): { machines: readonly Machine[]; freshness: Freshness } {
  const vms = useCollection(virtualMachines, cluster);
  const vmis = useCollection(virtualMachineInstances, cluster);
  const machines = useMemo(
    () => vms.items.map((vm) => joined(vm, vmis.rows.get(`${vm.metadata.namespace}/${vm.metadata.name}`))),
    [vms.items, vmis.rows],
  );
  const loaded = vms.freshness.state === 'live' && vmis.freshness.state !== 'failed';
  return { machines, freshness: loaded ? vmis.freshness : vms.freshness };
}

/** One machine of a cluster, live. */
export function useMachine(
  cluster: string,
  namespace: string,
  name: string,
): { machine: Machine | undefined; freshness: Freshness } {
  const { machines, freshness } = useMachines(cluster);
  const key = `${namespace}/${name}`;
  return { machine: useMemo(() => machines.find((each) => each.key === key), [machines, key]), freshness };
}

const known = new WeakMap<VirtualMachine, Machine>();

function joined(vm: VirtualMachine, vmi: Machine['vmi']): Machine {
  const before = known.get(vm);
  if (before !== undefined && before.vmi === vmi) return before;
  const made = machine(vm, vmi);
  known.set(vm, made);
  return made;
}
