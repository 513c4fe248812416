import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adoptMachine } from './adopt.js';
import type { MachineDescription } from './description.js';
import { detectHost, HostProblem } from './host.js';
import { findProcess, isAlive, type ProcessIdentity, waitUntilGone } from './process.js';
import { StartError, startMachine } from './start.js';
import { bare, deps, temporaryDirectory } from './testing/fixture.js';
import { swtpmArguments } from './tpm.js';

const host = await detectHost();
const suite = describe.skipIf(!host.qemu.ok || host.swtpm === undefined);

const emulatorIn = (directory: string): Promise<ProcessIdentity | undefined> =>
  findProcess(directory, (argv) => argv.includes('--tpmstate'));

/** A machine with a TPM whose state lies in a directory with characters that other programs take for their own. */
const withTpm = (home: string): MachineDescription => ({
  ...bare,
  tpm: { stateDirectory: join(home, 'state,dir=x "%s') },
});

suite("a machine's TPM (needs QEMU and swtpm)", () => {
  it('is there for the machine, keeps its state, and goes with it', async () => {
    await using home = await temporaryDirectory();
    const directory = join(home.path, 'machine');
    const machine = await startMachine(withTpm(home.path), directory, { ...deps, host });
    const emulator = await emulatorIn(directory);
    expect(emulator).toBeDefined();
    expect(await machine.qmp.execute('query-tpm')).toMatchObject([{ model: 'tpm-crb' }]);
    await machine.kill();
    expect(emulator && (await isAlive(emulator))).toBe(false);
    expect(await readdir(join(home.path, 'state,dir=x "%s'))).toContain('tpm2-00.permall');
    expect(await readdir(directory)).not.toContain('tpm.sock');
  });

  it('is kept when we let go of the machine, and is ended with it by who comes after us', async () => {
    await using home = await temporaryDirectory();
    const directory = join(home.path, 'machine');
    const before = await startMachine(withTpm(home.path), directory, { ...deps, host });
    await before[Symbol.asyncDispose]();
    const adoption = await adoptMachine(directory, deps);
    if (adoption?.kind !== 'running') throw new Error('not running');
    expect(await adoption.machine.qmp.execute('query-tpm')).toMatchObject([{ id: 'tpm0' }]);
    await adoption.machine.kill();
    expect(await emulatorIn(directory)).toBeUndefined();
  });

  it('is not left behind by a machine that nobody watched when it was killed', async () => {
    await using home = await temporaryDirectory();
    const directory = join(home.path, 'machine');
    const machine = await startMachine(withTpm(home.path), directory, { ...deps, host });
    await machine[Symbol.asyncDispose]();
    const qemu = await findProcess(directory, (argv) => argv.includes('-uuid'));
    if (!qemu) throw new Error('QEMU is not there');
    process.kill(qemu.pid, 'SIGKILL');
    await waitUntilGone(qemu, deps.clock, 10_000);
    expect(await adoptMachine(directory, deps)).toMatchObject({ kind: 'exited' });
    expect(await emulatorIn(directory)).toBeUndefined();
  });

  it('goes when QEMU does not start', async () => {
    await using home = await temporaryDirectory();
    const directory = join(home.path, 'machine');
    const disks = [{ name: 'a', path: '/nowhere', format: 'raw', media: 'disk', bus: 'virtio' }] as const;
    await expect(startMachine({ ...withTpm(home.path), disks }, directory, { ...deps, host })).rejects.toThrow(
      StartError,
    );
    expect(await emulatorIn(directory)).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused where there is no emulator, with what to install', async () => {
    await using home = await temporaryDirectory();
    const { swtpm: _, ...without } = host;
    const started = startMachine(withTpm(home.path), join(home.path, 'machine'), { ...deps, host: without });
    await expect(started).rejects.toThrow(HostProblem);
    await expect(started).rejects.toThrow('apt install swtpm');
  });
});

describe("the TPM emulator's command line", () => {
  it('has names of ours alone', () => {
    expect(swtpmArguments().join(' ')).toBe(
      'socket --tpm2 --tpmstate dir=tpm,mode=0600 --ctrl type=unixio,path=tpm.sock,mode=0600 --flags startup-clear --terminate',
    );
  });
});
