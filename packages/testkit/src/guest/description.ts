import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog, systemClock } from '@drover/kit';
import { type Host, Images, type MachineDeps, type MachineDescription, noCloudSeed } from '@drover/qemu';
import type { Guest } from './guest.js';

/** What machines of tests need of their surroundings. */
export const machineDeps: MachineDeps = {
  clock: systemClock,
  log: silentLog,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** A machine with the test guest, its disk and seed in `directory`: one network card, an agent, the host name `tester`. */
export async function guestDescription(directory: string, guest: Guest, host: Host): Promise<MachineDescription> {
  const base = { path: guest.path, format: 'qcow2' } as const;
  const disk = join(directory, 'root.qcow2');
  const seed = join(directory, 'seed.iso');
  await new Images({ root: '/', host }).createOverlay(disk, base, 64 * 1024 * 1024);
  const userData = '#!/bin/sh\necho "told by user-data" > /dev/ttyS0\n';
  await writeFile(seed, noCloudSeed({ instanceId: 'tester', localHostname: 'tester', userData }));
  return {
    name: 'tester',
    uuid: crypto.randomUUID(),
    machineType: 'q35',
    accelerator: host.accelerator,
    cpu: { sockets: 1, cores: 1, threads: 1 },
    memoryBytes: guest.memoryBytes,
    firmware: { kind: 'bios' },
    disks: [
      { name: 'root', path: disk, format: 'qcow2', backing: base, media: 'disk', bus: 'virtio', bootIndex: 1 },
      { name: 'seed', path: seed, format: 'raw', media: 'disk', bus: 'virtio', readOnly: true },
    ],
    nics: [{ name: 'default', model: 'virtio', mac: '52:54:00:12:34:56', network: { kind: 'user' } }],
    graphics: 'vga',
    tablet: 'usb',
    rng: true,
    balloon: true,
    guestAgent: true,
    panicDevice: true,
  };
}
