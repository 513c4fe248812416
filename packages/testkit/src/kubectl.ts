import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';

/** One kubectl on this machine. */
export interface KubectlBinary {
  /** `kubectl`, or the version in its name: `1.27`. */
  readonly name: string;
  readonly path: string;
}

/** Every kubectl found: the one on the PATH, and those beside it or beside gcloud that carry a version in their name. */
export function kubectls(): KubectlBinary[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/lib/google-cloud-sdk/bin'].filter(existsSync);
  const found = new Map<string, KubectlBinary>();
  for (const folder of new Set(folders)) {
    for (const file of readdirSync(folder)) {
      const match = /^kubectl(?:\.(1\.\d+))?$/.exec(file);
      const name = match?.[1] ?? 'kubectl';
      if (match && !found.has(name)) found.set(name, { name, path: join(folder, file) });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** What a kubectl run printed, and its exit code. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run of kubectl is given beside its arguments. */
export interface KubectlOptions {
  readonly input?: string;
  readonly binary?: string;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs kubectl with a kubeconfig of its own and a cache of its own; never throws for a refusal. */
export function kubectl(
  kubeconfig: string,
  args: readonly string[],
  { input, binary = 'kubectl', env = {} }: KubectlOptions = {},
): Promise<KubectlResult> {
  const cache = mkdtempSync(join(tmpdir(), 'drover-kubectl-'));
  return new Promise((resolve) => {
    const child = execFile(
      binary,
      [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cache}`, '--request-timeout=60s', ...args],
      { maxBuffer: 64 << 20, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end(input ?? '');
  });
}

/** Starts a kubectl that goes on, such as a watch; ending it is the caller's. */
export const startKubectl = (
  kubeconfig: string,
  args: readonly string[],
  binary = 'kubectl',
): ChildProcessByStdio<null, Readable, null> =>
  spawn(binary, [`--kubeconfig=${kubeconfig}`, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
