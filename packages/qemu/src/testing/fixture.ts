import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { silentLog, systemClock } from '@drover/kit';
import type { MachineDescription } from '../description.js';
import type { MachineDeps } from '../machine.js';

/** What the tests of this package share. Nothing else imports it. */

export const deps: MachineDeps = {
  clock: systemClock,
  log: silentLog,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** The two ends of a connection; when one is destroyed, so is the other. */
export function connection(): readonly [Duplex, Duplex] {
  const [one, other] = duplexPair();
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
  return [one, other];
}

/** A small machine without disks, whose guest never gets beyond its firmware. */
export const bare: MachineDescription = {
  name: 'bare',
  uuid: '6a1a24a1-4061-4607-8bf4-a3963d0c5895',
  machineType: 'q35',
  accelerator: 'tcg',
  cpu: { sockets: 1, cores: 1, threads: 1 },
  memoryBytes: 64 * 1024 * 1024,
  firmware: { kind: 'bios' },
  disks: [],
  nics: [],
  graphics: 'vga',
  rng: true,
  balloon: false,
  guestAgent: true,
  panicDevice: true,
};

export async function temporaryDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'drover-qemu-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
