import {
  configMaps,
  secrets,
  serviceAccounts,
  type VirtualMachine,
  virtualMachineImages,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import type { Client } from '@drover/client';
import { eventually } from '../eventually.js';

const NAMESPACE = 'default';

/** A machine whose cloud-init holds a secret, as people write them. */
const machine = (name: string, runStrategy: 'Always' | 'Halted', secret: string): VirtualMachine => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    runStrategy,
    template: {
      spec: {
        // No host has it: what waits for one needs no QEMU, and goes on waiting.
        nodeSelector: { 'example.io/nowhere': 'true' },
        domain: {
          cpu: { cores: 1 },
          devices: { disks: [{ name: 'init', disk: { bus: 'virtio' } }] },
          resources: { limits: { cpu: '1', memory: '128Mi' } },
        },
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'init', cloudInitNoCloud: { secretRef: { name: secret } } }],
      },
    },
  },
});

/**
 * Makes what requests are about in the project of the imported cluster: objects named `sample`, one of each kind that matters,
 * and a machine `waiting` whose instance waits for a host. `marker` is in whatever holds a secret.
 */
export async function seedLab(lab: Client, marker: string): Promise<void> {
  const metadata = { namespace: NAMESPACE, name: 'sample' };
  await lab.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    stringData: { userdata: `#cloud-config\npassword: ${marker}\n`, networkdata: marker },
  });
  await lab.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { plain: 'text' } });
  await lab.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await lab.create(virtualMachineImages, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata,
    spec: { displayName: 'sample', sourceType: 'upload' },
  });
  await lab.create(virtualMachines, machine('sample', 'Halted', metadata.name));
  await lab.create(virtualMachines, machine('waiting', 'Always', metadata.name));
  await eventually(lab, virtualMachineInstances, { namespace: NAMESPACE, name: 'waiting' }, () => true);
}
