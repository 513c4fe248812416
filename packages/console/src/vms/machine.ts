import type { VirtualMachine, VirtualMachineInstance } from '@drover/api';
import type { VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';
import type { State } from '../components/state.js';
import { bytesOf, millisOf } from '../format/size.js';
import { type VmStateId, vmState } from './state.js';

/** A machine with its running instance: what a row of the list, a detail page and a command work on. */
export interface Machine {
  readonly key: string;
  readonly vm: VirtualMachine;
  readonly vmi: VirtualMachineInstance | undefined;
  readonly name: string;
  readonly namespace: string;
  readonly state: State<VmStateId>;
}

/** Pairs a machine with its instance. */
export function machine(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): Machine {
  const { name = '', namespace = '' } = vm.metadata;
  return { key: `${namespace}/${name}`, vm, vmi, name, namespace, state: vmState(vm, vmi) };
}

/** The machine's hardware as it will be at its next start. */
export const templateOf = (vm: VirtualMachine): VirtualMachineInstanceSpec =>
  vm.spec.template.spec ?? { domain: { devices: {} } };

/** What the guest has: of the running instance, or of the template. */
export const hardware = ({ vm, vmi }: Machine): VirtualMachineInstanceSpec => vmi?.spec ?? templateOf(vm);

/** Virtual processors: cores × sockets × threads, or the limit. */
export function processors(machine: Machine): number {
  const { cpu, resources } = hardware(machine).domain;
  if (cpu !== undefined) return (cpu.cores ?? 1) * (cpu.sockets ?? 1) * (cpu.threads ?? 1);
  return Math.ceil((millisOf(resources?.limits?.['cpu']) ?? 1000) / 1000);
}

/** Memory in bytes as it was asked for. */
export function memoryBytes(machine: Machine): number | undefined {
  const { memory, resources } = templateOf(machine.vm).domain;
  return bytesOf(resources?.limits?.['memory']) ?? bytesOf(memory?.guest);
}

/** Every address the guest or the network reports, each once. */
export function addresses({ vmi }: Machine): string[] {
  const all = (vmi?.status?.interfaces ?? []).flatMap(({ ipAddress, ipAddresses }) => [
    ...(ipAddresses ?? []),
    ...(ipAddress === undefined || ipAddress === '' ? [] : [ipAddress]),
  ]);
  return [...new Set(all)];
}

/** The host it runs on. */
export const hostOf = ({ vmi }: Machine): string => vmi?.status?.nodeName ?? '';

/** Whether the guest agent answers. */
export const agentConnected = ({ vmi }: Machine): boolean =>
  vmi?.status?.conditions?.some(({ type, status }) => type === 'AgentConnected' && status === 'True') ?? false;

/** The claims behind its disks, with the disk's name. */
export const claimsOf = (vm: VirtualMachine): { disk: string; claim: string }[] =>
  (templateOf(vm).volumes ?? []).flatMap(({ name, persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined ? [] : [{ disk: name, claim: persistentVolumeClaim.claimName }],
  );
