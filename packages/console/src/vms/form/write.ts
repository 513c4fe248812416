import type { VirtualMachine } from '@drover/api';
import type { Disk, DomainSpec, Interface, Network, Volume } from '@drover/api/types/kubevirt';
import { templateOf } from '../machine.js';
import { claimTemplates, TEMPLATES_ANNOTATION } from './claim-templates.js';
import { CLOUD_INIT_DISK, type DiskRow, MANAGEMENT_NETWORK, type NicRow, type VmForm } from './model.js';

/** What the machine is before the form has said anything: what the Harvester UI always writes. */
const BASE: VirtualMachine = {
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: {
    labels: { 'harvesterhci.io/creator': 'harvester' },
    annotations: { 'network.harvesterhci.io/ips': '[]' },
  },
  spec: {
    runStrategy: 'RerunOnFailure',
    template: {
      metadata: {},
      spec: {
        affinity: {},
        domain: {
          machine: { type: '' },
          devices: { inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }] },
          features: { acpi: { enabled: true } },
        },
        evictionStrategy: 'LiveMigrateIfPossible',
        terminationGracePeriodSeconds: 120,
      },
    },
  },
};

/**
 * The VirtualMachine that a form describes: `base` with the form's fields laid over it. What the form has no field for
 * stays as it is in `base`, so that form and YAML can be edited in turn. `cloudInitSecret` is the name of the secret with
 * cloud-init's data, absent when there is none.
 */
export function writeVm(
  form: VmForm,
  cloudInitSecret: string | undefined,
  base: VirtualMachine = BASE,
): VirtualMachine {
  const { template } = base.spec;
  const spec = templateOf(base);
  const { domain } = spec;
  return {
    ...base,
    metadata: {
      ...base.metadata,
      name: form.name,
      namespace: form.namespace,
      labels: { ...base.metadata.labels, 'harvesterhci.io/os': form.os },
      annotations: described(form, {
        ...base.metadata.annotations,
        [TEMPLATES_ANNOTATION]: claimTemplates(form.disks, base.metadata.annotations?.[TEMPLATES_ANNOTATION]),
      }),
    },
    spec: {
      ...without(base.spec, 'running'),
      runStrategy: form.runStrategy,
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          annotations: {
            ...template.metadata?.annotations,
            'harvesterhci.io/sshNames': JSON.stringify(form.sshKeys),
          },
          labels: { ...template.metadata?.labels, 'harvesterhci.io/vmName': form.name },
        },
        spec: {
          ...spec,
          domain: {
            ...domain,
            ...firmware(form, domain),
            cpu: { ...domain.cpu, cores: form.cpu, sockets: 1, threads: 1 },
            devices: {
              ...domain.devices,
              disks: disks(form.disks, cloudInitSecret, domain.devices.disks ?? []),
              interfaces: form.nics.map((nic) => networkCard(nic, domain.devices.interfaces ?? [])),
            },
            resources: {
              ...domain.resources,
              limits: { ...domain.resources?.limits, cpu: String(form.cpu), memory: form.memory },
            },
          },
          hostname: followsName(base) ? form.name : (spec.hostname ?? form.name),
          networks: form.nics.map(network),
          volumes: volumes(form.disks, cloudInitSecret, spec.volumes ?? []),
        },
      },
    },
  };
}

/** A host name that was never set apart follows the machine's name. */
function followsName(vm: VirtualMachine): boolean {
  const { hostname } = templateOf(vm);
  return hostname === undefined || hostname === vm.metadata.name;
}

const DESCRIPTION = 'field.cattle.io/description';

function described({ description }: VmForm, annotations: Record<string, string>): Record<string, string> {
  const { [DESCRIPTION]: _old, ...others } = annotations;
  return description === '' ? others : { ...others, [DESCRIPTION]: description };
}

function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  const { [key]: _gone, ...rest } = object;
  return rest;
}

/** Secure boot needs system management mode, and UEFI. */
function firmware(form: VmForm, { firmware, features }: DomainSpec): Pick<DomainSpec, 'firmware' | 'features'> {
  const { smm: _smm, ...plain } = features ?? {};
  const { bootloader, ...otherFirmware } = firmware ?? {};
  if (!form.efi)
    return {
      ...(firmware === undefined ? {} : { firmware: otherFirmware }),
      ...(features === undefined ? {} : { features: plain }),
    };
  return {
    firmware: {
      ...otherFirmware,
      bootloader: { ...bootloader, efi: { ...bootloader?.efi, secureBoot: form.secureBoot } },
    },
    features: form.secureBoot ? { ...plain, smm: { enabled: true } } : plain,
  };
}

function disks(rows: readonly DiskRow[], cloudInitSecret: string | undefined, known: readonly Disk[]): Disk[] {
  const written = rows.map((row, index): Disk => {
    const { disk, cdrom, ...before } = known.find(({ name }) => name === row.name) ?? { name: row.name };
    return {
      ...before,
      ...(row.type === 'cd-rom' ? { cdrom: { ...cdrom, bus: row.bus } } : { disk: { ...disk, bus: row.bus } }),
      bootOrder: index + 1,
    };
  });
  const cloudInit = known.find(({ name }) => name === CLOUD_INIT_DISK) ?? {
    name: CLOUD_INIT_DISK,
    disk: { bus: 'virtio' },
  };
  return cloudInitSecret === undefined ? written : [...written, cloudInit];
}

function volumes(rows: readonly DiskRow[], cloudInitSecret: string | undefined, known: readonly Volume[]): Volume[] {
  const written = rows.map((row): Volume => {
    const before = known.find(({ name }) => name === row.name);
    if (before !== undefined && before.persistentVolumeClaim === undefined) return before;
    return {
      name: row.name,
      persistentVolumeClaim: { ...before?.persistentVolumeClaim, claimName: row.claimName },
    };
  });
  if (cloudInitSecret === undefined) return written;
  const secret = { name: cloudInitSecret };
  return [...written, { name: CLOUD_INIT_DISK, cloudInitNoCloud: { secretRef: secret, networkDataSecretRef: secret } }];
}

function networkCard(nic: NicRow, known: readonly Interface[]): Interface {
  const { masquerade, bridge, macAddress, ...before } = known.find(({ name }) => name === nic.name) ?? {
    name: nic.name,
  };
  return {
    ...before,
    model: nic.model,
    ...(nic.binding === 'masquerade' ? { masquerade: masquerade ?? {} } : { bridge: bridge ?? {} }),
    ...(nic.macAddress === '' ? {} : { macAddress: nic.macAddress }),
  };
}

const network = ({ name, network }: NicRow): Network =>
  network === MANAGEMENT_NETWORK ? { name, pod: {} } : { name, multus: { networkName: network } };
