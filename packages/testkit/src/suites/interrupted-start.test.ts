import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adoptMachine, forgetMachine, type MachineDescription } from '@drover/qemu';
import { describe, expect, it } from 'vitest';
import { machineDeps } from '../guest/description.js';
import { present } from '../present.js';
import { temporaryDirectory } from '../temporary.js';

const machine: MachineDescription = {
  name: 'interrupted',
  uuid: '6a1a24a1-4061-4607-8bf4-a3963d0c5895',
  machineType: 'q35',
  accelerator: 'tcg',
  cpu: { sockets: 1, cores: 1, threads: 1 },
  memoryBytes: 64 * 1024 * 1024,
  firmware: { kind: 'bios' },
  disks: [],
  nics: [],
  graphics: 'none',
  rng: false,
  balloon: false,
  guestAgent: false,
  panicDevice: false,
};

/** The processes that work in a directory. */
async function processesIn(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.flatMap((pid, index) => (places[index] === directory ? [Number(pid)] : []));
}

describe.skipIf(!present('qemu-system-x86_64'))('a start that is killed in the middle (needs QEMU)', () => {
  it.each([['machine.json'], ['qemu.log'], ['qmp.sock'], ['qemu.pid'], ['serial.log']])(
    'when %s has appeared is finished or undone, and leaves no process behind',
    async (file) => {
      await using home = await temporaryDirectory();
      const directory = join(home.path, 'machine');
      const description = join(home.path, 'description.json');
      await mkdir(directory);
      await writeFile(description, JSON.stringify(machine));
      const watcher = watch(directory);
      const program = fileURLToPath(new URL('../guest/starter.js', import.meta.url));
      const child = spawn(process.execPath, [program, description, directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      watcher.on('change', (_type, name) => {
        if (name === file) child.kill('SIGKILL');
      });
      expect(await ended).toEqual([null, 'SIGKILL']);
      watcher.close();

      const adoption = await adoptMachine(directory, machineDeps);
      if (adoption?.kind === 'running') {
        expect(adoption.machine.state).toBe('running');
        await adoption.machine.kill();
      }
      await forgetMachine(directory);
      expect([adoption?.kind ?? 'running', await processesIn(directory)]).toEqual(['running', []]);
      expect(await readdir(directory)).toEqual([]);
    },
  );
});
