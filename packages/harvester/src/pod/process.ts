import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@drover/kit';

/** A process of this host, told from any other that has or had its number: by when it started, and in which boot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (proc(5), field 22). */
  readonly startTicks: string;
  readonly bootId: string;
}

/** What is kept of a container's process on disk, so that a later one of ours finds it again. */
export interface ProcessRecord extends ProcessIdentity {
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

/** How a process ended; neither is known of one that was not our child. */
export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly at: number;
}

/** How a process is started. */
export interface Launch {
  readonly command: readonly string[];
  /** Everything the process sees; nothing of our own environment is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Holds the record, the log and the working directory. */
  readonly directory: string;
}

/** A container's output is cut to its newest half when it grows beyond this. */
const MAX_LOG_BYTES = 4 << 20;
/** How often a process that is not our child is looked at: nothing tells when it ends. */
const LOOK_MS = 1_000;
const RECORD = 'process.json';
const LOG = 'output.log';

/** A process that outlives us: started detached, or found again. */
export class HostProcess implements Disposable {
  private constructor(
    readonly record: ProcessRecord,
    /** Resolves when it is gone; stays pending once we let go of one that is not our child. */
    readonly ended: Promise<ProcessEnd>,
    private readonly stop: AbortController,
  ) {}

  /** Starts a process in a session of its own, with its output in a file. @throws Error of spawn */
  static async start({ command, environment, directory }: Launch, clock: Clock): Promise<HostProcess> {
    const [file, ...args] = command;
    if (file === undefined) throw new TypeError('there is no command to run');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await using log = await open(join(directory, LOG), 'a', 0o600);
    const child = spawn(file, args, {
      cwd: directory,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: environment,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const ended = new Promise<ProcessEnd>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, at: clock.now() }),
      );
    });
    child.unref();
    const identity = await identify(child.pid ?? 0);
    const record = { ...(identity ?? { pid: child.pid ?? 0, startTicks: '', bootId: '' }), startedAt: clock.now() };
    const path = join(directory, RECORD);
    await writeFile(`${path}.partial`, JSON.stringify(record), { mode: 0o600 });
    await rename(`${path}.partial`, path);
    return new HostProcess(record, ended, new AbortController());
  }

  /** The process that was started in `directory`, if it still runs. */
  static async adopt(directory: string, clock: Clock): Promise<HostProcess | undefined> {
    const record = await readRecord(directory);
    if (record === undefined || !(await isAlive(record))) return undefined;
    const stop = new AbortController();
    const watch = async (): Promise<ProcessEnd> => {
      while (await isAlive(record)) await clock.sleep(LOOK_MS, stop.signal);
      return { exitCode: undefined, signal: undefined, at: clock.now() };
    };
    const ended = new Promise<ProcessEnd>((resolve) => {
      watch().then(resolve, () => {});
    });
    return new HostProcess(record, ended, stop);
  }

  /** Asks it to end, and kills it when it has not within `graceMs`; resolves when it is gone. */
  async terminate(graceMs: number, clock: Clock): Promise<void> {
    const { record } = this;
    if (!(await isAlive(record))) return;
    signalGroup(record.pid, 'SIGTERM');
    using _timer = clock.after(graceMs, () => signalGroup(record.pid, 'SIGKILL'));
    await this.ended;
  }

  /** Lets go of it: it runs on. */
  [Symbol.dispose](): void {
    this.stop.abort(new Error('let go'));
  }
}

/** The end of a process's output, at most `bytes` of it. */
export async function readOutput(directory: string, bytes: number): Promise<string> {
  const text = await readFile(join(directory, LOG)).catch(() => Buffer.alloc(0));
  return text.subarray(Math.max(0, text.length - bytes)).toString('utf8');
}

/** Keeps the newest half of an output that has grown too large: the process goes on appending. */
export async function boundOutput(directory: string): Promise<void> {
  const path = join(directory, LOG);
  const size = await stat(path).then(
    ({ size: bytes }) => bytes,
    () => 0,
  );
  if (size <= MAX_LOG_BYTES) return;
  const newest = (await readFile(path)).subarray(-MAX_LOG_BYTES / 2);
  await truncate(path, 0);
  await using file = await open(path, 'a');
  await file.write(newest);
}

/** Removes the record of a process that has ended. */
export async function forgetProcess(directory: string): Promise<void> {
  await rm(join(directory, RECORD), { force: true });
}

async function readRecord(directory: string): Promise<ProcessRecord | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(directory, RECORD), 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { pid, startTicks, bootId, startedAt } = { ...parsed } as Record<string, unknown>;
    if (
      typeof pid !== 'number' ||
      typeof startTicks !== 'string' ||
      typeof bootId !== 'string' ||
      typeof startedAt !== 'number'
    )
      return undefined;
    return { pid, startTicks, bootId, startedAt };
  } catch {
    return undefined;
  }
}

/** The identity of the process that has a number now. */
async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
    // The second field is the program's name in parentheses and may hold anything, parentheses too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended.
    if (fields[0] === 'Z') return undefined;
    return { pid, startTicks: fields[19] ?? '', bootId };
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, startTicks, bootId }: ProcessIdentity): Promise<boolean> {
  const now = await identify(pid);
  return now !== undefined && now.startTicks === startTicks && now.bootId === bootId;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // The number leads a group: ours made it a session leader.
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
