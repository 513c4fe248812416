import type { Secret, VirtualMachineTemplate, VirtualMachineTemplateVersion } from '@drover/api';
import type { Disk, Volume } from '@drover/api/types/kubevirt';

const NAMESPACE = 'harvester-public';
const USER_DATA_SECRET = 'default-userdata';

const USER_DATA = `#cloud-config
package_update: true
packages:
  - qemu-guest-agent
runcmd:
  - - systemctl
    - enable
    - --now
    - qemu-guest-agent.service
`;

/** What Harvester's Linux templates hand to cloud-init. */
export function templateSecrets(): Secret[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: USER_DATA_SECRET, namespace: NAMESPACE },
      type: 'Opaque',
      data: { userdata: Buffer.from(USER_DATA).toString('base64'), networkdata: '' },
    },
  ];
}

/** The built-in templates: one that installs from an ISO image, one that starts from a disk image. */
export function templates(): VirtualMachineTemplate[] {
  return [
    template('iso-image-base-template', 'Template for booting the virtual machine by ISO image'),
    template('raw-image-base-template', 'Template for booting the virtual machine by qcow2 or raw image'),
  ];
}

/** Their only versions. */
export function templateVersions(): VirtualMachineTemplateVersion[] {
  const root: Drive = {
    disk: { name: 'rootdisk', disk: { bus: 'virtio' }, bootOrder: 1 },
    claim: 'pvc-rootdisk',
    size: '10Gi',
  };
  const cdrom: Drive = {
    disk: { name: 'cdrom-disk', cdrom: { bus: 'sata', readonly: true }, bootOrder: 1 },
    claim: 'pvc-cdrom',
    size: '10Gi',
  };
  return [
    version('iso-image-base-version', 'iso-image-base-template', [
      cdrom,
      { ...root, disk: { ...root.disk, bootOrder: 2 } },
    ]),
    version('raw-image-base-version', 'raw-image-base-template', [root]),
  ];
}

function template(name: string, description: string): VirtualMachineTemplate {
  return {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineTemplate',
    metadata: {
      name,
      namespace: NAMESPACE,
      annotations: { 'harvesterhci.io/default-userdata-secret': `${NAMESPACE}/${USER_DATA_SECRET}` },
    },
    spec: { description },
  };
}

interface Drive {
  readonly disk: Disk;
  readonly claim: string;
  readonly size: string;
}

function version(name: string, templateName: string, drives: readonly Drive[]): VirtualMachineTemplateVersion {
  const claims = drives.map(({ claim, size }) => ({
    metadata: { name: claim },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: size } }, volumeMode: 'Block' },
  }));
  const volumes: Volume[] = drives.map(({ disk, claim }) => ({
    name: disk.name,
    persistentVolumeClaim: { claimName: claim },
  }));
  return {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineTemplateVersion',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      templateId: `${NAMESPACE}/${templateName}`,
      description: `Template version of ${templateName}`,
      vm: {
        metadata: { annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify(claims) } },
        spec: {
          runStrategy: 'RerunOnFailure',
          template: {
            metadata: {},
            spec: {
              evictionStrategy: 'LiveMigrateIfPossible',
              domain: {
                cpu: { cores: 1, sockets: 1, threads: 1 },
                devices: {
                  inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }],
                  disks: drives.map(({ disk }) => disk),
                  interfaces: [{ name: 'default', model: 'virtio', masquerade: {} }],
                },
                features: { acpi: { enabled: true } },
                resources: { limits: { cpu: '1', memory: '2048Mi' } },
              },
              networks: [{ name: 'default', pod: {} }],
              volumes,
            },
          },
        },
      },
    },
  };
}
