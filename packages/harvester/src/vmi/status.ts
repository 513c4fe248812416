import type { VirtualMachineInstance } from '@drover/api';
import type { DomainSpec, VirtualMachineInstanceStatus, VolumeStatus } from '@drover/api/types/kubevirt';
import { type Observation, rfc3339, setCondition } from '@drover/controller';
import { formatBytes, parseUnits } from '@drover/kit';
import type { MachineExit } from '@drover/qemu';
import { withoutCondition } from '../condition.js';
import type { RunningMachine } from '../machine/machines.js';
import { isHotpluggable } from '../vm/live.js';
import { guestBytes } from '../vm/sizing.js';
import type { GuestFacts } from './guest.js';
import type { Observed } from './live.js';

/** Phases an instance goes through here; the last two are final. */
export type Phase = 'Pending' | 'Scheduling' | 'Scheduled' | 'Running' | 'Succeeded' | 'Failed';

const ON_THE_WAY: readonly string[] = ['Pending', 'Scheduling', 'Scheduled', 'Running'];

/** The status with the instance in a phase, and the moment it got there; those it passed on the way are told too. It never goes back. */
export function inPhase(status: VirtualMachineInstanceStatus, phase: Phase, now: number): VirtualMachineInstanceStatus {
  const at = ON_THE_WAY.indexOf(status.phase ?? '');
  const to = ON_THE_WAY.indexOf(phase);
  const passed = to < 0 ? (status.phase === phase ? [] : [phase]) : ON_THE_WAY.slice(at + 1, to + 1);
  if (passed.length === 0) return status;
  const reached = passed.map((one) => ({ phase: one, phaseTransitionTimestamp: rfc3339(now) }));
  return { ...status, phase, phaseTransitionTimestamps: [...(status.phaseTransitionTimestamps ?? []), ...reached] };
}

/** The status with a condition. */
export function observe(
  status: VirtualMachineInstanceStatus,
  observed: Observation,
  now: number,
): VirtualMachineInstanceStatus {
  return { ...status, conditions: setCondition(status.conditions, observed, now) };
}

/** The status without a condition. */
export function unobserve(status: VirtualMachineInstanceStatus, type: string): VirtualMachineInstanceStatus {
  return { ...status, conditions: withoutCondition(status.conditions, type) };
}

/** The phase that an end leads to: `Succeeded` when the guest or its user wanted it, else `Failed`. */
export function finalPhase({ reason }: MachineExit): 'Succeeded' | 'Failed' {
  return reason === 'guest-shutdown' || reason === 'quit' ? 'Succeeded' : 'Failed';
}

/** What is known of the place an instance runs on. */
export interface Place {
  readonly nodeName: string;
  readonly accelerator: 'kvm' | 'tcg';
  readonly acceleratorReason: string;
  readonly qemuVersion: string;
}

/** The status of an instance whose machine runs. */
export function runningStatus(
  instance: VirtualMachineInstance,
  machine: Pick<RunningMachine, 'state' | 'agentConnected'>,
  guest: GuestFacts | undefined,
  place: Place,
  observed: Observed | undefined,
  now: number,
): VirtualMachineInstanceStatus {
  const { spec } = instance;
  let status = inPhase(instance.status ?? {}, 'Running', now);
  const paused = machine.state === 'paused' || machine.state === 'io-error';
  status = observe(
    status,
    paused
      ? { type: 'Ready', status: 'False', reason: 'GuestNotRunning', message: 'Guest is not running' }
      : { type: 'Ready', status: 'True' },
    now,
  );
  status = observe(status, { type: 'PodScheduled', status: 'True' }, now);
  status = observe(
    status,
    { type: 'LiveMigratable', status: 'False', reason: 'NotMigratable', message: 'this cluster has one host' },
    now,
  );
  status = unobserve(status, 'Provisioning');
  status = unobserve(status, 'Synchronized');
  if (machine.state === 'io-error') {
    status = observe(
      status,
      {
        type: 'Paused',
        status: 'True',
        reason: 'PausedIOError',
        message: 'VMI was paused, low-level IO error detected',
      },
      now,
    );
  } else if (paused) {
    status = observe(
      status,
      { type: 'Paused', status: 'True', reason: 'PausedByUser', message: 'VMI was paused by user' },
      now,
    );
  } else {
    status = unobserve(status, 'Paused');
  }
  status = machine.agentConnected
    ? observe(status, { type: 'AgentConnected', status: 'True' }, now)
    : unobserve(status, 'AgentConnected');
  if (place.accelerator === 'tcg') {
    status = observe(
      status,
      { type: 'SoftwareEmulation', status: 'True', reason: 'KVMNotAvailable', message: place.acceleratorReason },
      now,
    );
  }
  const { guestOSInfo: _, fsFreezeStatus: __, ...rest } = status;
  return {
    ...rest,
    nodeName: place.nodeName,
    interfaces: interfaces(instance, machine.agentConnected ? guest : undefined),
    ...(guest?.os === undefined || !machine.agentConnected ? {} : { guestOSInfo: guest.os }),
    machine: { type: spec.domain.machine?.type || 'q35' },
    currentCPUTopology: topology(spec.domain, observed?.processors),
    memory: memoryStatus(instance, observed),
    qosClass: 'Burstable',
    launcherContainerImageVersion: `qemu-${place.qemuVersion}`,
    volumeStatus: volumeStatus(instance, observed),
  };
}

function topology(
  { cpu }: DomainSpec,
  processors: number | undefined,
): { cores: number; sockets: number; threads: number } {
  const { cores = 1, sockets = 1, threads = 1 } = cpu ?? {};
  const present = processors === undefined ? sockets : Math.floor(processors / (cores * threads));
  return { cores, sockets: present, threads };
}

function memoryStatus(
  { spec, status }: VirtualMachineInstance,
  observed: Observed | undefined,
): NonNullable<VirtualMachineInstanceStatus['memory']> {
  const requested = guestBytes(spec.domain) ?? 0n;
  const before = status?.memory;
  const atBoot = before?.guestAtBoot === undefined ? requested : parseUnits(String(before.guestAtBoot));
  const current = observed === undefined ? before?.guestCurrent : formatBytes(atBoot + observed.hotMemory);
  return {
    guestAtBoot: formatBytes(atBoot),
    guestCurrent: current ?? formatBytes(atBoot),
    guestRequested: formatBytes(requested),
  };
}

type InterfaceStatus = NonNullable<VirtualMachineInstanceStatus['interfaces']>[number];

function interfaces({ spec }: VirtualMachineInstance, guest: GuestFacts | undefined): InterfaceStatus[] {
  return (spec.domain.devices.interfaces ?? []).map(({ name, macAddress = '' }) => {
    const seen = guest?.interfaces.find(({ mac }) => mac?.toLowerCase() === macAddress.toLowerCase());
    // Addresses that work from elsewhere come first; link-local ones are kept, as KubeVirt does.
    const addresses = (seen?.addresses ?? []).map(({ address }) => address);
    const ordered = [...addresses.filter((ip) => !isLinkLocal(ip)), ...addresses.filter(isLinkLocal)];
    return {
      name,
      mac: macAddress,
      linkState: 'up',
      queueCount: 1,
      infoSource: seen === undefined ? 'domain' : 'domain, guest-agent',
      ...(seen === undefined ? {} : { interfaceName: seen.name }),
      ...(ordered[0] === undefined ? {} : { ipAddress: ordered[0], ipAddresses: ordered }),
    };
  });
}

const isLinkLocal = (ip: string): boolean => ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip);

/** What is not known to be otherwise is where it was. */
function volumeStatus({ spec, status }: VirtualMachineInstance, observed: Observed | undefined): VolumeStatus[] {
  const counts = new Map<string, number>();
  return (spec.domain.devices.disks ?? []).flatMap((disk): VolumeStatus | VolumeStatus[] => {
    const volume = (spec.volumes ?? []).find(({ name }) => name === disk.name);
    if (volume === undefined) return [];
    const bus = (disk.disk ?? disk.cdrom)?.bus ?? (disk.cdrom === undefined ? 'virtio' : 'sata');
    const prefix = bus === 'virtio' ? 'vd' : 'sd';
    const index = counts.get(prefix) ?? 0;
    counts.set(prefix, index + 1);
    const { persistentVolumeClaim } = volume;
    const before = status?.volumeStatus?.find(({ name }) => name === disk.name);
    const isHere = observed === undefined ? before?.phase === 'VolumeReady' : observed.disks.includes(disk.name);
    // Of a medium that is not in its drive nothing is told: it would be taken for one that is.
    if (disk.cdrom !== undefined && persistentVolumeClaim !== undefined && !isHere && observed === undefined)
      return before ?? [];
    return [
      {
        name: disk.name,
        target: `${prefix}${letters(index)}`,
        ...(persistentVolumeClaim === undefined
          ? {}
          : { persistentVolumeClaimInfo: { claimName: persistentVolumeClaim.claimName } }),
        ...(isHotpluggable(volume) ? hotplugStatus(disk.name, isHere) : {}),
      },
    ];
  });
}

/** KubeVirt's words for a volume on its way into a running machine; there is no pod that carries it. */
function hotplugStatus(
  name: string,
  isHere: boolean,
): Pick<VolumeStatus, 'hotplugVolume' | 'phase' | 'reason' | 'message'> {
  return isHere
    ? {
        hotplugVolume: {},
        phase: 'VolumeReady',
        reason: 'VolumeReady',
        message: `Successfully attach hotplugged volume ${name} to VM`,
      }
    : { hotplugVolume: {}, phase: 'Bound', reason: 'VolumeNotReady', message: `Volume ${name} is not plugged in yet` };
}

/** a to z, then aa: how Linux counts disks. */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
