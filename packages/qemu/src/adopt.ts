import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineExit } from './exit.js';
import { exitOf } from './life.js';
import { Machine, type MachineDeps } from './machine.js';
import { queryUuid } from './monitor.js';
import { openMonitor } from './open-monitor.js';
import { findQemu, isAlive, type ProcessIdentity } from './process.js';
import { AdoptedQemu } from './qemu-process.js';
import {
  type MachineOutline,
  type MachineRecord,
  readRecord,
  removeMachineFiles,
  removeRunFiles,
  writeExit,
  writeRecord,
} from './record.js';
import { MachineExists } from './start.js';
import { endTpm } from './tpm.js';

/** What became of a machine while nobody looked after it. */
export type Adoption = { readonly directory: string } & (
  | { readonly kind: 'running'; readonly machine: Machine }
  | { readonly kind: 'exited'; readonly outline: MachineOutline; readonly exit: MachineExit }
  /** Its record cannot be read, or its process runs but does not answer: someone must look. */
  | { readonly kind: 'failed'; readonly error: unknown }
);

/** Machines adopted at a time. */
const PARALLEL = 8;

/**
 * Takes charge again of every machine that has its directory directly in `root`. One that powered off or crashed
 * meanwhile is told as exited, with the reason, again and again until `forgetMachine`; one whose start was interrupted is
 * started to the end. An absent `root` holds none.
 */
export async function adoptMachines(root: string, deps: MachineDeps): Promise<readonly Adoption[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const adoptions: Adoption[] = [];
  const queue = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const adoption = await adoptMachine(next, deps).catch(
        (error: unknown): Adoption => ({ directory: next!, kind: 'failed', error }),
      );
      if (adoption) adoptions.push(adoption);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return adoptions;
}

/**
 * Takes charge again of the machine in one directory; nothing when it holds none, or one whose start was interrupted
 * before QEMU ran.
 */
export async function adoptMachine(directory: string, deps: MachineDeps): Promise<Adoption | undefined> {
  const home = await realpath(directory);
  const record = await readRecord(home);
  if (!record) return undefined;
  const identity = await living(home, record);
  if (!identity && record.outline.tpm) await endTpm(home, deps.clock);
  if (!identity && !record.process) {
    await removeMachineFiles(home);
    return undefined;
  }
  if (!identity) return ended(home, record, deps);
  const known = { ...record, process: identity };
  if (!record.process) await writeRecord(home, known);
  const machine = await attach(home, known, identity, deps).catch(async (error: unknown) => {
    if (await isAlive(identity)) throw error;
    return undefined;
  });
  if (!machine) return ended(home, known, deps);
  if (machine.state === 'stopping' || machine.state === 'exited') {
    return { directory: home, kind: 'exited', outline: record.outline, exit: await machine.exited };
  }
  if (machine.state === 'prelaunch' && !record.paused) await machine.resume();
  return { directory: home, kind: 'running', machine };
}

async function ended(home: string, record: MachineRecord, deps: MachineDeps): Promise<Adoption> {
  const exit = await exitOf(home, record, { fate: {} }, deps.clock);
  await writeExit(home, exit);
  await removeRunFiles(home);
  return { directory: home, kind: 'exited', outline: record.outline, exit };
}

/** Removes what is kept of a machine that has exited; its disks are not touched. @throws MachineExists while it runs */
export async function forgetMachine(directory: string): Promise<void> {
  const home = await realpath(directory);
  const record = await readRecord(home);
  if (record && (await living(home, record))) throw new MachineExists(`${record.outline.name} still runs`);
  await removeMachineFiles(home);
}

async function living(home: string, record: MachineRecord): Promise<ProcessIdentity | undefined> {
  if (!record.process) return findQemu(home, record.outline.uuid);
  return (await isAlive(record.process)) ? record.process : undefined;
}

/** The number and the start time say that it is the process we started; its UUID, that it is the machine. */
async function attach(
  home: string,
  record: MachineRecord,
  identity: ProcessIdentity,
  deps: MachineDeps,
): Promise<Machine> {
  const qmp = await openMonitor(home, deps.clock, async () => !(await isAlive(identity)));
  const uuid = await queryUuid(qmp);
  if (uuid !== record.outline.uuid) {
    qmp[Symbol.dispose]();
    throw new MachineExists(`${home} answers as machine ${uuid}, not ${record.outline.uuid}`);
  }
  return Machine.attach(home, record, new AdoptedQemu(identity, deps.clock), qmp, deps);
}
