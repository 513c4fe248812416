import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adoptMachine } from './adopt.js';
import { DescriptionError, type Disk, type MachineDescription } from './description.js';
import { detectHost } from './host.js';
import { Images } from './images.js';
import type { Machine } from './machine.js';
import { QmpError } from './qmp.js';
import { startMachine } from './start.js';
import { hotDisk, mediumNode } from './storage.js';
import { bare, deps, temporaryDirectory } from './testing/fixture.js';

const host = await detectHost();
const MiB = 1024 * 1024;

interface Home extends AsyncDisposable {
  readonly path: string;
  readonly machine: Machine;
  disk(name: string): Promise<Disk>;
}

/** A machine that may grow, in a directory of its own, killed at the end. */
async function growing(change: Partial<MachineDescription> = {}): Promise<Home> {
  const home = await temporaryDirectory();
  const images = new Images({ root: home.path, host });
  const machine = await startMachine({ ...bare, hotplug: true, ...change }, join(home.path, 'machine'), {
    ...deps,
    host,
  });
  return {
    path: home.path,
    machine,
    async disk(name) {
      const path = join(home.path, `${name}.qcow2`);
      await images.createBlank(path, MiB);
      return { name, path, format: 'qcow2', media: 'disk', bus: 'scsi' };
    },
    async [Symbol.asyncDispose]() {
      await machine.kill();
      await home[Symbol.asyncDispose]();
    },
  };
}

const names = async (machine: Machine): Promise<string[]> => (await machine.blocks()).map(({ disk }) => disk);

describe.skipIf(!host.qemu.ok)('a running machine (needs QEMU)', () => {
  it('takes a disk, gives it back, and has room for another', async () => {
    await using home = await growing();
    const { machine } = home;
    await machine.attachDisk(await home.disk('one'));
    await machine.attachDisk(await home.disk('two'));
    expect(await names(machine)).toEqual(['one', 'two']);
    await machine.detachDisk('one');
    expect(await names(machine)).toEqual(['two']);
    await machine.attachDisk(await home.disk('three'));
    expect((await names(machine)).sort()).toEqual(['three', 'two']);
    expect(machine.outline.disks).toEqual(['three', 'two']);
  });

  it('is asked for the same disk twice and has it once, and for one that is not there and lets it be', async () => {
    await using home = await growing();
    const disk = await home.disk('one');
    await home.machine.attachDisk(disk);
    await home.machine.attachDisk(disk);
    await home.machine.detachDisk('other');
    expect(await names(home.machine)).toEqual(['one']);
  });

  it('tells whoever comes after us which disks it was given', async () => {
    await using home = await temporaryDirectory();
    const path = join(home.path, 'one.qcow2');
    await new Images({ root: home.path, host }).createBlank(path, MiB);
    const machine = await startMachine({ ...bare, hotplug: true }, join(home.path, 'machine'), { ...deps, host });
    await machine.attachDisk({ name: 'one', path, format: 'qcow2', media: 'disk', bus: 'scsi' });
    await machine[Symbol.asyncDispose]();
    const adoption = await adoptMachine(join(home.path, 'machine'), deps);
    if (adoption?.kind !== 'running') throw new Error('not running');
    expect(await names(adoption.machine)).toEqual(['one']);
    await adoption.machine.detachDisk('one');
    expect(await names(adoption.machine)).toEqual([]);
    await adoption.machine.kill();
  });

  it('refuses a disk on another bus, and one whose file is not there, and is as it was', async () => {
    await using home = await growing();
    const disk = await home.disk('one');
    await expect(home.machine.attachDisk({ ...disk, bus: 'virtio' })).rejects.toThrow(DescriptionError);
    await expect(home.machine.attachDisk({ ...disk, path: join(home.path, 'gone') })).rejects.toThrow(QmpError);
    await home.machine.attachDisk(disk);
    expect(await names(home.machine)).toEqual(['one']);
  });

  it('has a medium put into its drive and taken out again', async () => {
    await using home = await growing({ disks: [{ name: 'cdrom', media: 'empty', bus: 'sata' }] });
    const { path } = await home.disk('medium');
    const [before] = await home.machine.blocks();
    expect(before).toMatchObject({ disk: 'cdrom' });
    expect(before?.format).toBeUndefined();
    await home.machine.insertMedium('cdrom', { path, format: 'qcow2' });
    expect(await home.machine.blocks()).toMatchObject([{ disk: 'cdrom', format: 'qcow2', virtualSize: MiB }]);
    await home.machine.ejectMedium('cdrom');
    expect((await home.machine.blocks())[0]?.format).toBeUndefined();
    await home.machine.insertMedium('cdrom', { path, format: 'qcow2' });
  });

  it('is given processors up to what it may have', async () => {
    await using home = await growing({ cpu: { sockets: 1, cores: 2, threads: 1, maxSockets: 3 } });
    expect(await home.machine.processors()).toEqual({ present: 2, possible: 6 });
    await home.machine.plugProcessors(4);
    await home.machine.plugProcessors(4);
    expect(await home.machine.processors()).toEqual({ present: 4, possible: 6 });
    await expect(home.machine.plugProcessors(7)).rejects.toThrow(DescriptionError);
  });

  it('is offered memory', async () => {
    await using home = await growing({ maxMemoryBytes: 256 * MiB });
    expect(await home.machine.hotMemory()).toBe(0);
    await home.machine.requestMemory(64 * MiB);
    await expect(home.machine.requestMemory(1024 * MiB)).rejects.toThrow(QmpError);
  });

  it('has no memory to offer unless it was made to', async () => {
    await using home = await growing();
    expect(await home.machine.hotMemory()).toBeUndefined();
  });

  it('keeps a moment of all its disks inside them, and forgets it', async () => {
    await using home = await growing();
    const { machine } = home;
    await machine.attachDisk(await home.disk('one'));
    await machine.attachDisk(await home.disk('two'));
    await machine.snapshotDisks(['one', 'two'], 'then');
    await expect(machine.snapshotDisks(['one', 'two'], 'then')).rejects.toThrow(QmpError);
    await machine.deleteSnapshot('one', 'then');
    await expect(machine.deleteSnapshot('one', 'then')).rejects.toThrow(QmpError);
  });
});

describe('what is said to a running QEMU', () => {
  const hostile = '/data/a,file.driver=nbd,b=c\n--"\'%s\\ 😀/json:{"driver":"nbd"}';

  it('has the user’s texts as values, and nothing else', () => {
    const disk = {
      name: ',if=none',
      path: hostile,
      format: 'raw',
      media: 'disk',
      bus: 'scsi',
      serial: 'a,"b"',
    } as const;
    expect(hotDisk(disk, 7)).toEqual({
      blockdev: {
        'node-name': 'block7',
        'read-only': false,
        discard: 'unmap',
        cache: { direct: false, 'no-flush': false },
        driver: 'raw',
        file: { driver: 'file', filename: hostile },
      },
      device: {
        driver: 'scsi-hd',
        bus: 'scsi.0',
        id: 'disk7',
        drive: 'block7',
        serial: 'a,"b"',
        'write-cache': 'on',
        werror: 'stop',
        rerror: 'stop',
      },
    });
    expect(mediumNode({ path: hostile, format: 'raw' }, 0)).toMatchObject({ file: { filename: hostile } });
    expect(() => mediumNode({ path: 'nbd:localhost:1', format: 'raw' }, 0)).toThrow(DescriptionError);
  });
});
