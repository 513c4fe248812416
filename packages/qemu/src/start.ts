import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { qemuArguments } from './arguments.js';
import { DescriptionError, type MachineDescription } from './description.js';
import { lastWords } from './exit.js';
import { type Host, HostProblem, usableQemu } from './host.js';
import { UnexpectedReply } from './json.js';
import { Machine, type MachineDeps } from './machine.js';
import { openMonitor } from './open-monitor.js';
import { bootId, findQemu, identify, isAlive } from './process.js';
import { createLogFile, readLogEnd } from './qemu-log.js';
import { ChildQemu, childExit } from './qemu-process.js';
import { type MachineRecord, outlineOf, readRecord, removeMachineFiles, writeRecord } from './record.js';
import { endTpm, startTpm } from './tpm.js';

/** A machine runs in the directory already. */
export class MachineExists extends Error {
  override readonly name = 'MachineExists';
}

/** QEMU did not come up; the message carries its own words. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Starts a machine in `directory` (made when absent; mode 0700) and resolves when its guest runs, or, with `paused`, is
 * ready to. QEMU gets a session of its own and outlives us. Nothing is left behind when it fails.
 *
 * @throws DescriptionError, HostProblem without QEMU, MachineExists, StartError
 */
export async function startMachine(
  description: MachineDescription,
  directory: string,
  deps: MachineDeps & { readonly host: Host; readonly paused?: boolean },
): Promise<Machine> {
  const argv = qemuArguments(description);
  const { binary } = usableQemu(deps.host);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const home = await realpath(directory);
  await chmod(home, 0o700);
  await refuseLiving(home, description);
  await leaveNothing(home, description, deps);
  const planned: MachineRecord = {
    outline: outlineOf(description),
    startedAt: deps.clock.now(),
    bootId: await bootId(),
    paused: deps.paused ?? false,
    restartUntil: 0,
  };
  await writeRecord(home, planned);
  let child: ChildProcess | undefined;
  try {
    if (description.tpm) await startTpm(home, description.tpm, deps.host, deps.clock);
    child = await launch(binary, argv, home);
    const machine = await takeCharge(child, home, planned, deps);
    child.unref();
    return machine;
  } catch (error) {
    if (child) await endChild(child);
    const said = lastWords(await readLogEnd(home));
    await leaveNothing(home, description, deps);
    if (error instanceof HostProblem || error instanceof DescriptionError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new StartError(`QEMU did not start ${description.name}: ${said === '' ? message : said}`, { cause: error });
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  const gone = childExit(child);
  child.kill('SIGKILL');
  await gone;
}

/** Ends the TPM of an earlier start and removes all files of one. */
async function leaveNothing(home: string, { tpm }: MachineDescription, { clock }: MachineDeps): Promise<void> {
  if (tpm) await endTpm(home, clock);
  await removeMachineFiles(home);
}

/** A record that a crash of the host left unreadable says nothing; a machine that runs is then found by its process. */
async function refuseLiving(home: string, { uuid }: MachineDescription): Promise<void> {
  const record = await readRecord(home).catch((error: unknown) => {
    if (error instanceof UnexpectedReply) return 'unreadable' as const;
    throw error;
  });
  if (!record) return;
  const known = record === 'unreadable' ? undefined : record;
  const alive = known?.process
    ? await isAlive(known.process)
    : await findQemu(home, known?.outline.uuid ?? uuid.toLowerCase());
  if (alive) throw new MachineExists(`${known?.outline.name ?? 'a machine'} runs in ${home} already`);
}

/** QEMU inherits no environment: nothing there concerns it, and some of it may be secret. */
async function launch(binary: string, argv: readonly string[], home: string): Promise<ChildProcess> {
  await using log = await createLogFile(home);
  const child = spawn(binary, argv, { cwd: home, detached: true, stdio: ['ignore', log.fd, log.fd], env: {} });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return child;
}

async function takeCharge(
  child: ChildProcess,
  home: string,
  planned: MachineRecord,
  deps: MachineDeps,
): Promise<Machine> {
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  if (!identity) throw new StartError('it ended at once');
  const record = { ...planned, process: identity };
  const [qmp] = await Promise.all([
    openMonitor(home, deps.clock, async () => child.exitCode !== null || child.signalCode !== null),
    writeRecord(home, record),
  ]);
  const machine = await Machine.attach(home, record, new ChildQemu(child, identity, deps.clock), qmp, deps);
  try {
    if (!record.paused) await machine.resume();
    return machine;
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}
