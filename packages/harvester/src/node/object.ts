import { readFile, statfs } from 'node:fs/promises';
import { freemem, hostname, release } from 'node:os';
import type { Node } from '@drover/api';
import type { NodeCondition } from '@drover/api/types/core-v1';
import { rfc3339 } from '@drover/controller';
import { formatBytes } from '@drover/kit';
import type { Host } from '@drover/qemu';
import type { Capacity } from '../vmi/schedule.js';

/** Who this host is. */
export interface HostIdentity {
  readonly name: string;
  readonly ip: string;
  /** The version of the Kubernetes API it belongs to, and of ourselves. */
  readonly kubernetesVersion: string;
  readonly version: string;
  /** Where machines' disks lie. */
  readonly dataDir: string;
}

/** The kubelet's own thresholds (eviction-hard). */
const MEMORY_PRESSURE_BYTES = 100 * 1024 ** 2;
const DISK_PRESSURE = 0.1;

/** Labels and annotations by which the host says how machines run on it. */
const ACCELERATOR = 'drover.io/accelerator';
export const ACCELERATOR_REASON = 'drover.io/accelerator-reason';

/** As many machines as KubeVirt offers devices for: more than any host holds. */
const DEVICES = '1k';
/** A kubelet's own default of Harvester. */
const MAX_PODS = '200';

/** What the host has for machines: all of it. Overcommit is what keeps the host itself alive: machines rarely use what they may. */
export function capacityOf(host: Host, name: string, node: Node | undefined): Capacity {
  return {
    memoryBytes: BigInt(host.memoryBytes),
    cpuMillis: BigInt(host.cpus) * 1000n,
    schedulable: node?.spec?.unschedulable !== true,
    name,
    labels: node?.metadata.labels ?? {},
  };
}

/** How machines run here, in a word. */
export const acceleratorOf = (host: Host): string => (host.qemu.ok && host.tools.ok ? host.accelerator : 'none');

/** Why, in a sentence; without QEMU, which package to install. */
export function acceleratorReason(host: Host): string {
  if (!host.qemu.ok) return host.qemu.problem;
  return host.tools.ok ? host.acceleratorReason : host.tools.problem;
}

/** The labels a Harvester host carries: by `harvesterhci.io/managed` Rancher knows what kind of cluster this is. */
export function nodeLabels(identity: HostIdentity, host: Host): Record<string, string> {
  return {
    'kubernetes.io/hostname': identity.name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node-role.kubernetes.io/control-plane': 'true',
    'node-role.kubernetes.io/etcd': 'true',
    'harvesterhci.io/managed': 'true',
    'network.harvesterhci.io/mgmt': 'true',
    'kubevirt.io/schedulable': String(host.qemu.ok && host.tools.ok),
    [ACCELERATOR]: acceleratorOf(host),
  };
}

/** The host's status: capacity, addresses, versions, conditions with their heartbeat. */
export async function nodeStatus(
  identity: HostIdentity,
  host: Host,
  before: Node['status'],
  now: number,
): Promise<NonNullable<Node['status']>> {
  const resources = {
    cpu: String(host.cpus),
    memory: formatBytes(BigInt(host.memoryBytes)),
    pods: MAX_PODS,
    'devices.kubevirt.io/kvm': host.qemu.ok && host.accelerator === 'kvm' ? DEVICES : '0',
    'devices.kubevirt.io/tun': '0',
    'devices.kubevirt.io/vhost-net': '0',
  };
  const problem = host.qemu.ok && host.tools.ok ? undefined : acceleratorReason(host);
  const [memory, disk] = await Promise.all([availableMemory(), freeDisk(identity.dataDir)]);
  return {
    ...before,
    capacity: resources,
    allocatable: resources,
    addresses: [
      { type: 'InternalIP', address: identity.ip },
      { type: 'Hostname', address: hostname() },
    ],
    conditions: [
      condition('Ready', 'True', 'KubeletReady', 'the host is ready', before, now),
      memory < MEMORY_PRESSURE_BYTES
        ? condition(
            'MemoryPressure',
            'True',
            'KubeletHasInsufficientMemory',
            `${memory} bytes of memory are available`,
            before,
            now,
          )
        : condition(
            'MemoryPressure',
            'False',
            'KubeletHasSufficientMemory',
            'the host has sufficient memory available',
            before,
            now,
          ),
      disk < DISK_PRESSURE
        ? condition(
            'DiskPressure',
            'True',
            'KubeletHasDiskPressure',
            `${Math.floor(disk * 100)} % of the disk are free`,
            before,
            now,
          )
        : condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'the host has no disk pressure', before, now),
      problem === undefined
        ? condition('VirtualizationReady', 'True', 'QEMUFound', acceleratorReason(host), before, now)
        : condition('VirtualizationReady', 'False', 'QEMUMissing', problem, before, now),
    ],
    nodeInfo: {
      architecture: 'amd64',
      operatingSystem: 'linux',
      bootID: await firstLine('/proc/sys/kernel/random/boot_id'),
      machineID: await firstLine('/etc/machine-id'),
      systemUUID: await firstLine('/etc/machine-id'),
      kernelVersion: release(),
      osImage: await osName(),
      kubeletVersion: identity.kubernetesVersion,
      kubeProxyVersion: identity.kubernetesVersion,
      containerRuntimeVersion: `drover://${identity.version}`,
    },
  };
}

function condition(
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  before: Node['status'],
  now: number,
): NodeCondition {
  const previous = before?.conditions?.find((one) => one.type === type);
  const moved = previous?.status !== status;
  return {
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: rfc3339(now),
    lastTransitionTime: moved ? rfc3339(now) : (previous.lastTransitionTime ?? rfc3339(now)),
  };
}

const firstLine = async (path: string): Promise<string> =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n')[0] ?? '';

async function osName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';
}

/** Bytes that could be given to a process without swapping (proc(5), MemAvailable). */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

/** The share of the file system of `directory` that is free. */
async function freeDisk(directory: string): Promise<number> {
  const { bavail, blocks } = await statfs(directory);
  return blocks === 0 ? 1 : bavail / blocks;
}
