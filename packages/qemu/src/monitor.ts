import { netId } from './arguments.js';
import { DescriptionError, type PortForward } from './description.js';
import { diskIndex } from './hotplug.js';
import { objects, Reader, UnexpectedReply } from './json.js';
import { hostForward, hostSide } from './network.js';
import { type QmpClient, QmpError } from './qmp.js';
import type { MachineOutline } from './record.js';
import { nodeName } from './storage.js';

/** A disk of a running machine. Counters are since its start. */
export interface Block {
  /** As in the description. */
  readonly disk: string;
  readonly format?: string;
  readonly virtualSize?: number;
  readonly ioStatus: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly readOperations: number;
  readonly writeOperations: number;
}

/** A forward that listens now. */
export interface OpenForward {
  readonly protocol: 'tcp' | 'udp';
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly guestPort: number;
}

/** More disks or forwards than a machine can have are not read. */
const MAX_LIST = 1024;

/** Reference counts of a large disk are gone through, which takes seconds. */
const SNAPSHOT_MS = 120_000;

/** The run state in QEMU's own words (QAPI `RunState`). */
export async function queryStatus(qmp: QmpClient): Promise<string> {
  return new Reader(await qmp.execute('query-status'), 'query-status').text('status');
}

/** The UUID that QEMU was started with, in lower case. */
export async function queryUuid(qmp: QmpClient): Promise<string> {
  return new Reader(await qmp.execute('query-uuid'), 'query-uuid').text('UUID').toLowerCase();
}

/** Whether the guest has the port behind the character device `id` open. */
export async function queryPortOpen(qmp: QmpClient, id: string): Promise<boolean> {
  const devices = objects(await qmp.execute('query-chardev'), 'query-chardev', MAX_LIST);
  return devices.some((device) => device.text('label') === id && device.boolean('frontend-open'));
}

/** The disks with their counters. */
export async function queryBlocks(qmp: QmpClient, outline: MachineOutline): Promise<readonly Block[]> {
  const [devices, counters] = await Promise.all([
    qmp.execute('query-block').then((reply) => objects(reply, 'query-block', MAX_LIST)),
    qmp.execute('query-blockstats').then((reply) => objects(reply, 'query-blockstats', MAX_LIST)),
  ]);
  const statsOf = new Map(counters.map((one) => [one.optional('qdev', text), one.object('stats')]));
  return devices.flatMap((device): Block[] => {
    const qdev = device.optional('qdev', text);
    const disk = diskOf(qdev, outline);
    const stats = statsOf.get(qdev);
    if (disk === undefined || !stats) return [];
    const inserted = device.optional('inserted', (from, name) => from.object(name));
    return [
      {
        disk,
        ...(inserted
          ? { format: inserted.text('drv'), virtualSize: inserted.object('image').number('virtual-size') }
          : {}),
        ioStatus: device.optional('io-status', text) ?? 'ok',
        readBytes: stats.number('rd_bytes'),
        writtenBytes: stats.number('wr_bytes'),
        readOperations: stats.number('rd_operations'),
        writeOperations: stats.number('wr_operations'),
      },
    ];
  });
}

/** Makes the disk called `disk` larger. @throws DescriptionError when there is none of that name, QmpError */
export async function resizeBlock(qmp: QmpClient, outline: MachineOutline, disk: string, size: number): Promise<void> {
  await qmp.execute('block_resize', { 'node-name': nodeName(diskIndex(outline, disk)), size });
}

/**
 * Takes a snapshot called `name` inside each of the qcow2 disks, all at one moment.
 *
 * @throws DescriptionError when there is no such disk, QmpError when it has one of that name
 */
export async function snapshotBlocks(
  qmp: QmpClient,
  outline: MachineOutline,
  disks: readonly string[],
  name: string,
): Promise<void> {
  const actions = disks.map((disk) => ({
    type: 'blockdev-snapshot-internal-sync',
    data: { device: nodeName(diskIndex(outline, disk)), name },
  }));
  await qmp.execute('transaction', { actions }, SNAPSHOT_MS);
}

/** Removes the snapshot called `name` of a disk. @throws DescriptionError, QmpError when there is none */
export async function deleteSnapshot(
  qmp: QmpClient,
  outline: MachineOutline,
  disk: string,
  name: string,
): Promise<void> {
  const device = nodeName(diskIndex(outline, disk));
  await qmp.execute('blockdev-snapshot-delete-internal-sync', { device, name }, SNAPSHOT_MS);
}

/**
 * The name of the disk behind a device's id or path, or the name of its block node: `disk0`,
 * `/machine/peripheral/disk0/virtio-backend`, `block0`.
 */
export function diskOf(id: string | undefined, outline: MachineOutline): string | undefined {
  const index = /(?:^|\/)(?:disk|block)(\d+)(?:\/|$)/.exec(id ?? '')?.[1];
  // A place that a removed disk left has no name.
  return index === undefined ? undefined : outline.disks[Number(index)] || undefined;
}

/** What listens for the card called `nic`. @throws DescriptionError for a card without a user-mode network */
export async function listForwards(
  qmp: QmpClient,
  outline: MachineOutline,
  nic: string,
): Promise<readonly OpenForward[]> {
  return queryForwards(qmp, userCard(outline, nic).index);
}

async function queryForwards(qmp: QmpClient, index: number): Promise<readonly OpenForward[]> {
  const text = await humanMonitor(qmp, 'info usernet');
  // One section a network: `Hub -1 (net0):`, then rows `TCP[HOST_FORWARD]  12  127.0.0.1 36873  10.0.2.2  80  0  0`.
  const section = text.split(/^(?=Hub )/m).find((part) => part.includes(`(${netId(index)}):`)) ?? '';
  const rows = section.matchAll(/^\s*(TCP|UDP)\[HOST_FORWARD\]\s+\d+\s+(\S+)\s+(\d+)\s+\S+\s+(\d+)\s/gm);
  return [...rows].slice(0, MAX_LIST).map(([, protocol, hostAddress = '', hostPort, guestPort]) => ({
    protocol: protocol === 'UDP' ? 'udp' : 'tcp',
    hostAddress,
    hostPort: Number(hostPort),
    guestPort: Number(guestPort),
  }));
}

/**
 * Opens a forward on the card called `nic` and answers the host's port.
 *
 * @throws DescriptionError for a card without a user-mode network, QmpError when the host's port is taken
 */
export async function addForward(
  qmp: QmpClient,
  outline: MachineOutline,
  nic: string,
  forward: PortForward,
): Promise<number> {
  const { index, guestAddress } = userCard(outline, nic);
  const rule = hostForward(forward, guestAddress);
  const before = await queryForwards(qmp, index);
  await obey(qmp, `hostfwd_add ${netId(index)} ${rule}`);
  if (forward.hostPort !== 0) return forward.hostPort;
  const known = new Set(before.map((open) => `${open.protocol} ${open.hostPort}`));
  const opened = (await queryForwards(qmp, index)).find((open) => !known.has(`${open.protocol} ${open.hostPort}`));
  if (!opened) throw new UnexpectedReply('hostfwd_add: the forward is not listed');
  return opened.hostPort;
}

/** Closes a forward; connections through it go on. @throws QmpError when there is none */
export async function removeForward(
  qmp: QmpClient,
  outline: MachineOutline,
  nic: string,
  forward: PortForward,
): Promise<void> {
  const { index } = userCard(outline, nic);
  const reply = await humanMonitor(qmp, `hostfwd_remove ${netId(index)} ${hostSide(forward)}`);
  if (!/ removed\s*$/.test(reply)) throw new QmpError('hostfwd_remove', 'GenericError', reply.trim());
}

function userCard(outline: MachineOutline, nic: string): { readonly index: number; readonly guestAddress: string } {
  const index = outline.nics.findIndex((card) => card.name === nic);
  const guestAddress = outline.nics[index]?.guestAddress;
  if (guestAddress === undefined) throw new DescriptionError('nic', `"${nic}" is not a card on a user-mode network`);
  return { index, guestAddress };
}

/** A command of the human monitor that says nothing when it succeeds. */
async function obey(qmp: QmpClient, line: string): Promise<void> {
  const reply = await humanMonitor(qmp, line);
  if (reply.trim() !== '') throw new QmpError(line.split(' ')[0] ?? line, 'GenericError', reply.trim());
}

async function humanMonitor(qmp: QmpClient, line: string): Promise<string> {
  const reply = await qmp.execute('human-monitor-command', { 'command-line': line });
  if (typeof reply !== 'string') throw new UnexpectedReply('human-monitor-command: expected text');
  return reply.replaceAll('\r', '');
}

function text(reader: Reader, name: string): string {
  return reader.text(name);
}
