import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adoptMachine, adoptMachines, forgetMachine } from './adopt.js';
import type { MachineDescription } from './description.js';
import { detectHost } from './host.js';
import { Images } from './images.js';
import { MachineGone } from './life.js';
import { type Machine, type MachineEvent, NoScreen } from './machine.js';
import { identify, waitUntilGone } from './process.js';
import { QmpError } from './qmp.js';
import { MachineExists, StartError, startMachine } from './start.js';
import { bare, deps, temporaryDirectory } from './testing/fixture.js';

const host = await detectHost();

type Running = Machine & AsyncDisposable;

/** A machine that is stopped before its firmware, unless told otherwise, and gone at the end of the test. */
async function start(directory: string, change: Partial<MachineDescription> = {}, paused = true): Promise<Running> {
  const machine = await startMachine({ ...bare, ...change }, directory, { ...deps, host, paused });
  return killedAtEnd(machine);
}

describe.skipIf(!host.qemu.ok)('a machine (needs QEMU)', () => {
  it('starts stopped when told to, runs, pauses and goes on', async () => {
    await using home = await temporaryDirectory();
    await using machine = await start(home.path);
    expect(machine.state).toBe('prelaunch');
    await machine.resume();
    expect(machine.state).toBe('running');
    await machine.pause();
    expect(machine.state).toBe('paused');
    await machine.resume();
    expect(machine.state).toBe('running');
  });

  it('tells each change of its state to whoever watches', async () => {
    await using home = await temporaryDirectory();
    await using machine = await start(home.path);
    const seen: MachineEvent[] = [];
    machine.watch((event) => seen.push(event));
    await machine.resume();
    await machine.pause();
    const exit = await machine.quit();
    expect(seen).toEqual([
      { type: 'state', state: 'running' },
      { type: 'state', state: 'paused' },
      { type: 'state', state: 'stopping' },
      { type: 'state', state: 'exited' },
      { type: 'exit', exit },
    ]);
  });

  it('tells its end also to those who begin to watch after it', async () => {
    await using home = await temporaryDirectory();
    const machine = await start(home.path);
    const exit = await machine.quit();
    expect(await new Promise((resolve) => machine.watch(resolve))).toEqual({ type: 'exit', exit });
  });

  it('shows the firmware on its screen, and its screen to several viewers', async () => {
    await using home = await temporaryDirectory();
    await using machine = await start(home.path, {}, false);
    expect(
      Buffer.from(await machine.screenshot())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const viewers = await Promise.all([machine.openVnc(), machine.openVnc()]);
    const greetings = await Promise.all(viewers.map((viewer) => once(viewer, 'data')));
    expect(greetings.map(String)).toEqual(['RFB 003.008\n', 'RFB 003.008\n']);
    const ended = viewers.map((viewer) => once(viewer, 'close'));
    const taker = await machine.openVnc({ takeover: true });
    await Promise.all(ended);
    expect(String(await once(taker, 'data'))).toBe('RFB 003.008\n');
  });

  it('leaves nothing behind when it ends but what tells of it, and nothing at all once forgotten', async () => {
    await using home = await temporaryDirectory();
    const machine = await start(home.path);
    await expect(machine.quit()).resolves.toMatchObject({ reason: 'quit' });
    expect(await identify(machine.pid)).toBeUndefined();
    expect((await readdir(home.path)).sort()).toEqual(['exit.json', 'machine.json', 'qemu.log', 'serial.log']);
    await forgetMachine(home.path);
    expect(await readdir(home.path)).toEqual([]);
  });

  it('works in a directory whose path is longer than a socket address and full of QEMU syntax', async () => {
    await using home = await temporaryDirectory();
    const directory = join(home.path, 'a,b=c '.repeat(20), '-x\n😀'.repeat(10));
    await using machine = await start(directory);
    expect(machine.state).toBe('prelaunch');
  });

  it('takes hostile text in every field a user fills in, and hands it to the guest as it is', async () => {
    await using home = await temporaryDirectory();
    const hostile = 'a,b=c\n--"\'%s\\ $(id) 😀';
    const directory = join(home.path, 'disks', hostile);
    await mkdir(directory, { recursive: true });
    const path = join(directory, 'json:{"driver":"nbd"}');
    await writeFile(path, Buffer.alloc(1024 * 1024));
    const images = new Images({ root: home.path, host });
    const base = { path, format: 'raw' } as const;
    await images.createOverlay(join(directory, 'x,y'), base, 1024 * 1024);
    await using machine = await start(join(home.path, 'machine'), {
      name: hostile,
      disks: [
        { name: hostile, ...base, media: 'disk', bus: 'virtio', readOnly: true, serial: 'a,b=c\n--"%s' },
        { name: 'cd', ...base, media: 'cdrom', bus: 'sata', serial: ',drive=x' },
        { name: 'over', path: join(directory, 'x,y'), format: 'qcow2', backing: base, media: 'disk', bus: 'scsi' },
      ],
      nics: [
        { name: ',', model: 'virtio', mac: '52:54:00:12:34:56', network: { kind: 'user', hostname: 'h,smb=/\n"' } },
      ],
      smbios: { manufacturer: hostile, serial: ',uuid=1', sku: '--', family: '-S\n', product: ',,', version: '=' },
    });
    const name = await machine.qmp.execute('query-name');
    expect(name).toEqual({ name: hostile });
    const blocks = await machine.blocks();
    expect(blocks.map((block) => [block.disk, block.format])).toEqual([
      [hostile, 'raw'],
      ['cd', 'raw'],
      ['over', 'qcow2'],
    ]);
  });

  it('makes a disk larger that is in use', async () => {
    await using home = await temporaryDirectory();
    const path = join(home.path, 'disk');
    await new Images({ root: home.path, host }).createBlank(path, 1024 * 1024);
    const disks = [{ name: 'root', path, format: 'qcow2', media: 'disk', bus: 'virtio' }] as const;
    await using machine = await start(join(home.path, 'machine'), { disks });
    await machine.resizeDisk('root', 2 * 1024 * 1024);
    expect(await machine.blocks()).toMatchObject([{ disk: 'root', virtualSize: 2 * 1024 * 1024 }]);
    await expect(machine.resizeDisk('other', 1)).rejects.toThrow('not a disk');
  });

  it.skipIf(!host.firmware.uefi)('starts with UEFI and variables of its own (needs OVMF)', async () => {
    await using home = await temporaryDirectory();
    const { code, varsTemplate } = host.firmware.uefi!;
    const vars = join(home.path, 'a,b.fd');
    await copyFile(varsTemplate, vars);
    await using machine = await start(join(home.path, 'machine'), {
      firmware: { kind: 'uefi', code, vars, secureBoot: false },
    });
    expect(machine.state).toBe('prelaunch');
  });

  it.skipIf(!host.firmware.secureBoot)('starts with Secure Boot (needs OVMF)', async () => {
    await using home = await temporaryDirectory();
    const { code, varsTemplate } = host.firmware.secureBoot!;
    const vars = join(home.path, 'vars.fd');
    await copyFile(varsTemplate, vars);
    await using machine = await start(join(home.path, 'machine'), {
      firmware: { kind: 'uefi', code, vars, secureBoot: true },
    });
    expect(machine.state).toBe('prelaunch');
  });

  it('has no screen when it was made without, and nothing at all when it is gone', async () => {
    await using home = await temporaryDirectory();
    const machine = await start(home.path, { graphics: 'none' });
    await expect(machine.openVnc()).rejects.toThrow(NoScreen);
    await machine.kill();
    await expect(machine.pause()).rejects.toThrow(MachineGone);
    expect(() => machine.openSerial()).toThrow(MachineGone);
  });

  it('opens and closes ports of the host to its guest while it runs', async () => {
    await using home = await temporaryDirectory();
    await using machine = await start(home.path, {
      nics: [{ name: 'lan', model: 'virtio', mac: '52:54:00:12:34:56', network: { kind: 'user' } }],
    });
    const forward = { protocol: 'tcp', hostAddress: '127.0.0.1', guestPort: 22 } as const;
    const hostPort = await machine.addForward('lan', { ...forward, hostPort: 0 });
    expect(hostPort).toBeGreaterThan(0);
    await expect(machine.addForward('lan', { ...forward, hostPort })).rejects.toThrow(QmpError);
    expect(await machine.forwards('lan')).toEqual([{ ...forward, hostPort }]);
    await machine.removeForward('lan', { ...forward, hostPort });
    expect(await machine.forwards('lan')).toEqual([]);
    await expect(machine.removeForward('lan', { ...forward, hostPort })).rejects.toThrow(QmpError);
    await expect(machine.addForward('other', { ...forward, hostPort: 0 })).rejects.toThrow('not a card');
  });

  it('says that it crashed when QEMU is killed', async () => {
    await using home = await temporaryDirectory();
    const machine = await start(home.path, {}, false);
    process.kill(machine.pid, 'SIGKILL');
    await expect(machine.exited).resolves.toMatchObject({ reason: 'crashed', signal: 'SIGKILL' });
  });

  it('says that it was terminated, and by which signal, when somebody ends QEMU', async () => {
    await using home = await temporaryDirectory();
    const machine = await start(home.path, {}, false);
    process.kill(machine.pid, 'SIGTERM');
    const exit = await machine.exited;
    expect(exit.reason).toBe('terminated');
    expect(exit.message).toMatch(/^terminating on signal 15 from pid/);
  });

  it('is not started twice in one directory', async () => {
    await using home = await temporaryDirectory();
    await using _machine = await start(home.path);
    await expect(start(home.path)).rejects.toThrow(MachineExists);
    await expect(forgetMachine(home.path)).rejects.toThrow(MachineExists);
  });

  it('is started where a crash of the host left a record that cannot be read', async () => {
    await using home = await temporaryDirectory();
    await writeFile(join(home.path, 'machine.json'), '');
    await using machine = await start(home.path);
    await writeFile(join(home.path, 'machine.json'), '');
    await expect(start(home.path)).rejects.toThrow(MachineExists);
    expect(machine.state).toBe('prelaunch');
    expect((await stat(home.path)).mode & 0o777).toBe(0o700);
  });

  it("fails to start with QEMU's own words, and leaves nothing behind", async () => {
    await using home = await temporaryDirectory();
    const disks = [{ name: 'a', path: '/nowhere', format: 'raw', media: 'disk', bus: 'virtio' }] as const;
    const failed = start(home.path, { disks });
    await expect(failed).rejects.toThrow(StartError);
    await expect(failed).rejects.toThrow(/Could not open '\/nowhere': No such file or directory$/);
    expect(await readdir(home.path)).toEqual([]);
  });
});

describe.skipIf(!host.qemu.ok)('after a restart of ours (needs QEMU)', () => {
  it('a running machine is taken charge of again', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, false);
    const [adoption, ...others] = await adoptMachines(root.path, deps);
    expect(others).toEqual([]);
    if (adoption?.kind !== 'running') throw new Error('not running');
    await using machine = killedAtEnd(adoption.machine);
    expect(machine).toMatchObject({ pid, state: 'running', outline: { name: 'bare' } });
    await machine.pause();
    expect(machine.state).toBe('paused');
  });

  it('a crash that nobody saw is told, as often as asked, until the machine is forgotten', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, false);
    await killAndReap(pid);
    const told = { kind: 'exited', outline: { uuid: bare.uuid }, exit: { reason: 'crashed' } };
    expect(await adoptMachines(root.path, deps)).toMatchObject([told]);
    expect(await adoptMachines(root.path, deps)).toMatchObject([told]);
    await forgetMachine(directory);
    expect(await adoptMachines(root.path, deps)).toEqual([]);
  });

  it('an end that was decided and not carried out is carried out', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, false);
    const exit = { reason: 'guest-shutdown', message: 'the guest powered off', at: 1 };
    await writeFile(join(directory, 'exit.json'), JSON.stringify(exit));
    expect(await adoptMachines(root.path, deps)).toMatchObject([{ kind: 'exited', exit }]);
    expect(await identify(pid)).toBeUndefined();
  });

  it('a start that was interrupted is finished: before the process was known, and before its guest ran', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, true);
    await changeRecord(directory, (record) => ({ ...record, paused: false, process: undefined }));
    const adoption = await adoptMachine(directory, deps);
    if (adoption?.kind !== 'running') throw new Error('not running');
    await using machine = killedAtEnd(adoption.machine);
    expect(machine).toMatchObject({ pid, state: 'running' });
  });

  it('a start that was interrupted before QEMU ran has left nothing', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, true);
    await killAndReap(pid);
    await changeRecord(directory, (record) => ({ ...record, process: undefined }));
    expect(await adoptMachine(directory, deps)).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  it('a process that has the number of the machine, and is not it, is left alone', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, true);
    await killAndReap(pid);
    await changeRecord(directory, (record) => ({
      ...record,
      process: { pid: process.pid, startTicks: 1, bootId: 'x' },
    }));
    expect(await adoptMachine(directory, deps)).toMatchObject({ kind: 'exited', exit: { reason: 'crashed' } });
  });

  it('a machine that ran when the host went down is told so', async () => {
    await using root = await temporaryDirectory();
    const directory = join(root.path, 'one');
    const { pid } = await letGo(directory, true);
    await killAndReap(pid);
    await changeRecord(directory, (record) => ({ ...record, bootId: 'an earlier one' }));
    expect(await adoptMachine(directory, deps)).toMatchObject({ exit: { reason: 'host-restarted' } });
  });

  it('a record that cannot be read costs its own machine only', async () => {
    await using root = await temporaryDirectory();
    await mkdir(join(root.path, 'broken'));
    await mkdir(join(root.path, 'no machine'));
    await writeFile(join(root.path, 'broken', 'machine.json'), '{');
    expect(await adoptMachines(root.path, deps)).toMatchObject([{ kind: 'failed' }]);
  });

  it('a directory that is not there holds no machines', async () => {
    expect(await adoptMachines('/nowhere/at/all', deps)).toEqual([]);
  });
});

/** Starts a machine and forgets it, as a process that was killed would. */
async function letGo(directory: string, paused: boolean): Promise<{ readonly pid: number }> {
  const machine = await startMachine(bare, directory, { ...deps, host, paused });
  await machine[Symbol.asyncDispose]();
  return { pid: machine.pid };
}

function killedAtEnd(machine: Machine): Running {
  return Object.assign(machine, {
    [Symbol.asyncDispose]: async () => {
      await machine.kill();
    },
  });
}

/** Kills a child of ours and waits for its end, of which nobody else is told. */
async function killAndReap(pid: number): Promise<void> {
  const identity = await identify(pid);
  process.kill(pid, 'SIGKILL');
  if (identity) await waitUntilGone(identity, deps.clock, 10_000);
}

async function changeRecord(directory: string, change: (record: object) => object): Promise<void> {
  const path = join(directory, 'machine.json');
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
}
