/** Which CRDs become types and documents: one TypeScript file per entry. */
export interface Selection {
  readonly file: string;
  readonly folders: readonly { readonly folder: string; readonly only?: readonly string[] }[];
  /** Names of nested shapes, by the last two or three properties that lead to them: the group's own names where they are well known. */
  readonly preferred?: Readonly<Record<string, string>>;
  /** The file whose shapes this one imports instead of declaring them again. */
  readonly from?: string;
}

/** What a Harvester-compatible cluster serves. Instances come before machines, so that shared shapes carry their names. */
export const HARVESTER_SIDE: readonly Selection[] = [
  {
    file: 'kubevirt',
    folders: [
      {
        folder: 'kubevirt',
        only: [
          'virtualmachineinstances.kubevirt.io',
          'virtualmachines.kubevirt.io',
          'virtualmachineinstancemigrations.kubevirt.io',
          'kubevirts.kubevirt.io',
        ],
      },
    ],
    preferred: {
      'Devices.Disk': 'Disk',
      'Disk.Disk': 'DiskTarget',
      'Disk.Cdrom': 'CDRomTarget',
      'Disk.Lun': 'LunTarget',
      'VirtualMachineInstance.Spec.Domain': 'DomainSpec',
      'Domain.Cpu': 'CPU',
      'Domain.Memory': 'Memory',
      'Domain.Resources': 'ResourceRequirements',
      'VirtualMachineInstance.Status.Condition': 'VirtualMachineInstanceCondition',
      'VirtualMachineInstance.Status.Interface': 'VirtualMachineInstanceNetworkInterface',
      'VirtualMachine.Status.Condition': 'VirtualMachineCondition',
      'VirtualMachine.Spec.Template': 'VirtualMachineInstanceTemplateSpec',
      'Volume.PersistentVolumeClaim': 'PersistentVolumeClaimVolumeSource',
      'Volume.DataVolume': 'DataVolumeSource',
      'Volume.CloudInitConfigDrive': 'CloudInitSource',
      'Volume.ContainerDisk': 'ContainerDiskSource',
    },
  },
  { file: 'harvester', folders: [{ folder: 'harvester' }], from: 'kubevirt' },
  { file: 'harvester-network', folders: [{ folder: 'harvester-network' }] },
  { file: 'cni', folders: [{ folder: 'nad' }] },
  {
    file: 'snapshot',
    folders: [
      {
        folder: 'snapshot',
        only: [
          'volumesnapshots.snapshot.storage.k8s.io',
          'volumesnapshotclasses.snapshot.storage.k8s.io',
          'volumesnapshotcontents.snapshot.storage.k8s.io',
        ],
      },
    ],
  },
];

/** What the management side serves beside the kinds it declares itself. */
export const RANCHER_SIDE: readonly Selection[] = [
  {
    file: 'rancher',
    folders: [
      {
        folder: 'rancher',
        only: [
          'clusters.provisioning.cattle.io',
          'users.management.cattle.io',
          'projects.management.cattle.io',
          'globalroles.management.cattle.io',
          'globalrolebindings.management.cattle.io',
          'roletemplates.management.cattle.io',
          'clusterroletemplatebindings.management.cattle.io',
          'projectroletemplatebindings.management.cattle.io',
          'clusterproxyconfigs.management.cattle.io',
          'clusterrepos.catalog.cattle.io',
          'uiplugins.catalog.cattle.io',
          'auditpolicies.auditlog.cattle.io',
        ],
      },
      {
        folder: 'rancher-misc',
        only: ['settings.management.cattle.io', 'apps.catalog.cattle.io'],
      },
    ],
  },
];
