import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, open, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '@drover/kit';
import {
  adoptMachine,
  detectHost,
  type Machine,
  type MachineDescription,
  type MachineEvent,
  QmpClient,
  startMachine,
  type UefiFirmware,
} from '@drover/qemu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guestDescription, machineDeps } from '../guest/description.js';
import { buildGuest, type Guest, guestMissing } from '../guest/guest.js';
import { pictured } from '../guest/png.js';
import { Terminal } from '../guest/terminal.js';
import { temporaryDirectory } from '../temporary.js';

const missing = await guestMissing();
const host = await detectHost();
const suite = describe.skipIf(missing !== undefined);
const because = missing === undefined ? 'in QEMU' : missing;

const READY = /DROVER-GUEST-READY tester 10\.0\.2\.2\/24/;
const PROMPT = /drover-guest# /;

let guest: Guest;
beforeAll(async () => {
  if (missing === undefined) guest = await buildGuest();
});

/** A machine with a guest that is up, and a person at its console; killed at the end. */
class Booted implements AsyncDisposable {
  private constructor(
    readonly machine: Machine,
    readonly terminal: Terminal,
  ) {}

  static async up(machine: Machine): Promise<Booted> {
    const booted = new Booted(machine, new Terminal(machine.openSerial()));
    try {
      await booted.terminal.until(READY);
      await booted.terminal.until(PROMPT);
      return booted;
    } catch (error) {
      await machine.kill();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine.kill();
  }
}

type Change = (machine: MachineDescription) => Partial<MachineDescription>;

async function boot(directory: string, change: Change = () => ({})): Promise<Booted> {
  const plain = await guestDescription(directory, guest, host);
  const description = { ...plain, ...change(plain) };
  return Booted.up(await startMachine(description, join(directory, 'machine'), { ...machineDeps, host }));
}

function killedAtEnd(machine: Machine): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await machine.kill();
    },
  };
}

function nextEvent<T extends MachineEvent['type']>(machine: Machine, type: T): Promise<MachineEvent> {
  return new Promise((resolve) => {
    const watching = machine.watch((event) => {
      if (event.type !== type) return;
      watching[Symbol.dispose]();
      resolve(event);
    });
  });
}

suite(`a guest (${because})`, () => {
  const closing: AsyncDisposable[] = [];
  let machine: Machine;
  let terminal: Terminal;

  beforeAll(async () => {
    const home = await temporaryDirectory();
    closing.push(home);
    const booted = await boot(home.path);
    closing.unshift(booted);
    ({ machine, terminal } = booted);
  });
  afterAll(async () => {
    for (const each of closing) await each[Symbol.asyncDispose]();
  });

  it('answers what is typed on its serial line', async () => {
    terminal.type('echo answer=$((6 * 7))\n');
    await terminal.until(/\nanswer=42\r/);
  });

  it('read its seed', async () => {
    using late = new Terminal(machine.openSerial());
    await late.until(/told by user-data/);
  });

  it('shows every viewer its history, and what the other types', async () => {
    using other = new Terminal(machine.openSerial());
    await other.until(READY);
    other.type('echo seen=$((2 + 3))\n');
    await Promise.all([other.until(/\nseen=5\r/), terminal.until(/\nseen=5\r/)]);
  });

  it('shows text on its screen', async () => {
    expect(pictured(await machine.screenshot())).toBeGreaterThan(0.001);
  });

  it('tells its system, its name and its address through its agent', async () => {
    expect(machine.agentConnected).toBe(true);
    expect(await machine.agent.osInfo()).toMatchObject({ id: 'drover-guest', machine: 'x86_64' });
    expect(await machine.agent.hostName()).toBe('tester');
    const cards = await machine.agent.interfaces();
    const card = cards.find(({ mac }) => mac === '52:54:00:12:34:56');
    expect(card?.addresses).toContainEqual({ family: 'ipv4', address: '10.0.2.2', prefix: 24 });
  });

  it('says nothing while it is paused, and answers once it goes on', async () => {
    await machine.pause();
    expect(machine.state).toBe('paused');
    terminal.type('echo after=$((8 + 1))\n');
    await expect(machine.agent.execute('guest-ping', undefined, 300)).rejects.toThrow('no answer');
    expect(terminal.shown).not.toContain('after=9');
    await machine.resume();
    await terminal.until(/\nafter=9\r/);
    await machine.agent.ping();
  });

  it('is reached through a port of the host', async () => {
    terminal.type('mkdir -p /www && echo served > /www/index.html && httpd -h /www && echo up=$((1 + 1))\n');
    await terminal.until(/\nup=2\r/);
    const forward = { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 0, guestPort: 80 } as const;
    const port = await machine.addForward('default', forward);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.text()).toBe('served\n');
  });

  it('restarts when its agent is asked to', async () => {
    const reset = nextEvent(machine, 'reset');
    expect(await machine.softReboot()).toBe('agent');
    expect(await reset).toMatchObject({ byGuest: true });
    await terminal.until(READY);
    await terminal.until(PROMPT);
  });

  it('restarts by its power button when it has no agent', async () => {
    const gone = nextEvent(machine, 'agent');
    terminal.type('kill $(cat /run/qemu-ga.pid)\n');
    expect(await gone).toMatchObject({ connected: false });
    expect(await machine.softReboot()).toBe('acpi');
    await terminal.until(READY);
    await terminal.until(PROMPT);
    expect(machine.state).toBe('running');
  });

  it('powers off when its power button is pressed', async () => {
    await machine.powerdown();
    expect(await machine.exited).toMatchObject({ reason: 'guest-shutdown' });
  });
});

suite(`firmware (${because})`, () => {
  async function bootWith({ code, varsTemplate }: UefiFirmware, secureBoot: boolean, expected: RegExp): Promise<void> {
    await using home = await temporaryDirectory();
    const vars = join(home.path, 'vars.fd');
    await copyFile(varsTemplate, vars);
    const firmware = { kind: 'uefi', code, vars, secureBoot } as const;
    await using booted = await boot(home.path, () => ({ memoryBytes: 512 * 1024 * 1024, firmware }));
    booted.terminal.type(
      'dmesg | grep -i "secure boot\\|secureboot"; ls -d /sys/firmware/efi; echo looked=$((1 + 1))\n',
    );
    expect((await booted.terminal.until(/[\s\S]*\nlooked=2\r/))[0]).toMatch(expected);
  }

  it.skipIf(!host.firmware.uefi)('may be UEFI (needs OVMF)', () =>
    bootWith(host.firmware.uefi!, false, /\n\/sys\/firmware\/efi\r/),
  );

  it.skipIf(!host.firmware.secureBoot)('may be UEFI with Secure Boot (needs OVMF)', () =>
    bootWith(host.firmware.secureBoot!, true, /Secure boot enabled/i),
  );
});

suite(`a disk that fails (${because})`, () => {
  /** A qcow2 image whose compressed data cannot be unpacked: a read of it fails, and QEMU goes on using it. */
  async function unreadable(directory: string): Promise<string> {
    const [raw, path] = [join(directory, 'raw'), join(directory, 'failing.qcow2')];
    await writeFile(raw, Buffer.alloc(1024 * 1024, 'drover '));
    await promisify(execFile)('qemu-img', ['convert', '-c', '-O', 'qcow2', raw, path]);
    await using file = await open(path, 'r+');
    const firstData = 5 * 65_536;
    await file.write(Buffer.alloc(65_536, 0xff), 0, 65_536, firstData);
    return path;
  }

  it('stops its guest, which does not see the error', async () => {
    await using home = await temporaryDirectory();
    const path = await unreadable(home.path);
    const failing = { name: 'failing', path, format: 'qcow2', media: 'disk', bus: 'virtio' } as const;
    const plain = await guestDescription(home.path, guest, host);
    const description = { ...plain, disks: [...plain.disks, failing] };
    const machine = await startMachine(description, join(home.path, 'machine'), { ...machineDeps, host, paused: true });
    await using _killed = killedAtEnd(machine);
    const failed = nextEvent(machine, 'io-error');
    const stopped = new Promise<void>((resolve) => {
      machine.watch((event) => {
        if (event.type === 'state' && event.state === 'io-error') resolve();
      });
    });
    await machine.resume();
    // The guest's kernel looks for partitions.
    expect(await failed).toMatchObject({ disk: 'failing' });
    await stopped;
  });
});

suite(`how a guest ends (${because})`, () => {
  it('is told when it powers itself off', async () => {
    await using home = await temporaryDirectory();
    await using booted = await boot(home.path);
    booted.terminal.type('poweroff -f\n');
    expect(await booted.machine.exited).toMatchObject({ reason: 'guest-shutdown' });
  });

  it('is told when its kernel panics', async () => {
    await using home = await temporaryDirectory();
    await using booted = await boot(home.path);
    booted.terminal.type('echo c > /proc/sysrq-trigger\n');
    expect(await booted.machine.exited).toMatchObject({ reason: 'guest-panicked' });
  });
});

suite(`a guest whose supervisor is killed (${because})`, () => {
  /** Starts the machine from a process of its own, and kills that. */
  async function startAndDie(home: string): Promise<{ readonly directory: string; readonly pid: number }> {
    const description: MachineDescription = await guestDescription(home, guest, host);
    const file = join(home, 'description.json');
    const directory = join(home, 'machine');
    await writeFile(file, JSON.stringify(description));
    const program = fileURLToPath(new URL('../guest/starter.js', import.meta.url));
    const child = spawn(process.execPath, [program, file, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    return { directory, pid: Number(String(pid)) };
  }

  async function adopt(directory: string): Promise<Machine> {
    const adoption = await adoptMachine(directory, machineDeps);
    if (adoption?.kind !== 'running') throw new Error(`${directory}: ${JSON.stringify(adoption)}`);
    return adoption.machine;
  }

  it('goes on, and is managed again', async () => {
    await using home = await temporaryDirectory();
    const { directory, pid } = await startAndDie(home.path);
    await using booted = await Booted.up(await adopt(directory));
    expect(booted.machine.pid).toBe(pid);
    booted.terminal.type('echo answer=$((6 * 7))\n');
    await booted.terminal.until(/\nanswer=42\r/);
    expect(await booted.machine.agent.hostName()).toBe('tester');
  });

  it('is known to have powered off although nobody was there', async () => {
    await using home = await temporaryDirectory();
    const { directory } = await startAndDie(home.path);
    const booted = await Booted.up(await adopt(directory));
    booted.terminal.type('sleep 1; poweroff -f\n');
    await booted.terminal.until(/poweroff -f\r\n/);
    await booted.machine[Symbol.asyncDispose]();
    await stopped(directory);
    const adoption = await adoptMachine(directory, machineDeps);
    expect(adoption).toMatchObject({ kind: 'exited', exit: { reason: 'guest-shutdown' } });
  });
});

/** Waits, as an outsider at the monitor, until the guest has stopped. */
async function stopped(directory: string): Promise<void> {
  const socket = connect(join(directory, 'qmp.sock'));
  using qmp = await QmpClient.open(socket, systemClock);
  const event = new Promise<void>((resolve) => {
    qmp.onEvent(({ name }) => {
      if (name === 'STOP') resolve();
    });
  });
  const status = await qmp.execute('query-status');
  if (JSON.stringify(status).includes('"running":true')) await event;
}
