import { bytesOf, size } from '../../format/size.js';
import { type Message, message } from '../../i18n/message.js';
import type { VmForm } from './model.js';

/** Something wrong with the form. `field` names the input it stands at: `name`, `disks.0.size`. */
export interface Fault {
  readonly field: string;
  readonly message: Message;
}

/** An image's size in bytes once it is unpacked, by its id. */
export type VirtualSizes = ReadonlyMap<string, number>;

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/** A machine needs 10 MiB at least: less is refused by the cluster. */
const LEAST_MEMORY = 10 * 1024 ** 2;

/** Everything that would be refused, in the order of the form. */
export function formFaults(form: VmForm, sizes: VirtualSizes): Fault[] {
  const faults: Fault[] = [];
  const fault = (field: string, wrong: boolean, text: Message): void => {
    if (wrong) faults.push({ field, message: text });
  };
  fault('name', !LABEL.test(form.name), message('vm.fault.name'));
  fault('namespace', form.namespace === '', message('vm.fault.namespace'));
  fault('cpu', !Number.isInteger(form.cpu) || form.cpu < 1, message('vm.fault.cpu'));
  fault('memory', (bytesOf(form.memory) ?? 0) < LEAST_MEMORY, message('vm.fault.memory'));
  fault('disks', form.disks.length === 0, message('vm.fault.noDisk'));
  form.disks.forEach((disk, index) => {
    const at = `disks.${index}`;
    fault(`${at}.name`, !LABEL.test(disk.name), message('vm.fault.diskName'));
    fault(`${at}.name`, repeats(form.disks, index), message('vm.fault.repeated'));
    if (disk.source.kind === 'existing') return;
    const bytes = bytesOf(disk.size) ?? 0;
    fault(`${at}.size`, bytes <= 0, message('vm.fault.size'));
    if (disk.source.kind !== 'image') return;
    fault(`${at}.image`, disk.source.imageId === '', message('vm.fault.image'));
    const least = sizes.get(disk.source.imageId) ?? 0;
    fault(`${at}.size`, bytes > 0 && bytes < least, message('vm.fault.smallerThanImage', { least: size(least) }));
  });
  form.nics.forEach((nic, index) => {
    fault(`nics.${index}.name`, repeats(form.nics, index), message('vm.fault.repeated'));
    fault(`nics.${index}.mac`, nic.macAddress !== '' && !MAC.test(nic.macAddress), message('vm.fault.mac'));
  });
  return faults;
}

const repeats = (rows: readonly { name: string }[], index: number): boolean =>
  rows.findIndex(({ name }) => name === rows[index]?.name) !== index;
