import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Clock } from '@drover/kit';
import { parseJson, Reader } from './json.js';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since the host's boot. */
  readonly startTicks: number;
  /** The boot of the host in which it runs. */
  readonly bootId: string;
}

/** The process that has the number `pid` now; nothing when there is none or only its remains. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // proc(5): the command may contain spaces and brackets, the fields after it do not. State is field 3, start field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], Number(fields[19])];
  if (state === 'Z' || state === 'X' || !Number.isSafeInteger(startTicks)) return undefined;
  return { pid, startTicks, bootId: await bootId() };
}

/** The id of the host's current boot. */
export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/**
 * Waits until a process that is not our child is gone, for at most `ms`; answers whether it is. Nothing tells of it: the
 * process is looked for, at first after a millisecond, then less often. Meanwhile ours is kept running.
 */
export async function waitUntilGone(identity: ProcessIdentity, clock: Clock, ms: number): Promise<boolean> {
  const deadline = clock.now() + ms;
  const alive = setInterval(() => {}, ms);
  try {
    for (let pause = 1; await isAlive(identity); pause = Math.min(pause * 2, 100)) {
      if (clock.now() >= deadline) return false;
      await clock.sleep(pause);
    }
    return true;
  } finally {
    clearInterval(alive);
  }
}

/**
 * The QEMU that runs in `directory` (a real path) with the UUID `uuid`: finds a machine whose process was started by
 * someone who did not live to write its number down.
 */
export function findQemu(directory: string, uuid: string): Promise<ProcessIdentity | undefined> {
  return findProcess(directory, (argv) => argv[argv.indexOf('-uuid') + 1] === uuid);
}

/** A process whose working directory is `directory` (a real path) and whose command line `matches`. */
export async function findProcess(
  directory: string,
  matches: (argv: readonly string[]) => boolean,
): Promise<ProcessIdentity | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    if ((await readlink(`/proc/${name}/cwd`).catch(() => undefined)) !== directory) continue;
    const argv = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (matches(argv)) return identify(Number(name));
  }
  return undefined;
}

/** @throws UnexpectedReply */
export function parseIdentity(reader: Reader): ProcessIdentity {
  return { pid: reader.number('pid'), startTicks: reader.number('startTicks'), bootId: reader.text('bootId') };
}

/** @throws UnexpectedReply */
export function readJson(text: string, where: string): Reader {
  return new Reader(parseJson(text, where), where);
}
