import type { VirtualMachine } from '@drover/api';
import type { VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';

/** A machine as the Harvester UI writes it, small; `changes` replace parts of its instance's spec. */
export function machine(
  { name = 'web01', namespace = 'default', annotations = {}, runStrategy = 'RerunOnFailure' } = {},
  changes: Partial<VirtualMachineInstanceSpec> = {},
): VirtualMachine {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: { name, namespace, labels: { 'harvesterhci.io/creator': 'harvester' }, annotations },
    spec: {
      runStrategy,
      template: {
        metadata: { labels: { 'harvesterhci.io/vmName': name } },
        spec: {
          domain: {
            machine: { type: '' },
            cpu: { cores: 2, sockets: 1, threads: 1 },
            devices: {
              inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }],
              interfaces: [{ name: 'default', model: 'virtio', masquerade: {} }],
              disks: [],
            },
            features: { acpi: { enabled: true } },
            resources: { limits: { cpu: '2', memory: '256Mi' } },
          },
          hostname: name,
          networks: [{ name: 'default', pod: {} }],
          terminationGracePeriodSeconds: 60,
          ...changes,
        },
      },
    },
  };
}
