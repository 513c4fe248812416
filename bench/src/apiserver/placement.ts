import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where processes were allowed to run before; disposing it puts them back. */
export interface Placement extends AsyncDisposable {
  /** In words, for whoever reads the figures. */
  readonly where: string;
}

/**
 * Keeps this process, which is all clients, on one processor and the servers on the others, as if the clients were on machines of
 * their own. Left alone, a kernel may put both on one processor while the other has nothing to do, when both sleep most of the time:
 * what is measured then is how clients and server take turns.
 *
 * Needs Linux, its `taskset` (util-linux) and two processors; where one is missing nothing is moved, and `where` says so.
 */
export async function apart(servers: readonly number[]): Promise<Placement> {
  const all = allowedProcessors();
  const clients = all.at(-1);
  if (clients === undefined || all.length < 2) return together('there is one processor');
  const others = all.slice(0, -1);
  try {
    await confine([process.pid], [clients]);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return together('there is no taskset');
  }
  await confine(servers, others);
  return {
    where: `clients on processor ${clients}, servers on ${others.join(',')}`,
    async [Symbol.asyncDispose]() {
      await confine([process.pid, ...servers], all);
    },
  };
}

function together(why: string): Placement {
  return { where: `clients and servers share processors: ${why}`, async [Symbol.asyncDispose]() {} };
}

/** Moves all threads of processes; those they start later are where they are. */
async function confine(pids: readonly number[], processors: readonly number[]): Promise<void> {
  for (const pid of pids) await run('taskset', ['-a', '-c', '-p', processors.join(','), String(pid)]);
}

/** The processors that this process may use; none where the kernel does not say (proc(5)). */
function allowedProcessors(): readonly number[] {
  if (process.platform !== 'linux') return [];
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Number.isNaN(first) ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
