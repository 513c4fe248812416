import { spawn } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Clock } from '@drover/kit';
import { DescriptionError, type Tpm } from './description.js';
import { FILES } from './files.js';
import { type Host, HostProblem } from './host.js';
import { findProcess, waitUntilGone } from './process.js';
import { childExit } from './qemu-process.js';
import { connectIn } from './socket.js';

/** How long the emulator may take to listen; it takes some 10 ms. */
const LISTEN_MS = 10_000;

/** How long it may take to write its state down and go. */
const END_MS = 5_000;

/** The longest pause between attempts to reach an emulator that is starting. */
const RETRY_MS = 8;

/** Why a machine with a TPM does not run here, and what to install. */
export const NO_SWTPM = 'no TPM emulator is installed on this host: install swtpm (Debian: apt install swtpm)';

/** The emulator did not come up. */
export class TpmError extends Error {
  override readonly name = 'TpmError';
}

/**
 * Starts the TPM of the machine in `home`: a swtpm in a session of its own, which outlives us and goes when QEMU lets go of
 * it. What it remembers lies in the state directory (made 0700 when absent).
 *
 * @throws DescriptionError, HostProblem without swtpm, TpmError
 */
export async function startTpm(home: string, { stateDirectory }: Tpm, host: Host, clock: Clock): Promise<void> {
  if (!isAbsolute(stateDirectory)) throw new DescriptionError('tpm.stateDirectory', 'must be an absolute path');
  if (host.swtpm === undefined) throw new HostProblem(NO_SWTPM);
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  // swtpm takes no comma in a path: it gets names of ours, relative to the machine's directory, and a link.
  await rm(join(home, FILES.tpmState), { force: true });
  await symlink(stateDirectory, join(home, FILES.tpmState));
  const child = spawn(host.swtpm, swtpmArguments(), { cwd: home, detached: true, stdio: 'ignore', env: {} });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const gone = childExit(child).then(({ code }) => {
    throw new TpmError(`swtpm ended at once (exit code ${code ?? 'none'})`);
  });
  // Once it listens, how it ends is no failure of its start.
  gone.catch(() => {});
  await Promise.race([listening(home, clock), failed, gone]);
  child.unref();
}

/** swtpm's command line: only names of ours. */
export const swtpmArguments = (): readonly string[] => [
  'socket',
  '--tpm2',
  '--tpmstate',
  `dir=${FILES.tpmState},mode=0600`,
  '--ctrl',
  `type=unixio,path=${FILES.tpm},mode=0600`,
  '--flags',
  'startup-clear',
  '--terminate',
];

/** Ends the TPM of the machine in `home` if it still runs; what a machine that was killed, or never started, leaves behind. */
export async function endTpm(home: string, clock: Clock): Promise<void> {
  const emulator = await findProcess(home, isEmulator);
  if (!emulator) return;
  process.kill(emulator.pid, 'SIGTERM');
  if (!(await waitUntilGone(emulator, clock, END_MS))) process.kill(emulator.pid, 'SIGKILL');
}

const isEmulator = (argv: readonly string[]): boolean => argv.includes('--tpmstate') && argv.includes('socket');

/** Nothing tells when it begins to listen, so it is tried; a connection that says nothing does not disturb it. */
async function listening(home: string, clock: Clock): Promise<void> {
  const deadline = clock.now() + LISTEN_MS;
  for (let pause = 1; ; pause = Math.min(pause * 2, RETRY_MS)) {
    const socket = await connectIn(home, FILES.tpm).catch(() => undefined);
    if (socket) {
      socket.destroy();
      return;
    }
    if (clock.now() >= deadline) throw new TpmError(`swtpm did not listen within ${LISTEN_MS} ms`);
    await clock.sleep(pause);
  }
}
