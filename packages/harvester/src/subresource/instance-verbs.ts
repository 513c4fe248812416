import { badRequest, conflict, type Stored, type VirtualMachineInstance } from '@drover/api';
import type { GuestFilesystem, GuestUser } from '@drover/qemu';
import type { Machines, RunningMachine } from '../machine/machines.js';

const SUBJECT = { group: 'kubevirt.io', plural: 'virtualmachineinstance' };
const refusal = ({ metadata }: Stored<VirtualMachineInstance>, why: string): Error =>
  conflict(SUBJECT, metadata.name, why);

/** The process of an instance that runs. @throws ApiError 409 when it does not */
export function runningMachine(instance: Stored<VirtualMachineInstance>, machines: Machines): RunningMachine {
  const machine = machines.get(instance.metadata.uid);
  if (machine === undefined || instance.status?.phase !== 'Running') throw refusal(instance, 'VMI is not running');
  return machine;
}

/** Stopped by a user, or by a disk that failed. */
const isStanding = ({ state }: RunningMachine): boolean => state === 'paused' || state === 'io-error';

/** Stops the processors of a guest. @throws ApiError 409 when they stand already, 403 never: probes are not supported here */
export async function pause(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<void> {
  if (isStanding(machine)) throw refusal(instance, 'VMI is already paused');
  await machine.pause();
}

/** Lets them go on. @throws ApiError 409 when they do */
export async function unpause(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<void> {
  if (!isStanding(machine)) throw refusal(instance, 'VMI is not paused');
  await machine.resume();
}

/** Asks the guest to restart, through its agent or the power button. @throws ApiError 409 when it stands still */
export async function softReboot(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<void> {
  if (isStanding(machine)) throw refusal(instance, 'VMI is paused');
  if (!machine.agentConnected && instance.spec.domain.features?.acpi?.enabled === false) {
    throw refusal(instance, 'VMI neither have the agent connected nor the ACPI feature enabled');
  }
  await machine.softReboot();
}

/** The machine of a guest whose agent answers. @throws ApiError 409 without one */
export function withAgent(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): RunningMachine {
  if (!machine.agentConnected) throw refusal(instance, 'VMI does not have guest agent connected');
  return machine;
}

const ITEMS = { metadata: {} };

/** KubeVirt's VirtualMachineInstanceGuestAgentInfo. */
export async function guestInfo(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<object> {
  const { agent } = withAgent(instance, machine);
  const [info, os, hostname, timezone, users, filesystems, fsFreezeStatus] = await Promise.all([
    agent.info(),
    agent.osInfo().catch(() => ({})),
    agent.hostName().catch(() => ''),
    agent.timezone().catch(() => undefined),
    agent.users().catch(() => []),
    agent.filesystems().catch(() => []),
    agent.freezeStatus().catch(() => undefined),
  ]);
  return {
    apiVersion: 'subresources.kubevirt.io/v1',
    kind: 'VirtualMachineInstanceGuestAgentInfo',
    guestAgentVersion: info.version,
    supportedCommands: info.commands.map(({ name, enabled }) => ({ name, enabled })),
    hostname,
    os,
    ...(timezone === undefined ? {} : { timezone: `${timezone.zone ?? 'UTC'}, ${timezone.offsetSeconds}` }),
    userList: users.map(user),
    fsInfo: { disks: filesystems.map(filesystem) },
    ...(fsFreezeStatus === undefined ? {} : { fsFreezeStatus }),
  };
}

/** KubeVirt's VirtualMachineInstanceGuestOSUserList. */
export async function userList(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<object> {
  const users = await withAgent(instance, machine).agent.users();
  return {
    apiVersion: 'subresources.kubevirt.io/v1',
    kind: 'VirtualMachineInstanceGuestOSUserList',
    ...ITEMS,
    items: users.map(user),
  };
}

/** KubeVirt's VirtualMachineInstanceFileSystemList. */
export async function filesystemList(
  instance: Stored<VirtualMachineInstance>,
  machine: RunningMachine,
): Promise<object> {
  const filesystems = await withAgent(instance, machine).agent.filesystems();
  return {
    apiVersion: 'subresources.kubevirt.io/v1',
    kind: 'VirtualMachineInstanceFileSystemList',
    ...ITEMS,
    items: filesystems.map(filesystem),
  };
}

const user = ({ user: userName, domain, loginAt }: GuestUser): object => ({
  userName,
  ...(domain === undefined ? {} : { domain }),
  loginTime: loginAt / 1000,
});

const filesystem = ({ name, mountPoint, type, usedBytes, totalBytes, disks }: GuestFilesystem): object => ({
  diskName: name,
  mountPoint,
  fileSystemType: type,
  usedBytes: usedBytes ?? 0,
  totalBytes: totalBytes ?? 0,
  disk: disks.map(({ serial, busType }) => ({ ...(serial === undefined ? {} : { serial }), busType })),
});

/** @throws ApiError 400 when the machine was made without a screen */
export function refuseWithoutScreen({ spec }: VirtualMachineInstance): void {
  if (spec.domain.devices.autoattachGraphicsDevice === false) throw badRequest('No graphics devices are present.');
}

/** @throws ApiError 400 when the machine was made without a serial console */
export function refuseWithoutSerial({ spec }: VirtualMachineInstance): void {
  if (spec.domain.devices.autoattachSerialConsole === false) throw badRequest('No serial consoles are present.');
}
