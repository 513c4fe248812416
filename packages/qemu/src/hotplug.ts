import type { Clock } from '@drover/kit';
import { DescriptionError, type Disk, type Layer } from './description.js';
import { objects } from './json.js';
import { whole } from './option.js';
import { type QmpClient, QmpError, QmpTimeout } from './qmp.js';
import type { MachineOutline } from './record.js';
import { deviceId, hotDisk, mediumNode, nodeName } from './storage.js';

/** How long a guest may take to let go of a device. A SCSI disk goes without asking it. */
const UNPLUG_MS = 20_000;

/** More processors than a machine can have are not read. */
const MAX_CPUS = 1024;

/** The id of the device that hands out memory, and of the memory behind it. */
export const MEMORY_DEVICE = 'memory';
export const HOT_MEMORY = 'hotmem';

/** What virtio-mem hands memory out by on x86: the size of a huge page. */
export const MEMORY_BLOCK = 2 * 1024 * 1024;

/**
 * Gives a running machine a SCSI disk under the number `index`. Does nothing when it has it; what an attempt that did not
 * live to its end left behind is cleared away first.
 *
 * @throws DescriptionError for another bus, QmpError
 */
export async function plugDisk(qmp: QmpClient, disk: Disk, index: number): Promise<void> {
  if (await hasDevice(qmp, deviceId(index))) return;
  const { blockdev, device } = hotDisk(disk, index);
  await removeNode(qmp, nodeName(index));
  await qmp.execute('blockdev-add', blockdev);
  try {
    await qmp.execute('device_add', device);
  } catch (error) {
    await removeNode(qmp, nodeName(index));
    throw error;
  }
}

/** Takes the disk number `index` away from a running machine. @throws QmpError, QmpTimeout when the guest does not let go */
export async function unplugDisk(qmp: QmpClient, index: number, clock: Clock): Promise<void> {
  const id = deviceId(index);
  if (await hasDevice(qmp, id)) {
    const gone = deleted(qmp, id, clock);
    await Promise.all([qmp.execute('device_del', { id }), gone]);
  }
  await removeNode(qmp, nodeName(index));
}

/** Puts a medium into the empty drive number `index`. @throws QmpError when something is in it */
export async function insertMedium(qmp: QmpClient, index: number, medium: Layer): Promise<void> {
  const id = deviceId(index);
  const node = mediumNode(medium, index);
  await removeNode(qmp, nodeName(index));
  await qmp.execute('blockdev-add', node);
  try {
    await qmp.execute('blockdev-open-tray', { id, force: true });
    await qmp.execute('blockdev-insert-medium', { id, 'node-name': nodeName(index) });
    await qmp.execute('blockdev-close-tray', { id });
  } catch (error) {
    await removeNode(qmp, nodeName(index)).catch(() => {});
    throw error;
  }
}

/** Takes what is in the drive number `index` out, also when the guest has locked it. */
export async function ejectMedium(qmp: QmpClient, index: number): Promise<void> {
  const id = deviceId(index);
  await qmp.execute('blockdev-open-tray', { id, force: true });
  await qmp.execute('blockdev-remove-medium', { id });
  await removeNode(qmp, nodeName(index));
}

/** Processors a running machine has, and how many it may have. */
export interface Processors {
  readonly present: number;
  readonly possible: number;
}

/** Counts the processors of a running machine. */
export async function queryProcessors(qmp: QmpClient): Promise<Processors> {
  const slots = await processorSlots(qmp);
  return { present: slots.filter(({ present }) => present).length, possible: slots.length };
}

/** Plugs processors in until there are `count`; never takes one away. @throws DescriptionError when there is no room, QmpError */
export async function plugProcessors(qmp: QmpClient, count: number): Promise<void> {
  const slots = await processorSlots(qmp);
  whole('cpu', count, 1, slots.length);
  const missing = count - slots.filter(({ present }) => present).length;
  const free = slots.filter(({ present }) => !present).sort((a, b) => a.number - b.number);
  for (const { driver, properties, number } of free.slice(0, Math.max(0, missing))) {
    await qmp.execute('device_add', { driver, id: `cpu${number}`, ...properties });
  }
}

async function processorSlots(qmp: QmpClient): Promise<
  readonly {
    readonly driver: string;
    readonly properties: Readonly<Record<string, number>>;
    readonly present: boolean;
    readonly number: number;
  }[]
> {
  const reply = await qmp.execute('query-hotpluggable-cpus');
  return objects(reply, 'query-hotpluggable-cpus', MAX_CPUS).map((slot) => {
    const place = slot.object('props');
    const part = (name: string): number => place.optional(name, (from, key) => from.number(key)) ?? 0;
    const names = ['socket-id', 'die-id', 'core-id', 'thread-id'].filter((name) => place.has(name));
    return {
      driver: slot.text('type'),
      properties: Object.fromEntries(names.map((name) => [name, part(name)])),
      present: slot.has('qom-path'),
      // Sockets fill up one after the other.
      number: part('socket-id') * 2 ** 20 + part('core-id') * 2 ** 10 + part('thread-id'),
    };
  });
}

/** Asks the memory device to hand out `bytes` beyond what the machine started with. @throws DescriptionError, QmpError */
export async function requestMemory(qmp: QmpClient, bytes: number): Promise<void> {
  const value = Math.floor(whole('memoryBytes', bytes, 0, Number.MAX_SAFE_INTEGER) / MEMORY_BLOCK) * MEMORY_BLOCK;
  await qmp.execute('qom-set', { path: `/machine/peripheral/${MEMORY_DEVICE}`, property: 'requested-size', value });
}

/** What the guest has taken of it so far, in bytes; nothing when the machine has no such device. */
export async function queryHotMemory(qmp: QmpClient): Promise<number | undefined> {
  const devices = objects(await qmp.execute('query-memory-devices'), 'query-memory-devices', MAX_CPUS);
  const device = devices.find((one) => one.text('type') === 'virtio-mem');
  return device?.object('data').number('size');
}

/** The number of the disk called `disk`. @throws DescriptionError when there is none */
export function diskIndex(outline: MachineOutline, disk: string): number {
  const index = disk === '' ? -1 : outline.disks.indexOf(disk);
  if (index === -1) throw new DescriptionError('disk', `"${disk}" is not a disk of ${outline.name}`);
  return index;
}

async function hasDevice(qmp: QmpClient, id: string): Promise<boolean> {
  const devices = objects(await qmp.execute('qom-list', { path: '/machine/peripheral' }), 'qom-list', MAX_CPUS);
  return devices.some((device) => device.text('name') === id);
}

/** A node that is not there is as good as removed. */
async function removeNode(qmp: QmpClient, node: string): Promise<void> {
  const nodes = objects(
    await qmp.execute('query-named-block-nodes', { flat: true }),
    'query-named-block-nodes',
    MAX_CPUS,
  );
  if (nodes.some((one) => one.text('node-name') === node)) await qmp.execute('blockdev-del', { 'node-name': node });
}

function deleted(qmp: QmpClient, id: string, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      for (const each of watching) each[Symbol.dispose]();
    };
    const watching = [
      qmp.onEvent(({ name, data }) => {
        const own = data.optional('device', (from, key) => from.text(key)) === id;
        if (!own || (name !== 'DEVICE_DELETED' && name !== 'DEVICE_UNPLUG_GUEST_ERROR')) return;
        end();
        if (name === 'DEVICE_DELETED') resolve();
        else reject(new QmpError('device_del', 'GenericError', 'the guest refused to let go of the disk'));
      }),
      clock.after(UNPLUG_MS, () => {
        end();
        reject(new QmpTimeout(`device_del: the guest did not let go of the disk within ${UNPLUG_MS} ms`));
      }),
    ];
    void qmp.closed.then(end);
  });
}
