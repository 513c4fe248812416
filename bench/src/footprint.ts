import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@drover/kit';
import { DroverProcess } from '@drover/testkit';
import type { Benchmark, Row } from './benchmark.js';
import { timed } from './samples.js';

/** What server and lab together are to stay below when idle. */
const GOAL_MIB = 350;

/** Figure 9: what server and lab cost when nobody asks them anything, and how soon they are ready. */
export const footprint: Benchmark = {
  name: 'footprint',
  about: 'start to ready, and resident memory when idle, of server and lab',
  async run({ dir, quick, note }) {
    const args = ['--data-dir', join(dir, 'data'), '--listen', '127.0.0.1:0'];
    note('first start');
    const first = await startBoth(args);
    await Promise.all([first.server.process.stop(), first.lab.process.stop()]);
    note('second start');
    const { server, lab } = await startBoth(args);
    const seconds = quick ? 5 : 60;
    note(`idle for ${seconds} s`);
    await systemClock.sleep(seconds * 1_000).catch(() => undefined);
    const [serverMib, labMib] = [residentMib(server.process.pid), residentMib(lab.process.pid)];
    await Promise.all([server.process.stop(), lab.process.stop()]);
    const mib = (what: string, value: number, goal?: number): Row => ({
      what,
      unit: 'MiB',
      median: value,
      ...(goal === undefined ? {} : { against: { what: `goal ${goal} MiB`, value: goal } }),
    });
    return [
      { what: 'server: first start to ready', unit: 'ms', median: first.server.ms },
      { what: 'lab: first start to ready', unit: 'ms', median: first.lab.ms },
      {
        what: 'server: start to ready',
        unit: 'ms',
        median: server.ms,
        against: { what: 'goal 1,000 ms', value: 1_000 },
      },
      { what: 'lab: start to ready', unit: 'ms', median: lab.ms },
      mib('server, idle', serverMib, 180),
      mib('lab, idle', labMib, 120),
      mib('server and lab, idle', serverMib + labMib, GOAL_MIB),
    ];
  },
};

interface Started {
  readonly process: DroverProcess;
  readonly ms: number;
}

async function startBoth(args: readonly string[]): Promise<{ server: Started; lab: Started }> {
  const start = async (side: 'server' | 'lab'): Promise<Started> => {
    const process = new DroverProcess([side, ...args]);
    const { ms } = await timed(() => process.ready(side));
    return { process, ms };
  };
  const server = await start('server');
  return { server, lab: await start('lab') };
}

/** Resident memory of a process, as the kernel counts it. */
function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1_024;
}
