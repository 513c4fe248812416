import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A kubectl of this machine, as a peer in tests: the first of `names` on the PATH, or beside what the PATH's kubectl links
 * to; `undefined` where there is none.
 */
export function findKubectl(...names: readonly string[]): string | undefined {
  const directories = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => existsSync(join(directory, 'kubectl')))
    .flatMap((directory) => [directory, dirname(realpathSync(join(directory, 'kubectl')))]);
  return names
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((file) => existsSync(file));
}

/** Runs kubectl without anybody's configuration, and answers what it printed. */
export async function kubectl(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, [...args], { env: { HOME: '/nonexistent' } });
  return stdout;
}
