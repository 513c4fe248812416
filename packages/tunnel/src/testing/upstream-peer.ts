import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('../../interop', import.meta.url));

/** The first build compiles the library and all it needs, which takes a minute on a small machine. */
const BUILD_MS = 180_000;

/** The program built from `interop/`, or why there is none. Disposing it removes the program. */
export type UpstreamPeer = AsyncDisposable & ({ readonly program: string } | { readonly absent: string });

/** Builds the peer with the Go of this machine; without Go, or without its modules, there is no peer. */
export async function buildUpstreamPeer(): Promise<UpstreamPeer> {
  const directory = await mkdtemp(join(tmpdir(), 'drover-interop-'));
  const program = join(directory, 'peer');
  const remove = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
  try {
    // The toolchain that is there: another one is not worth a download.
    const env = { ...process.env, GOTOOLCHAIN: 'local' };
    await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd: SOURCE, env, timeout: BUILD_MS });
    return { program, ...remove };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { absent: missing ? 'go is not installed' : 'go cannot build the peer', ...remove };
  }
}

/** Runs the peer; the first line it prints is `line`. It ends when disposed. */
export async function runUpstreamPeer(
  program: string,
  ...args: readonly string[]
): Promise<AsyncDisposable & { readonly line: string }> {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('the peer has no output');
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), exited])) as [string];
  return {
    line: String(line),
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      child.kill();
      await exited;
    },
  };
}
