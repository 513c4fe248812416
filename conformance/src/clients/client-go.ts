import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { isJsonObject, type Json } from '@drover/api';
import { findProgram } from '@drover/testkit';

const MODULE = resolve(import.meta.dirname, '../../client-go');
const PROGRAM = resolve(MODULE, 'build/client-go');
const run = promisify(execFile);

/** What became of each scenario of the program: nothing, or what it complains of. */
export type Verdicts = ReadonlyMap<string, string | undefined>;

/** Whether the program has been built. */
export const clientGoBuilt = (): boolean => existsSync(PROGRAM);

/**
 * Builds the program in `conformance/client-go` where there is Go: minutes for the first time, a second later.
 *
 * @throws Error with the compiler's words.
 */
export async function buildClientGo(): Promise<void> {
  if (findProgram('go') === undefined) return;
  await run('nice', ['go', 'build', '-mod=readonly', '-p', '2', '-trimpath', '-ldflags', '-s -w', '-o', PROGRAM, '.'], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0' },
    maxBuffer: 16 << 20,
  });
}

/** Runs every scenario in a namespace; `features` are gates of client-go by name, such as `WatchListClient`. */
export async function runClientGo(
  kubeconfig: string,
  namespace: string,
  features: Readonly<Record<string, boolean>> = {},
): Promise<Verdicts> {
  const gates = Object.entries(features).map(([name, on]) => [`KUBE_FEATURE_${name}`, String(on)]);
  const { stdout } = await run(PROGRAM, ['-kubeconfig', kubeconfig, '-namespace', namespace], {
    env: { ...process.env, ...Object.fromEntries(gates) },
    maxBuffer: 16 << 20,
  });
  return new Map(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => verdictOf(JSON.parse(line) as Json)),
  );
}

function verdictOf(line: Json): [name: string, complaint: string | undefined] {
  if (!isJsonObject(line) || typeof line['name'] !== 'string') throw new SyntaxError('no verdict of a scenario');
  return [line['name'], typeof line['error'] === 'string' ? line['error'] : undefined];
}
