import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { detectHost, type Host, type MachineDescription, startMachine } from '@drover/qemu';
import { buildGuest, type Guest, guestDescription, guestMissing, machineDeps, Terminal } from '@drover/testkit';
import type { Benchmark, Row } from './benchmark.js';
import { Samples, timed } from './samples.js';

/** What a machine of ours may take of bare QEMU's time until its guest answers. */
const GOAL = 1.5;

/** Figure 10, below Kubernetes: what starting a machine costs beside starting QEMU by hand. */
export const boot: Benchmark = {
  name: 'boot',
  about: 'power-on to the first answer on the serial console: bare QEMU, and a supervised machine',
  async run({ dir, quick, note }) {
    const missing = await guestMissing();
    if (missing !== undefined) throw new Error(`the test guest ${missing}`);
    const [guest, host] = await Promise.all([buildGuest(), detectHost()]);
    const [bare, ours, started] = [new Samples(), new Samples(), new Samples()];
    for (let round = 0; round < (quick ? 2 : 7); round += 1) {
      note(`boot ${round + 1}`);
      bare.add(await bareBoot(await machineIn(join(dir, `bare-${round}`), guest, host), host, guest));
      const description = await machineIn(join(dir, `ours-${round}`), guest, host);
      const { start, answer } = await ourBoot(description, join(dir, `ours-${round}`, 'machine'), host, guest);
      started.add(start);
      ours.add(answer);
    }
    const row = (what: string, samples: Samples): Row => ({
      what,
      unit: 'ms',
      median: samples.median,
      p99: samples.p99,
    });
    return [
      row('startMachine, until the guest runs', started),
      row('bare qemu-system, until the guest answers', bare),
      {
        ...row(`startMachine, until the guest answers (goal ${GOAL} times bare)`, ours),
        against: { what: 'bare', value: bare.median },
      },
    ];
  },
};

/** A machine whose disk is a fresh overlay of the guest in `directory`, which is made. */
export async function machineIn(directory: string, guest: Guest, host: Host): Promise<MachineDescription> {
  await mkdir(directory);
  return guestDescription(directory, guest, host);
}

/** The guest's shell answers: what a person would call booted. */
export async function answers(terminal: Terminal, guest: Guest): Promise<void> {
  await terminal.until(new RegExp(guest.prompt));
  terminal.type('echo answer=$((6 * 7))\n');
  await terminal.until(/\nanswer=42\r/);
}

/** The same disks by hand, as QEMU's manual shows it: milliseconds until the guest answers. */
export async function bareBoot(machine: MachineDescription, host: Host, guest: Guest): Promise<number> {
  if (!host.qemu.ok) throw new Error(host.qemu.problem);
  const disks = machine.disks.flatMap((disk) =>
    disk.media === 'empty' ? [] : ['-drive', `file=${disk.path},format=${disk.format},if=virtio`],
  );
  const memory = `${machine.memoryBytes / 1024 ** 2}`;
  const basics = ['-machine', machine.machineType, '-accel', machine.accelerator, '-m', memory, '-display', 'none'];
  const argv = [...basics, '-nic', 'user,model=virtio', '-serial', 'stdio', ...disks];
  const child = spawn(host.qemu.binary, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    using terminal = new Terminal(stdio(child));
    return (await timed(() => answers(terminal, guest))).ms;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
}

async function ourBoot(
  description: MachineDescription,
  directory: string,
  host: Host,
  guest: Guest,
): Promise<{ readonly start: number; readonly answer: number }> {
  const from = performance.now();
  const machine = await startMachine(description, directory, { ...machineDeps, host });
  const start = performance.now() - from;
  try {
    using terminal = new Terminal(machine.openSerial());
    await answers(terminal, guest);
    return { start, answer: performance.now() - from };
  } finally {
    await machine.kill();
  }
}

function stdio({ stdin, stdout }: ChildProcess): Duplex {
  if (!stdin || !stdout) throw new Error('the child has no pipes');
  return Duplex.from({ writable: stdin, readable: stdout });
}
