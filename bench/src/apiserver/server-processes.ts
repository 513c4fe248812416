import { readFileSync } from 'node:fs';

/** Clock ticks of /proc in a second (USER_HZ, which the kernel fixes at 100 for user space). */
const TICKS = 100;

/** The processes that a server on this machine is made of, as the kernel accounts for them. */
export class ServerProcesses {
  constructor(readonly pids: readonly number[]) {}

  /** Resident memory of all of them, in MiB. */
  memoryMib(): number {
    return this.#sum((pid) => {
      const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kib ?? 0) / 1_024;
    });
  }

  /** Processor time that all of them have used, in milliseconds, in steps of ten. */
  cpuMs(): number {
    return this.#sum((pid) => {
      // The name of the program, in parentheses, may hold spaces: fields are counted behind it (proc(5)).
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
    });
  }

  #sum(of: (pid: number) => number): number {
    return this.pids.reduce((sum, pid) => sum + of(pid), 0);
  }
}
