import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Before installations are tested: bundles the program, so that what is started is what was compiled last. */
export async function setup(): Promise<void> {
  const repository = fileURLToPath(new URL('../../..', import.meta.url));
  await promisify(execFile)('npm', ['run', '--silent', 'build', '-w', '@drover/cli'], { cwd: repository });
}
