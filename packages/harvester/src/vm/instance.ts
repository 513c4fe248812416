import { type Stored, type VirtualMachine, type VirtualMachineInstance, virtualMachines } from '@drover/api';
import { ownerReference } from '@drover/controller';
import { VMI_FINALIZER } from './names.js';

/** Which generation of the machine an instance was made from (KubeVirt). */
const GENERATION = 'kubevirt.io/vm-generation';

/** The instance that a machine's template describes, to be created. */
export function instanceOf(vm: Stored<VirtualMachine>): VirtualMachineInstance {
  const { template } = vm.spec;
  const { name, namespace, generation } = vm.metadata;
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, 'vm.kubevirt.io/name': name },
      annotations: { ...template.metadata?.annotations, [GENERATION]: String(generation ?? 1) },
      ownerReferences: [{ ...ownerReference(virtualMachines, vm), blockOwnerDeletion: true }],
      finalizers: [VMI_FINALIZER],
    },
    spec: structuredClone(template.spec ?? { domain: { devices: {} } }),
  };
}
